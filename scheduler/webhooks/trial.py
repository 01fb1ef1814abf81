"""A call that a person sends to a webhook to see whether it works: by the door that all calls take,
with the secrets and signatures that its validators ask for."""

import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from alumio import audit
from alumio.audit import Actor
from scheduler.webhooks.admission import too_large
from scheduler.webhooks.book import Entry
from scheduler.webhooks.call import Answer
from scheduler.webhooks.door import Door
from scheduler.webhooks.head import PREFIX, Head
from scheduler.webhooks.headers import Headers
from scheduler.webhooks.kinds import Refused
from scheduler.webhooks.models import Webhook
from scheduler.webhooks.refusal import Refusal
from scheduler.webhooks.storing import Storable, store_all
from scheduler.webhooks.unsent import Unsent

AGENT = "Test call by {}"
"""What the delivery's header User-Agent says."""


@dataclass(frozen=True)
class Result:
    """What came of a test call. `reason` is why it was refused; `delivery` the identifier of what
    was stored, which `is_repeat` where a call with its key had come before."""

    answer: Answer
    reason: str = ""
    delivery: str = ""
    is_repeat: bool = False

    @property
    def text(self) -> str:
        return self.answer.body.decode(errors="replace")

    @property
    def is_good(self) -> bool:
        return self.answer.status < 300


class Here:
    """A door's outside for one call: it waits here for everything."""

    def __init__(self):
        self.stored: Storable | None = None

    async def run(self, work: Callable, *arguments):
        return work(*arguments)

    async def store(self, storable: Storable) -> None:
        store_all([storable])
        self.stored = storable

    def later(self, seconds: float, work: Callable, *arguments) -> None:
        work(*arguments)

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class TellingDoor(Door):
    """Remembers why it refused a call."""

    reason = ""

    def _note(self, head: Head, entry: Entry | None, refusal: Refusal) -> None:
        self.reason = refusal.reason
        super()._note(head, entry, refusal)


def send(webhook: Webhook, call: Unsent, actor: Actor) -> Result:
    """Send a call and note in the audit trail who did, and what was answered. Raises Located where
    the webhook itself cannot be built, such as one with a validator that is gone."""
    call.headers["user-agent"] = AGENT.format(actor.name)
    _prove(Entry.of(webhook), call)
    outside = Here()
    door = TellingDoor(outside)
    answer = _done(door.answer(_head(webhook, call), _body(call)))
    stored = outside.stored if outside.stored and not outside.stored.error else None
    delivery = stored.identifier if stored else ""
    with transaction.atomic():
        note = f"Answered {answer.status}" + (f", delivery {delivery}." if delivery else ".")
        audit.record(actor, "test-call", **audit.about(webhook), note=note)
    return Result(answer, door.reason, delivery, bool(stored and stored.is_repeat))


def _prove(entry: Entry, call: Unsent) -> None:
    """Add what the validators ask for; first what is part of the address, which may be signed. A
    secret that cannot be read is left out, and the door says what is missing."""
    active = [each for each in entry.validators if not each.disabled]
    for validator in sorted(active, key=lambda each: not each.secret_parameters()):
        with suppress(Refused):
            validator.prove(call)


def _head(webhook: Webhook, call: Unsent) -> Head:
    if settings.ALUMIO_HTTPS:  # as the proxy in front would say
        call.headers["x-forwarded-proto"] = call.scheme
    return Head(
        method=call.method,
        path=PREFIX + webhook.address,
        query=call.query,
        headers=Headers(call.headers),
        peer=call.sender,
        scheme=call.scheme,
    )


def _body(call: Unsent) -> Callable:
    async def read(most: int) -> bytes:
        if len(call.body) > most:
            raise too_large(most)
        return call.body

    return read


def _done(work: Coroutine[Any, Any, Answer]) -> Answer:
    """The result of a coroutine that never lets go, since all that it waits for is `Here`."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("A test call let go.")
