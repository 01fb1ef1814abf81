"""The two fakes: a source that gives what a test put in, a target that takes what it is given."""

import threading
from dataclasses import dataclass, field

from django import forms

from alumio import jsontext
from alumio.fields import JSONField
from connectors.errors import PublisherError, SubscriberError
from connectors.kinds import Page, Publisher, Result, Subscriber
from connectors.registries import publishers, subscribers


@dataclass
class Target:
    """Where the fake publisher delivers. `down` refuses all, `refused` those with that `sku`."""

    down: bool = False
    refused: set = field(default_factory=set)
    received: list = field(default_factory=list)
    keys: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, data, key) -> bool:
        with self.lock:
            sku = data.get("sku") if isinstance(data, dict) else None
            if self.down or sku in self.refused:
                return False
            self.received.append(jsontext.copy(data))
            self.keys.append(key)
            return True


TARGET = Target()
SOURCE: dict = {}


def fresh() -> None:
    """Both as at the start of a test: the target up and empty, the source without pages."""
    TARGET.__init__()
    SOURCE.update(pages=[], fetched=[], fails_after=None)


fresh()


@subscribers.register
class FakeSubscriber(Subscriber):
    prototype, label = "fake-subscriber", "Fake source"

    class Parameters(forms.Form):
        entities = JSONField(required=False)

    def subscribe(self, context, cursor=None):
        pages = SOURCE["pages"] or [self.parameters["entities"] or []]
        for number in range(cursor or 0, len(pages)):
            if SOURCE["fails_after"] == number:
                raise SubscriberError("The source went away.")
            SOURCE["fetched"].append(number)
            yield Page(iter(pages[number]), number)


@publishers.register
class FakePublisher(Publisher):
    prototype, label = "fake-publisher", "Fake target"

    def publish(self, entity, context):
        if not TARGET.take(entity.data, context.scope["idempotency_key"]):
            raise PublisherError("The target is down.")
        return Result(True, "Delivered.", {}, {"id": len(TARGET.received)})
