"""A WSGI application asked in a thread, for a request of the web server whose body has arrived.

An answer is made whole before it is sent: a short one in memory, a longer one in a file without a
name. So one that fails half-way is never taken for a whole one, and a slow reader keeps neither the
thread nor its database connection busy, nor the memory.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

Headers = list[tuple[str, str]]
SHORT = 1024 * 1024
"""Bytes of an answer up to which it is kept in memory."""


class Made(NamedTuple):
    """An answer. Its body is in `content` or, where that is None, in `file`."""

    status: int
    headers: Headers
    content: bytes | None = b""
    file: SpooledTemporaryFile | None = None


class Request:
    """`scope` is that of granian's RSGI."""

    def __init__(self, scope, body: bytes):
        self._scope, self._body = scope, body
        self._status, self._headers = 500, []

    def ask(self, application: Callable) -> Made:
        """The application's answer. Call it in the thread that the answer is to be made in."""
        parts = application(self._variables(), self._start)
        with closing(Parts(parts)):
            if isinstance(parts, list) or not getattr(parts, "streaming", True):
                return Made(self._status, self._headers, b"".join(parts))
            if self._scope.method == "HEAD":
                return Made(self._status, self._headers)
            return self._made(parts)

    def _start(self, status: str, headers: Headers, error=None) -> None:
        self._status, self._headers = int(status.split(" ", 1)[0]), headers

    def _made(self, parts: Iterable[bytes]) -> Made:
        file = filled(parts)
        size = file.tell()
        file.seek(0)
        if size <= SHORT:
            with file:
                return Made(self._status, self._headers, file.read())
        headers = [each for each in self._headers if each[0].lower() != "content-length"]
        return Made(self._status, [*headers, ("Content-Length", str(size))], None, file)

    def _variables(self) -> dict:
        scope = self._scope
        host, _, port = scope.server.rpartition(":")
        variables = {
            "REQUEST_METHOD": scope.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": scope.path.encode().decode("latin-1"),
            "QUERY_STRING": scope.query_string,
            "SERVER_NAME": host,
            "SERVER_PORT": port,
            "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
            "REMOTE_ADDR": peer_of(scope),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scope.scheme,
            "wsgi.input": BytesIO(self._body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in joined(scope.headers.items()).items():
            plain = name.upper().replace("-", "_")
            variables[plain if plain in UNPREFIXED else f"HTTP_{plain}"] = value
        variables["CONTENT_LENGTH"] = str(len(self._body))
        return variables


def filled(parts: Iterable[bytes]) -> SpooledTemporaryFile:
    """A file of all parts; none is left of those that break off."""
    with ExitStack() as stack:
        file = stack.enter_context(SpooledTemporaryFile(SHORT))
        for part in parts:
            file.write(part)
        stack.pop_all()
    return file


UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")


class Parts:
    """The answer's `close`, where it has one."""

    def __init__(self, parts):
        self.close = getattr(parts, "close", lambda: None)


def joined(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Headers of one name as one, as HTTP says; names with “_” could be taken for others."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name in found:
            found[name] += ("; " if name == "cookie" else ",") + value
        elif "_" not in name:
            found[name] = value
    return found


def peer_of(scope) -> str:
    """The address that the connection comes from, without its port."""
    return scope.client.rpartition(":")[0].strip("[]")
