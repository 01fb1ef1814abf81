"""Words for tests of webhooks: make one, call it through its own door, read what came."""

import time
from itertools import count

import httpx

from connectors.models import Incoming
from scheduler import queue
from scheduler.execution import execute
from scheduler.models import Process, Webhook
from scheduler.webhooks.admission import too_large
from scheduler.webhooks.door import Door
from scheduler.webhooks.head import PREFIX, Head
from scheduler.webhooks.headers import Headers
from scheduler.webhooks.storing import store_all
from scheduler.webhooks.waiting import queue_reading
from tests.world import make_incoming

_numbers = count(1)
OPEN = {"prototype": "open", "parameters": {}}


def make_receiver(parser=None, **fields) -> Incoming:
    """An incoming that takes what webhooks receive."""
    incoming = make_incoming(**fields)
    incoming.subscriber = {
        "prototype": "webhook-subscriber",
        "parameters": {"deserializer": parser} if parser else {},
    }
    return incoming.store()


def make_webhook(*incomings: Incoming, **fields) -> Webhook:
    """A webhook that anybody may call, unless other validators are given."""
    number = next(_numbers)
    fields.setdefault("validators", [OPEN])
    fields.setdefault("methods", ["POST"])
    return Webhook(
        name=f"Hook {number}",
        identifier=f"hook-{number}",
        incomings=[incoming.identifier for incoming in incomings],
        **fields,
    ).store()


class Inline:
    """A door's outside for tests: everything is done at once, in the test's own transaction."""

    async def run(self, work, *arguments):
        return work(*arguments)

    async def store(self, storable):
        store_all([storable])

    def later(self, seconds, work, *arguments):
        work(*arguments)

    async def sleep(self, seconds):
        time.sleep(seconds)


class Caller(httpx.BaseTransport):
    """Another system. `door` is that of the web server it calls."""

    def __init__(self, address: str = "203.0.113.7"):
        self.door, self.address = Door(Inline()), address
        self.http = httpx.Client(transport=self, base_url="http://platform.example")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        head = Head(
            method=request.method,
            path=request.url.path,
            query=request.url.query.decode(),
            headers=Headers((name.lower(), value) for name, value in request.headers.items()),
            peer=self.address,
        )

        async def arriving(most: int) -> bytes:
            if len(body) > most:
                raise too_large(most)
            return body

        answer = at_once(self.door.answer(head, arriving))
        return httpx.Response(answer.status, headers=answer.all_headers(), content=answer.body)

    def call(self, webhook: Webhook | str, method: str = "POST", **options) -> httpx.Response:
        """Call a webhook, or an address by its last part."""
        address = webhook if isinstance(webhook, str) else webhook.address
        return self.http.request(method, PREFIX + address, **options)


def at_once(work):
    """The result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("It waits.")


def read_all() -> list[Process]:
    """Let processes read all that was delivered; these processes, ended."""
    ended = []
    while queue_reading():
        while process := queue.start_next("worker"):
            execute(process)
            process.refresh_from_db()
            ended.append(process)
    return ended
