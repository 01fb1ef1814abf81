"""The kinds of component on this floor, and what they hand over."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from alumio.components import Component
from transformers.context import Context
from transformers.entity import Entity


class Page(NamedTuple):
    """Some records of a source. `cursor` (JSON) makes `subscribe` begin with this very page."""

    records: Iterable[Any]
    cursor: Any = None


class Result(NamedTuple):
    """What a target answered. `data` is what steps after publishing see."""

    ok: bool
    text: str
    detail: Any = None
    data: Any = None


class Subscriber(Component):
    """Fetches records from a system."""

    def subscribe(self, context: Context, cursor: Any = None) -> Iterator[Page]:
        """Stream the source's pages. Raises SubscriberError; logs requests with context.log."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what was held open."""


class Publisher(Component):
    """Delivers entities to a system. Called from several threads at once."""

    def publish(self, entity: Entity, context: Context) -> Result:
        """Deliver one entity. Raises PublisherError, or answers with a Result that is not ok."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what was held open."""
