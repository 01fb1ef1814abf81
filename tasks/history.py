"""The history of tasks: every change of status, read from the log lines that tell of one.

The line that ends an attempt tells of two changes: that the task was claimed, and what came of it.
Lines older than the column `verb` tell of none; where that leaves a gap, a change has no source.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Q
from django.db.models.functions import Left

from tasks.models import Level, Message, Phase, Task
from tasks.status import MACHINE, Status

MOST_LINES = 5_000
"""Lines that are read at once, the newest: of tasks with a normal life, those of a thousand."""
MOST_TEXT = 1_000
"""Characters of a reason; the whole of it is in the messages."""
_PERSON = re.compile(r"\bby (.+?)(?= (?:with version|after process) \d|\.(?:\s|$)|$)")
"""Who did it, in the words of a line: an email, or “API key” and its name."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a task's status. `source` is empty for the import and where it is not known.

    `verb` is that of the machine, or "import"; `by` names the person, `process` the process behind
    it; `lasted` is how long the task was held before.
    """

    task: Task
    at: datetime
    verb: str
    source: str
    target: str
    process: int | None = None
    by: str = ""
    text: str = ""
    attempt: int = 0
    lasted: timedelta | None = None
    is_going_on: bool = False

    @property
    def from_status(self) -> str:
        return Status(self.source).label if self.source else ""

    @property
    def to_status(self) -> str:
        return Status(self.target).label


def of(task: Task) -> list[Change]:
    """The changes of one task, oldest first."""
    return of_many([task])[task.pk]


def of_many(tasks: Sequence[Task]) -> dict[int, list[Change]]:
    """The changes of some tasks by their id, oldest first."""
    lines = _telling([task.pk for task in tasks])
    entered = {task.pk: _entered_as(task, lines[task.pk]) for task in tasks}
    reasons = _reasons([pk for pk, status in entered.items() if status != Status.NEW])
    return {
        task.pk: [
            _imported(task, entered[task.pk], reasons.get(task.pk, "")),
            *_walk(task, entered[task.pk], lines[task.pk]),
        ]
        for task in tasks
    }


def _telling(ids: list[int]) -> dict[int, list[Message]]:
    """Lines that tell of a change, and the errors that are its reasons, in their order."""
    telling = Q(verb__in=list(MACHINE.verbs)) | Q(phase=Phase.EXPORT, level__gte=Level.ERROR)
    found = Message.objects.filter(telling, task__in=ids).order_by("-task_id", "-id")
    shortened = found.defer("text", "detail").annotate(beginning=Left("text", MOST_TEXT))
    lines = defaultdict(list)
    for message in reversed(shortened[:MOST_LINES]):
        lines[message.task_id].append(message)
    return lines


def _entered_as(task: Task, lines: list[Message]) -> str:
    """The status with which a task came in: New, Rejected, or Skipped where it was unchanged."""
    told = [line for line in lines if line.verb]
    if not told:
        entries = (Status.REJECTED, Status.SKIPPED)
        return task.status if task.status in entries and not task.attempt else Status.NEW
    first = MACHINE[told[0].verb]
    was_new = told[0].began_at or told[0].attempt or Status.NEW in first.sources
    return Status.SKIPPED if not was_new and Status.SKIPPED in first.sources else Status.NEW


def _reasons(ids: list[int]) -> dict[int, str]:
    """The last import line of tasks that did not come in as New: it says why. Later processes
    only looked for their record again."""
    lines = Message.objects.filter(task__in=ids, phase=Phase.IMPORT)
    lines = lines.exclude(process__gt=F("task__imported_by"))
    last = lines.order_by().values("task").annotate(last=Max("id")).values_list("last", flat=True)
    texts = Message.objects.filter(pk__in=list(last)).annotate(beginning=Left("text", MOST_TEXT))
    return dict(texts.values_list("task", "beginning"))


def _imported(task: Task, status: str, reason: str) -> Change:
    return Change(task, task.created_at, "import", "", status, task.imported_by, text=reason)


def _walk(task: Task, status: str, lines: list[Message]) -> Iterator[Change]:
    errors: dict[int, str] = {}
    for line in lines:
        if not line.verb:
            errors[line.attempt] = line.beginning
            continue
        if line.began_at:
            yield _claimed(task, line.began_at, status, line.process, line.attempt)
            status = Status.PROCESSING
        yield _change(task, line, status, errors.get(line.attempt, ""))
        status = MACHINE[line.verb].target
    if task.status == Status.PROCESSING:
        since = (task.updated_at, status, task.held_by, task.attempt)
        yield _claimed(task, *since, is_going_on=True)


def _claimed(task, at, status, process, attempt, is_going_on=False) -> Change:
    text = f"Attempt {attempt}."
    source = _source("claim", status)
    claimed = ("claim", source, Status.PROCESSING.value, process, "", text, attempt)
    return Change(task, at, *claimed, is_going_on=is_going_on)


def _change(task: Task, line: Message, status: str, error: str) -> Change:
    """What a line tells. The reason is the error of the attempt, where another line has it."""
    rule, is_attempt = MACHINE[line.verb], line.began_at is not None
    person = _PERSON.search(line.beginning) if rule.actor == "person" else None
    return Change(
        task,
        line.created_at,
        line.verb,
        _source(line.verb, status),
        rule.target,
        line.process,
        person[1] if person else "",
        f"{error} {line.beginning}" if error and is_attempt else line.beginning,
        line.attempt,
        line.created_at - line.began_at if is_attempt else None,
    )


def _source(verb: str, status: str) -> str:
    """The status before, as far as it is known."""
    sources = MACHINE[verb].sources
    if status in sources:
        return str(status)
    return sources[0] if len(sources) == 1 else ""
