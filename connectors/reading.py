"""What parsers share: the path to the records, and words for what cannot be read."""

import itertools
from collections.abc import Iterator

from django import forms

from alumio.fields import ListField
from alumio.located import Located
from connectors.errors import SubscriberError
from connectors.kinds import Readable
from transformers import paths

LARGEST_RECORD = 64 * 1024 * 1024
"""Bytes of a record as it came, in every format."""

WHOLE = "@"
"""As a path: all that came is one record, whatever it is."""


class PlaceField(forms.CharField):
    """A path without wildcards; built, a tuple of keys, or None for all that came."""

    def clean(self, value):
        value = super().clean(value)
        try:
            paths.parse_place(value)
        except paths.PathError as error:
            raise Located(str(error)) from None
        if "*" in value:
            raise Located("Write the path of the list itself, without “*”.")
        return value

    def build(self, value):
        return None if value == WHOLE else paths.parse_place(value or "")

    def nothing(self):
        return ""


class NamesField(ListField):
    """A list of texts, each of them once."""

    def clean(self, value):
        value = super().clean(value)
        if not all(isinstance(name, str) and name for name in value):
            raise Located("Give a list of texts.")
        if len(set(value)) < len(value):
            raise Located("A name is there twice.")
        return value


def held(readable: Readable, records: Iterator) -> Iterator:
    """The records; of what is in memory all are read now, so that a fault leaves no half behind."""
    return iter(list(records)) if readable.body.in_memory else records


def empty(readable: Readable, what: str) -> SubscriberError:
    """What to say where nothing came."""
    return SubscriberError(
        f"{readable.came} with nothing, where {what} is expected. Correct what is asked for or "
        "sent; where nothing is right, use the parser “Binary”.",
        readable.note(),
    )


def unreadable(readable: Readable, what: str, fault: str, line: int = 1) -> SubscriberError:
    """What to say of a body that is not what it should be. `fault` says what and where."""
    excerpt = readable.excerpt(120)
    html = excerpt[:15].lower().startswith(("<!doctype html", "<html"))
    if html or (excerpt[:1] == "<" and what != "XML"):
        instead = "HTML" if what == "XML" else "HTML or XML"
        text = (
            f"{readable.came} with {instead}, not {what}, at line {line}: {excerpt} "
            "Check the address and the credentials: often this is a sign-in or error page."
        )
    else:
        text = (
            f"{readable.came} with {what} that cannot be used: {fault}. It begins with: {excerpt}"
        )
    return SubscriberError(text, readable.note())


def nothing_there(readable: Readable, what: str, place: paths.Place, instead: str):
    """What to say where the path leads nowhere. `instead` says what is there, or is empty."""
    return SubscriberError(
        f"{readable.came} with {what} that has nothing at “{paths.join(place)}”{instead}. "
        "Correct the parser's path to the records.",
        readable.note(),
    )


def names(keys) -> str:
    """Some keys, to be told."""
    return ", ".join(itertools.islice(keys, 10)) or "none"
