"""The log of a task for its page: lines with their details read, and grouped by attempt."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from alumio import jsontext
from alumio.jsontext import JSONTextError
from tasks.models import Level, Message
from tasks.tree import pretty


@dataclass
class Line:
    """A message and its detail, which is any JSON, or text where it is not."""

    message: Message

    @property
    def level(self) -> str:
        return level_name(self.message.level)

    @cached_property
    def detail(self):
        try:
            return jsontext.loads(self.message.detail) if self.message.detail else None
        except JSONTextError:
            return self.message.detail

    @property
    def exchange(self) -> dict | None:
        """The request and its response, if the line is about one."""
        if isinstance(self.detail, dict) and isinstance(self.detail.get("request"), dict):
            return self.detail
        return None

    @property
    def sides(self) -> list[tuple[str, dict]]:
        """Request and response, with bodies of JSON on many lines."""
        sides = (("Request", self.exchange["request"]), ("Response", self.exchange.get("response")))
        return [
            (title, side | {"body": readable(side.get("body"))})
            for title, side in sides
            if isinstance(side, dict)
        ]

    @property
    def seconds(self) -> float | None:
        milliseconds = (self.exchange or {}).get("duration_ms")
        return milliseconds / 1000 if isinstance(milliseconds, int | float) else None

    @property
    def pretty(self) -> str:
        return self.detail if isinstance(self.detail, str) else pretty(self.detail)


@dataclass
class Attempt:
    """The lines of one attempt; number 0 is what a person did between attempts."""

    number: int
    lines: list[Line] = field(default_factory=list)

    @property
    def began(self):
        return self.lines[0].message.created_at

    @property
    def process(self) -> int | None:
        return self.lines[0].message.process

    @property
    def seconds(self) -> float | None:
        known = [line.seconds for line in self.lines if line.seconds is not None]
        return sum(known) if known else None

    @property
    def worst(self) -> str:
        return level_name(max(line.message.level for line in self.lines))


def attempts(messages: Iterable[Message]) -> list[Attempt]:
    """The attempts of an export, newest first; `messages` in the order in which they were written.

    Lines without a process were written for a person between attempts and stand alone.
    """
    found: dict[tuple, Attempt] = {}
    for message in messages:
        key = (message.attempt, 0) if message.process else (0, message.pk)
        attempt = found.setdefault(key, Attempt(key[0]))
        attempt.lines.append(Line(message))
    return list(reversed(found.values()))


def readable(body):
    """A noted body: JSON on many lines, any other text as it is."""
    if not isinstance(body, str) or body[:1] not in ("{", "["):
        return body
    try:
        return pretty(jsontext.loads(body))
    except JSONTextError:
        return body


def level_name(level: int) -> str:
    """The name of a level; of one between two levels, the lower one's."""
    known = [each for each in Level if each <= level]
    return (known[-1] if known else Level.DEBUG).label
