"""The door of the web server: `granian --interface rsgi alumio.server:application`.

Bodies arrive here, without a thread for each: a slow sender costs a little memory and nobody's
turn. Calls of webhooks are then answered by their own door; everything else is Django's, in one of
a few threads.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from alumio.wsgi import application as pages
from alumio.wsgi_request import Made, Request, joined, peer_of

# isort: split
# What follows needs the apps that `alumio.wsgi` has made ready.
from django.conf import settings
from django.db import Error, connection

from alumio.bodies import Body, Room
from alumio.database import is_away
from scheduler.webhooks.call import Answer
from scheduler.webhooks.door import Door
from scheduler.webhooks.head import PREFIX, Head
from scheduler.webhooks.headers import Headers
from scheduler.webhooks.refusal import Refusal
from scheduler.webhooks.storing import Storable, Writer

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a body for Django; what it takes of that is a matter of its own."""
PATIENCE = 10.0
"""Seconds for which a call waits for the database; then that is taken for gone."""
OPENED_WITHIN = 60.0
"""Seconds after which the web server has surely opened a file that it was told to send."""
FAILED = Answer(500, b"Something went wrong.", {"Content-Type": "text/plain"})


class Server:
    """One for each web program."""

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop):
        self.loop, self.room = loop, Room()
        self.threads = ThreadPoolExecutor(settings.ALUMIO_WEB_THREADS, "web")
        self.door = Door(Beside(loop))

    async def __rsgi__(self, scope, proto):
        body = Body(scope, proto, self.room)
        try:
            if scope.path.startswith(PREFIX):
                answer = await self.door.answer(head_of(scope), body.read)
                proto.response_bytes(*told(answer))
            else:
                await self._page(scope, proto, body)
        finally:
            body.let_go()

    async def _page(self, scope, proto, body: Body) -> None:
        try:
            request = Request(scope, await body.read(LARGEST_BODY))
            made = await self.loop.run_in_executor(self.threads, request.ask, pages)
        except Refusal as refusal:
            proto.response_bytes(*told(refusal.answer()))
        except Exception:
            log.exception("A page failed outside of Django")
            proto.response_bytes(*told(FAILED))
        else:
            self._send(proto, made)

    def _send(self, proto, made: Made) -> None:
        """A file is left to the web server: it holds no more of it in memory than a slow reader
        takes, which its stream of blocks would."""
        if made.file is None:
            proto.response_bytes(made.status, made.headers, made.content)
            return
        proto.response_file(made.status, made.headers, f"/dev/fd/{made.file.fileno()}")
        self.loop.call_later(OPENED_WITHIN, made.file.close)


class Beside:
    """What the door waits for: the writer, and threads that no page is in the way of."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop = loop
        self._threads = ThreadPoolExecutor(4, "webhook-lookups")
        self._writer = Writer(self._tell)
        self._waiting: dict[int, tuple[float, asyncio.Future]] = {}
        self._looks = False

    async def run(self, work: Callable, *arguments):
        async with asyncio.timeout(PATIENCE):
            return await self._loop.run_in_executor(self._threads, asked, work, *arguments)

    def later(self, seconds: float, work: Callable, *arguments) -> None:
        run = (self._loop.run_in_executor, self._threads, asked_in_vain, work, *arguments)
        self._loop.call_later(seconds, *run)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def store(self, storable: Storable) -> None:
        stored = self._loop.create_future()
        if not self._looks:
            self._looks = True
            self._loop.call_later(1, self._give_up)
        self._waiting[id(storable)] = self._loop.time() + PATIENCE, stored
        self._writer.give(storable)
        try:
            await stored
        finally:
            storable.is_wanted = False
            del self._waiting[id(storable)]

    def _give_up(self) -> None:
        """Look once a second for calls that have waited too long: a timer for each would cost more
        than all else here."""
        for deadline, stored in self._waiting.values():
            if self._loop.time() > deadline and not stored.done():
                stored.set_exception(TimeoutError("It takes too long."))
        if self._waiting:
            self._loop.call_later(1, self._give_up)
        else:
            self._looks = False

    def _tell(self, group: Sequence[Storable]) -> None:
        self._loop.call_soon_threadsafe(self._wake, group)

    def _wake(self, group: Sequence[Storable]) -> None:
        for storable in group:
            _, stored = self._waiting.get(id(storable), (0, None))
            if stored and not stored.done():
                stored.set_result(None)


def asked(work: Callable, *arguments):
    """The result of work that asks the database; a connection that broke is made anew, once, as
    Django does it for its requests."""
    try:
        return work(*arguments)
    except Error as error:
        connection.close()
        if not is_away(error):
            raise
        return work(*arguments)


def asked_in_vain(work: Callable, *arguments) -> None:
    """The same, where nobody waits for the result."""
    try:
        asked(work, *arguments)
    except Exception as error:
        log.warning("%s failed: %s", work.__qualname__, error)


def head_of(scope) -> Head:
    """The head of a call, from granian's RSGI."""
    headers = Headers(joined(scope.headers.items()))
    return Head(
        method=scope.method,
        path=scope.path,
        query=scope.query_string,
        headers=headers,
        peer=peer_of(scope),
        scheme=scope.scheme,
        unread=frozenset(scope.headers.keys()) - headers.keys(),
    )


def told(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body, as they are sent."""
    return answer.status, answer.all_headers(), answer.body


application = Server()
"""What granian is given."""
