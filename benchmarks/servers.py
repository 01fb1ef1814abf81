"""The source and the target of the benchmarks, each a process of its own.

They are as small as an HTTP server can be, so that what is measured is the client: the source's
pages are bytes made beforehand, the target notes the identifier of each order it takes.

    python -m benchmarks.servers source RECORDS     GET /orders?page=1 …, pages of 500
    python -m benchmarks.servers target DELAY_MS    POST anything; GET /report, DELETE /report

Each prints its port, and ends when its standard input is closed.
"""

import asyncio
import sys
from collections import Counter

import orjson

from benchmarks.records import record

PAGE = 500


class Connection(asyncio.Protocol):
    """One kept connection: reads whole requests, one after the other."""

    def __init__(self, answer):
        self.answer, self.buffer = answer, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            total = end + 4 + content_length(head)
            if len(self.buffer) < total:
                return
            body, self.buffer = self.buffer[end + 4 : total], self.buffer[total:]
            method, path, _ = head.split(b" ", 2)
            self.answer(method, path, body, self.transport.write)


def content_length(head: bytes) -> int:
    start = head.lower().find(b"\r\ncontent-length:")
    return int(head[start + 17 :].split(b"\r\n", 1)[0]) if start >= 0 else 0


def response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class Source:
    """Pages of orders; `next` is the address of the next page."""

    def __init__(self, records: int):
        self.records, self.pages = records, {}

    def prepare(self, port: int) -> None:
        for start in range(0, self.records, PAGE):
            page, stop = start // PAGE + 1, min(start + PAGE, self.records)
            following = f"http://127.0.0.1:{port}/orders?page={page + 1}"
            self.pages[b"/orders?page=%d" % page] = response(
                orjson.dumps(
                    {
                        "orders": [record(number) for number in range(start, stop)],
                        "next": following if stop < self.records else None,
                    }
                )
            )

    def answer(self, method: bytes, path: bytes, body: bytes, write) -> None:
        write(self.pages[path])


class Target:
    """Takes orders, each answer `delay` seconds late, and counts them by identifier."""

    TAKEN = response(b'{"ok":true}')

    def __init__(self, delay_ms: int):
        self.delay, self.taken = delay_ms / 1000, Counter()

    def prepare(self, port: int) -> None:
        self.loop = asyncio.get_running_loop()

    def answer(self, method: bytes, path: bytes, body: bytes, write) -> None:
        if method == b"POST":
            self.taken[orjson.loads(body)["externalId"]] += 1
            if self.delay:
                self.loop.call_later(self.delay, write, self.TAKEN)
            else:
                write(self.TAKEN)
            return
        if method == b"DELETE":
            self.taken.clear()
        report = {"received": self.taken.total(), "distinct": len(self.taken)}
        write(response(orjson.dumps(report)))


async def serve(side: Source | Target) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(side.answer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    side.prepare(port)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    kind, number = sys.argv[1], int(sys.argv[2])
    asyncio.run(serve({"source": Source, "target": Target}[kind](number)))
