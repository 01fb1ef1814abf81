"""The log of a task for its page: lines with their details read, and grouped by attempt."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.db.models.functions import Left, Length

from alumio import jsontext
from alumio.jsontext import JSONTextError
from tasks.models import Level, Message, Task
from tasks.revisions import Ran
from tasks.status import MACHINE, Status
from tasks.tree import pretty

MOST_MESSAGES = 500
MOST_TEXT = 1_000
"""Characters of a text; the whole of it is on the line's own page."""
MOST_DETAIL = 2_000_000
"""Characters of details on one page; what is beyond is on each line's own page."""

OTHER_DATA = "edit"
"""Stands for a verb on the line of a change of data that begins a new delivery by itself."""


@dataclass
class Line:
    """A message and its detail, which is any JSON, or text where it is not."""

    message: Message

    @property
    def level(self) -> str:
        return level_name(self.message.level)

    @property
    def text(self) -> str:
        return getattr(self.message, "beginning", None) or self.message.text

    @property
    def is_cut(self) -> bool:
        """Whether text or detail is too long for a page with others."""
        return getattr(self.message, "is_cut", False)

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
    """The lines of one attempt, and the revisions of the configurations that it ran with; number 0
    is what was done to the task between attempts."""

    number: int
    least: int = 0
    lines: list[Line] = field(default_factory=list)
    generation: int = 1
    ran: list[Ran] = field(default_factory=list)

    @property
    def shown(self) -> list[Line]:
        """The lines of the level `least` or worse."""
        return [line for line in self.lines if line.message.level >= self.least]

    @cached_property
    def end(self) -> Message | None:
        """The line that tells how it ended."""
        return next((line.message for line in self.lines if line.message.began_at), None)

    @cached_property
    def began(self) -> datetime:
        return self.end.began_at if self.end else self.lines[0].message.created_at

    @property
    def lasted(self) -> timedelta | None:
        """From claim to settle."""
        return self.end.created_at - self.end.began_at if self.end else None

    @property
    def outcome(self) -> Status | None:
        """The status that came of it; of old attempts only known where they failed."""
        if self.end:
            return Status(MACHINE[self.end.verb].target)
        return Status.FAILED if self.worst == Level.ERROR.label else None

    @property
    def process(self) -> int | None:
        return self.lines[0].message.process

    @cached_property
    def seconds(self) -> float | None:
        """Spent in requests."""
        known = [line.seconds for line in self.lines if line.seconds is not None]
        return sum(known) if known else None

    @property
    def worst(self) -> str:
        return level_name(max(line.message.level for line in self.lines))


def newest(task: Task, phase: str, least: int = 0, before: int = 0) -> tuple[list[Message], bool]:
    """The newest lines of a phase in their order, at most 500, and whether there are older ones.

    Lines that tell of a change of status come whatever their level. `before`: older than this id.
    """
    chosen = task.messages.filter(Q(level__gte=least) | ~Q(verb=""), phase=phase)
    chosen = chosen.filter(id__lt=before) if before else chosen
    shortened = chosen.defer("text", "detail").annotate(
        beginning=Left("text", MOST_TEXT), length=Length("text"), bulk=Length("detail")
    )
    found = list(shortened.order_by("-id")[: MOST_MESSAGES + 1])
    return _with_details(found[:MOST_MESSAGES])[::-1], len(found) > MOST_MESSAGES


def _with_details(messages: list[Message]) -> list[Message]:
    """Read the details of as many lines as a page can take; mark the others."""
    room, wanted = MOST_DETAIL, []
    for message in messages:
        room -= message.bulk
        message.is_cut = message.length > MOST_TEXT or (message.bulk > 0 and room < 0)
        if message.bulk and room >= 0:
            wanted.append(message.pk)
    details = dict(Message.objects.filter(pk__in=wanted).values_list("pk", "detail"))
    for message in messages:
        message.detail = details.get(message.pk, "")
    return messages


def attempts(messages: Iterable[Message], generation: int = 1, least: int = 0) -> list[Attempt]:
    """The attempts of an export, newest first; `messages` in the order in which they were written.

    `generation` is that of the newest. What changed the task between attempts, such as a person's
    retry, stands alone. Attempts without a line of the level `least` or worse are left out.
    """
    found: dict[tuple, Attempt] = {}
    for message in messages:
        between = not message.process or (message.verb and not message.began_at)
        key = (0, message.pk) if between else (message.attempt, 0)
        found.setdefault(key, Attempt(key[0], least)).lines.append(Line(message))
    newest_first = _with_generations(list(reversed(found.values())), generation)
    return [attempt for attempt in newest_first if attempt.shown]


def _with_generations(newest_first: list[Attempt], generation: int) -> list[Attempt]:
    for attempt in newest_first:
        attempt.generation = generation
        if not attempt.number and begins_generation(attempt.lines[0].message.verb):
            generation -= 1
    return newest_first


def begins_generation(verb: str) -> bool:
    """Whether this change begins a new delivery, with a key of its own."""
    rule = MACHINE.verbs.get(verb)
    return verb == OTHER_DATA or bool(rule and rule.actor == "person" and rule.target == Status.NEW)


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
