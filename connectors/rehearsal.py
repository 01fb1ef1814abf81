"""A dry run: nothing leaves the house while it lasts, save where it opens the door itself.

The one outgoing door (`connectors.http`) asks here before every request, so that a component that
knows nothing of dry runs cannot send in one either. What a thread of its own sends is not held
back; no component starts one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from transformers.errors import TransformError

HARMLESS = ("GET", "HEAD")
"""Methods with which a step may ask in a dry run: they change nothing (RFC 9110 §9.2.1)."""
NOT_SENT = "dry run"
"""The kind of an HttpError that stands for a request that was held back."""


class NotAsked(TransformError):
    """A step would have asked another system. `detail` is the request, noted without secrets."""

    def __init__(self, text: str, detail: Any = None):
        super().__init__(text)
        self.detail = detail


class Planned(NamedTuple):
    """What a publisher would do with an entity. `detail` holds its request, where it sends one."""

    text: str
    detail: Any = None


@dataclass(frozen=True)
class _Rehearsal:
    asks: bool
    is_open: bool = False


_present: ContextVar[_Rehearsal | None] = ContextVar("rehearsal", default=None)


@contextmanager
def rehearsing(asks: bool = False) -> Iterator[None]:
    """Inside, no request is sent. `asks`: steps may look things up with a harmless method."""
    token = _present.set(_Rehearsal(asks))
    try:
        yield
    finally:
        _present.reset(token)


@contextmanager
def opened() -> Iterator[None]:
    """Inside, requests are sent, although this is a dry run: a source is really asked."""
    present = _present.get()
    token = _present.set(present and replace(present, is_open=True))
    try:
        yield
    finally:
        _present.reset(token)


def is_shut() -> bool:
    """Whether requests are held back."""
    present = _present.get()
    return present is not None and not present.is_open


def may_ask(method: str) -> bool:
    """Whether a step may send a request of this method: always, but for a dry run."""
    present = _present.get()
    return present is None or present.is_open or (present.asks and method in HARMLESS)
