"""One task as its page shows it; each tab reads only what it needs."""

import html
from dataclasses import dataclass, field
from functools import cached_property

from django.http import QueryDict

from alumio import jsontext
from alumio.jsontext import JSONTextError
from tasks.models import Level, Message, Payload, Phase, Task
from tasks.status import MACHINE, Status
from tasks.tree import tree

TABS = (
    ("overview", "Overview"),
    ("data", "Entity data"),
    ("import", "Import messages"),
    ("export", "Export messages"),
)
MOST_MESSAGES = 500
MOST_SHOWN_BYTES = 256 * 1024
MOST_SIBLINGS = 20


@dataclass
class Line:
    """A message with its detail read."""

    message: Message
    detail: object = None

    @property
    def level(self) -> str:
        return Level(self.message.level).label if self.message.level in Level.values else "info"

    @property
    def exchange(self) -> dict | None:
        """The request and response noted with the line, if it is about one."""
        detail = self.detail
        return detail if isinstance(detail, dict) and isinstance(detail.get("request"), dict) else None

    @property
    def seconds(self) -> float | None:
        milliseconds = (self.exchange or {}).get("duration_ms")
        return float(milliseconds) / 1000 if milliseconds is not None else None

    @property
    def pretty(self) -> str:
        return pretty(self.detail)


@dataclass
class Attempt:
    """The lines of one attempt of an export; number 0 holds what happened outside attempts."""

    number: int
    lines: list[Line] = field(default_factory=list)

    @property
    def began(self):
        return self.lines[0].message.created_at

    @property
    def process(self) -> int | None:
        return next((line.message.process for line in self.lines if line.message.process), None)

    @property
    def seconds(self) -> float | None:
        known = [line.seconds for line in self.lines if line.seconds is not None]
        return sum(known) if known else None

    @property
    def failed(self) -> bool:
        return any(line.message.level >= Level.ERROR for line in self.lines)

    @property
    def by_process(self) -> bool:
        return self.process is not None


class TaskDetail:
    def __init__(self, task: Task, tab: str, params: QueryDict):
        self.task, self.tab = task, tab
        self.level = params.get("level", "")

    @property
    def verbs(self):
        return MACHINE.allowed(self.task.status)

    @property
    def meaning(self) -> str:
        return Status(self.task.status).meaning

    def tabs(self):
        return [(name, label, name == self.tab) for name, label in TABS]

    # -- overview -------------------------------------------------------------------------------

    @cached_property
    def cause(self) -> Message | None:
        """The last error of a task that is not well."""
        if self.task.status not in (Status.FAILED, Status.RETRY, Status.REJECTED):
            return None
        return self.task.messages.filter(level__gte=Level.ERROR).order_by("-id").first()

    @cached_property
    def siblings(self) -> list[Task]:
        """Other tasks of the same entity, in all routes, newest first."""
        if not self.task.entity_identifier:
            return []
        same = Task.objects.filter(entity_identifier=self.task.entity_identifier)
        shown = ("identifier", "status", "created_at", "updated_at", "next_attempt_at")
        rows = same.exclude(pk=self.task.pk).order_by("-id").select_related("route")
        return list(rows.only(*shown, "route__name", "route__identifier")[: MOST_SIBLINGS + 1])

    @property
    def more_siblings(self) -> bool:
        return len(self.siblings) > MOST_SIBLINGS

    # -- entity data ----------------------------------------------------------------------------

    @cached_property
    def data(self) -> str:
        found = Payload.objects.filter(task=self.task).values_list("data", flat=True).first()
        return found if found is not None else ""

    @cached_property
    def parsed(self):
        """The data as JSON, or None with `unreadable` saying why: of a rejected task only the
        beginning was kept."""
        try:
            return jsontext.loads(self.data)
        except JSONTextError:
            return MISSING

    @property
    def is_json(self) -> bool:
        return bool(self.data) and self.parsed is not MISSING

    @property
    def is_large(self) -> bool:
        return len(self.data) > MOST_SHOWN_BYTES

    @property
    def excerpt(self) -> str:
        return self.data[:MOST_SHOWN_BYTES]

    @property
    def pretty(self) -> str:
        return pretty(self.parsed)

    @property
    def tree(self) -> str:
        return tree(self.parsed)

    @property
    def reasons(self) -> list[str]:
        """Why a rejected task was rejected."""
        return [line.message.text for line in self._lines(Phase.IMPORT, Level.ERROR)]

    # -- messages -------------------------------------------------------------------------------

    @property
    def levels(self) -> list[tuple[str, str]]:
        return [("", "All levels")] + [(x.label, f"{x.label.capitalize()} and worse") for x in LEVELS]

    @property
    def least(self) -> int:
        return next((level.value for level in LEVELS if level.label == self.level), 0)

    @cached_property
    def import_lines(self) -> list[Line]:
        return self._lines(Phase.IMPORT, self.least)

    @cached_property
    def attempts(self) -> list[Attempt]:
        """The attempts of the export, newest first."""
        found: dict[int, Attempt] = {}
        for line in self._lines(Phase.EXPORT, self.least):
            number = line.message.attempt if line.message.process else -line.message.id
            found.setdefault(number, Attempt(max(number, 0))).lines.append(line)
        return sorted(found.values(), key=lambda a: a.lines[0].message.id, reverse=True)

    def _lines(self, phase: str, least: int) -> list[Line]:
        """The newest lines of a phase, in the order in which they were written."""
        chosen = self.task.messages.filter(phase=phase, level__gte=least).order_by("-id")
        rows = list(chosen[:MOST_MESSAGES])
        return [Line(message, read(message.detail)) for message in reversed(rows)]


LEVELS = tuple(Level)[1:]
MISSING = object()


def read(text: str):
    """The detail of a message: JSON, or whatever it is as text."""
    if not text:
        return None
    try:
        return jsontext.loads(text)
    except JSONTextError:
        return text


def pretty(value) -> str:
    """JSON on many lines, every number as it is."""
    return "\n".join(_pretty(value, ""))


def _pretty(value, indent: str):
    if isinstance(value, str) and indent == "" and False:
        yield html.escape(value)
    if isinstance(value, dict) and value:
        yield from _block("{", ((jsontext.dumps(k) + ": ", v) for k, v in value.items()), "}", indent)
    elif isinstance(value, list) and value:
        yield from _block("[", (("", v) for v in value), "]", indent)
    else:
        yield jsontext.dumps(value)


def _block(opening, items, closing, indent):
    deeper = indent + "  "
    yield opening
    pending = ""
    for name, value in items:
        if pending:
            yield pending + ","
        lines = list(_pretty(value, deeper))
        lines[0] = deeper + name + lines[0]
        yield from lines[:-1]
        pending = lines[-1]
    yield pending
    yield indent + closing
