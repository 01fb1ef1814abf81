"""Bodies of requests as they arrive at the web server, bounded in size, time and memory."""

import asyncio

from granian.rsgi import ProtocolClosed

from scheduler.webhooks.admission import too_large
from scheduler.webhooks.refusal import Refusal

BODY_SECONDS = 60.0
"""For which a body may take to arrive, and a second more for each SLOWEST bytes."""
SLOWEST = 16 * 1024
SMALL = 64 * 1024
"""Bytes of a body that is read at once, since it says itself that it has no more."""
MOST_HELD = 256 * 1024 * 1024
"""Bytes of larger bodies that one web program has in memory."""
TOO_SLOW = "The body took too long to arrive. Send it again."
BROKE_OFF = "The body broke off before its end. Send it again."
FULL = "Too many large bodies arrive at once. Send it again later."


class Room:
    """How much of MOST_HELD is taken."""

    def __init__(self):
        self.taken = 0


class Body:
    """The body of one request. Whoever reads it lets it go in the end."""

    def __init__(self, scope, proto, room: Room):
        self._scope, self._proto, self._room, self._size = scope, proto, room, 0

    async def read(self, most: int) -> bytes:
        """A body of `most` bytes at most. Raises Refusal: 413 without reading it all, 408 for one
        that takes too long, 400 for one that breaks off, 503 where there is no room."""
        headers = self._scope.headers
        try:
            if "transfer-encoding" in headers:
                return await self._gather(most)
            length = int(headers.get("content-length") or 0)
            if length > most:
                raise too_large(most)
            return await (self._gather(most) if length > SMALL else self._read_at_once(length))
        except TimeoutError:
            raise Refusal(408, TOO_SLOW) from None
        except ProtocolClosed:
            raise Refusal(400, BROKE_OFF) from None

    async def _read_at_once(self, length: int) -> bytes:
        if not length:
            return b""
        async with asyncio.timeout(BODY_SECONDS):
            return await self._proto()

    async def _gather(self, most: int) -> bytes:
        """Granian ends a body that broke off as it ends a whole one, with an empty block, but gives
        another one before."""
        blocks, ends, began = [], 0, asyncio.get_running_loop().time()
        async with asyncio.timeout(BODY_SECONDS) as patience:
            async for block in self._proto:
                self._hold(len(block), most)
                patience.reschedule(began + BODY_SECONDS + self._size / SLOWEST)
                blocks.append(block)
                ends += not block
        if ends > 1:
            raise Refusal(400, BROKE_OFF)
        return b"".join(blocks)

    def _hold(self, size: int, most: int) -> None:
        self._size += size
        self._room.taken += size
        if self._size > most:
            raise too_large(most)
        if self._room.taken > MOST_HELD:
            raise Refusal(503, FULL, retry_after=5)

    def let_go(self) -> None:
        self._room.taken -= self._size
        self._size = 0
