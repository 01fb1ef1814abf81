"""The door of webhooks, beside Django's own.

It takes a call, judges it, stores it and answers; nothing else happens here. No broker is asked,
nothing outside is called, and a body is not parsed unless the caller's key is to be found in it.

The door waits for much and works little, so it is a coroutine: slow callers, and callers who wait
for an answer, cost no thread. What waits is the `Outside`, which the web server gives it.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from django.db import Error

from scheduler import doorbell
from scheduler.webhooks import outcome
from scheduler.webhooks.admission import admit, refuse_cut_off, refuse_what_is_no_delivery
from scheduler.webhooks.book import Book, Entry
from scheduler.webhooks.call import Answer, Call
from scheduler.webhooks.head import Head
from scheduler.webhooks.judgement import judge, redacted_headers, redacted_query
from scheduler.webhooks.kinds import Refused
from scheduler.webhooks.models import Answering
from scheduler.webhooks.refusal import UNKNOWN, Refusal, as_json
from scheduler.webhooks.refused_calls import RefusedCalls, refused_call
from scheduler.webhooks.storing import Storable

log = logging.getLogger(__name__)

AWAY = "The database cannot be asked now. Nothing was stored: send this call again."
BROKEN = "This webhook cannot be used now. Its operator finds the reason in the log."
NOT_LET_IN = "This call was not let in."
CHALLENGE = {"WWW-Authenticate": 'Webhook realm="webhook"'}
"""HTTP wants one beside each 401; ours tells nothing of what the webhook asks for."""


class Outside(Protocol):
    """What a door has to wait for."""

    async def run(self, work: Callable, *arguments) -> Any:
        """Do what asks the database, where that keeps nobody waiting."""

    async def store(self, storable: Storable) -> None:
        """Store it durably; its `error` says that it was not. Raises TimeoutError."""

    def later(self, seconds: float, work: Callable, *arguments) -> None:
        """The same in so many seconds, while nobody waits for it."""

    async def sleep(self, seconds: float) -> None: ...


Body = Callable[[int], Awaitable[bytes]]
"""Reads the body, of so many bytes at most. Raises Refusal: 413, 408 for a slow one, 400 for
one that breaks off, 503 where there is no room for it."""

LARGE = 64 * 1024
"""Bytes from which on a body is judged where that keeps nobody waiting."""


class Door:
    """One for each web program: the calls through it share what is known of the webhooks."""

    def __init__(self, outside: Outside):
        self.outside = outside
        self.book, self.refused_calls = Book(), RefusedCalls()

    async def answer(self, head: Head, body: Body) -> Answer:
        """Take a call. Always answers."""
        entry = None
        try:
            entry = await self._find(head.address)
            return await self._take(head, body, entry)
        except Refusal as refusal:
            self._note(head, entry, refusal)
            return refusal.answer()
        except (Error, TimeoutError) as error:
            log.warning("A call of a webhook was answered 503: %s", error)
            return Refusal(503, AWAY, retry_after=5).answer()
        except Exception:
            log.exception("The webhook “%s” cannot be used", entry.webhook if entry else "?")
            return Refusal(503, BROKEN, retry_after=60).answer()

    def _note(self, head: Head, entry: Entry | None, refusal: Refusal) -> None:
        keep = entry is None or entry.webhook.logging
        if (wait := self.refused_calls.note(refused_call(head, entry, refusal), keep)) is not None:
            self.outside.later(wait, self.refused_calls.write)

    async def _find(self, address: str) -> Entry:
        known, entry = self.book.known(address)
        if not known:
            entry = await self.outside.run(self.book.find, address)
        elif self.book.is_due(address):
            self.outside.later(0, self.book.find, address)
        if entry is None:
            raise Refusal(404, UNKNOWN)
        return entry

    async def _take(self, head: Head, body: Body, entry: Entry) -> Answer:
        admit(head, entry)
        content = await body(entry.webhook.max_bytes)
        refuse_cut_off(head, content)
        call = call_of(head, content)
        if len(content) < LARGE:
            judged = judge_call(entry, call)
        else:
            judged = await self.outside.run(judge_call, entry, call)
        return judged if isinstance(judged, Answer) else await self._accept(entry, judged)

    async def _accept(self, entry: Entry, storable: Storable) -> Answer:
        if entry.rate:
            entry.rate.take()
        if not entry.pressure.is_known:
            await self.outside.run(entry.pressure.count)
        entry.pressure.check()
        await self.outside.store(storable)
        if storable.error:
            raise storable.error
        doorbell.ring()
        if entry.webhook.answer == Answering.PROCESS:
            try:
                wait = entry.webhook.wait_seconds
                return await outcome.of(storable.identifier, wait, self.outside)
            except (Error, TimeoutError) as error:  # it is stored, whatever came of it
                log.warning("What came of a call could not be asked: %s", error)
        return as_json(202, {"delivery": storable.identifier})


def judge_call(entry: Entry, call: Call) -> Answer | Storable:
    """The answer where the call is a handshake, else what is to be stored. Raises Refusal."""
    try:
        greeting = greet(entry, call)
    except Refused as refused:
        raise Refusal(401, NOT_LET_IN, str(refused), headers=CHALLENGE) from refused
    if greeting:
        return greeting
    refuse_what_is_no_delivery(call, entry.webhook)
    return storable_of(entry, call)


def greet(entry: Entry, call: Call) -> Answer | None:
    """Let the call in. Returns the answer where it is a handshake. Raises Refused."""
    shake = entry.handshake
    if shake and shake.comes_first and (answer := shake.answer(call)):
        return answer
    judge(entry.validators, call)
    return shake.answer(call) if shake and not shake.comes_first else None


def call_of(head: Head, body: bytes) -> Call:
    return Call(
        method=head.method,
        url=head.url,
        query=head.query,
        headers=head.headers,
        body=body,
        sender=head.sender,
        received_at=time.time(),
    )


def storable_of(entry: Entry, call: Call) -> Storable:
    return Storable(
        entry.webhook.pk,
        call,
        redacted_headers(entry.judges, call.headers),
        redacted_query(entry.judges, call.query),
        entry.key.of(call),
        entry.webhook.key_hours,
    )
