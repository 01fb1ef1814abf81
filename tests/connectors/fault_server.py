"""A target that misbehaves: each path is one way in which other systems go wrong."""

import contextlib
import gzip
import socket
import struct
import threading
import time
import zlib

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class FaultServer:
    """Listens on 127.0.0.1. `requests` holds the head of every request that arrived."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.requests: list[str] = []
        self.stopping = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.stopping.set()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            while head := _read_head(connection):
                self.requests.append(head)
                path = head.split(" ")[1].strip("/").split("?")[0].partition("/")
                getattr(self, path[0].replace("-", "_"))(connection, path[2])
                if path[0] not in ("json", "status", "echo"):
                    return

    # -- behaves --------------------------------------------------------------------------------

    def json(self, connection, _):
        _answer(connection, b'{"ok":true}')

    def status(self, connection, code):
        head = f"HTTP/1.1 {code} Told\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\noops"
        connection.sendall(head.encode())

    def echo(self, connection, _):
        _answer(connection, self.requests[-1].encode())

    # -- does not -------------------------------------------------------------------------------

    def hang(self, connection, _):
        self.stopping.wait()

    def drip(self, connection, _):
        connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
        self._drip(connection, b"x" * 1000)

    def drip_headers(self, connection, _):
        self._drip(connection, OK + b"X-A: b\r\n" * 1000)

    def endless_continue(self, connection, _):
        while not self.stopping.is_set():
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
            time.sleep(0.01)

    def reset(self, connection, _):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def silent_close(self, connection, _):
        pass

    def short(self, connection, _):
        connection.sendall(OK + b'Content-Length: 1000\r\n\r\n{"half":')

    def broken_chunk(self, connection, _):
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")

    def huge(self, connection, _):
        connection.sendall(OK + b"Content-Length: 2147483648\r\n\r\n")
        while not self.stopping.is_set():
            connection.sendall(b"[" * 65536)

    def endless(self, connection, _):
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while not self.stopping.is_set():
            connection.sendall(b"10000\r\n" + b"[" * 65536 + b"\r\n")

    def huge_header(self, connection, _):
        connection.sendall(OK + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n")

    def bomb(self, connection, _):
        packer = zlib.compressobj(9, wbits=31)
        zeros = b"".join(packer.compress(bytes(2**20)) for _ in range(100)) + packer.flush()
        _answer(connection, zeros, b"Content-Encoding: gzip\r\n")

    def gzip(self, connection, _):
        _answer(connection, gzip.compress(b'{"packed":true}'), b"Content-Encoding: gzip\r\n")

    def damaged_gzip(self, connection, _):
        packed = gzip.compress(b'{"packed":true}' * 100)[:-20]
        _answer(connection, packed, b"Content-Encoding: gzip\r\n")

    def brotli(self, connection, _):
        _answer(connection, b"\x8b\x02", b"Content-Encoding: br\r\n")

    def not_http(self, connection, _):
        connection.sendall(b"220 ftp.example.com ready\r\n\r\n")

    def html(self, connection, _):
        _answer(connection, b"<!doctype html><html><h1>Login</h1>")

    def half_json(self, connection, _):
        _answer(connection, b'{"items": [{"id": 1}, {"id"')

    def redirect(self, connection, rest):
        code, _, target = rest.partition("/")
        target = {
            "metadata": "http://169.254.169.254/latest/meta-data/",
            "loop": f"/redirect/{code}/loop",
            "once": "/echo",
            "file": "file:///etc/passwd",
            "other": f"http://localhost:{self.port}/echo",
        }[target]
        head = f"HTTP/1.1 {code} Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())

    def _drip(self, connection, data):
        for position in range(len(data)):
            if self.stopping.wait(0.05):
                return
            connection.sendall(data[position : position + 1])


def _answer(connection, body, headers=b""):
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    connection.sendall(OK + headers + length + body)


def _read_head(connection) -> str:
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        if not data:
            return ""
        received += data
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted:
        body += connection.recv(65536)
    return (head + b"\r\n\r\n" + body).decode()
