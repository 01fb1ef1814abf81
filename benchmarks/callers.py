"""Callers of a web server: some connections, each with one call under way, as fast as they can.

    python -m benchmarks.callers PORT PATH CONNECTIONS CALLS

Prints a line of JSON: `seconds`, `p50` and `p99` in milliseconds, and the answers by status.
"""

import asyncio
import json
import sys
import time
from collections import Counter

import orjson

from benchmarks.records import record

HEADERS = "Content-Type: application/json\r\nX-Secret: bench\r\n"


class Calls:
    """What is left to call, and what came back."""

    def __init__(self, path: str, number: int):
        self.requests = [call(path, n) for n in range(min(number, 1_000))]
        self.left, self.number = number, number
        self.times: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.done = asyncio.get_running_loop().create_future()

    def next(self) -> bytes | None:
        if not self.left:
            return None
        self.left -= 1
        return self.requests[self.left % len(self.requests)]

    def note(self, status: str, seconds: float) -> None:
        self.statuses[status] += 1
        self.times.append(seconds)
        if len(self.times) == self.number and not self.done.done():
            self.done.set_result(None)


def call(path: str, number: int) -> bytes:
    body = orjson.dumps(record(number))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Caller(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, calls: Calls):
        self.calls, self.buffer = calls, b""

    def connection_made(self, transport):
        self.transport = transport
        self._send()

    def _send(self):
        request = self.calls.next()
        if request is None:
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data):
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0 or len(self.buffer) < end + 4 + self._length(end):
            return
        self.calls.note(self.buffer[9:12].decode(), time.perf_counter() - self.began)
        self.buffer = b""
        self._send()

    def _length(self, end: int) -> int:
        head = self.buffer[:end].lower()
        start = head.find(b"\r\ncontent-length:")
        return int(head[start + 17 :].split(b"\r\n", 1)[0]) if start >= 0 else 0

    def connection_lost(self, error):
        if error and not self.calls.done.done():
            self.calls.done.set_exception(error)


async def main(port: str, path: str, connections: str, number: str) -> dict:
    calls, loop = Calls(path, int(number)), asyncio.get_running_loop()
    began = time.perf_counter()
    for _ in range(int(connections)):
        await loop.create_connection(lambda: Caller(calls), "127.0.0.1", int(port))
    await calls.done
    seconds, times = time.perf_counter() - began, sorted(calls.times)
    return {
        "seconds": seconds,
        "p50": times[len(times) // 2] * 1_000,
        "p99": times[len(times) * 99 // 100] * 1_000,
        "statuses": calls.statuses,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
