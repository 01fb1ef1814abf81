"""The shadow run: the last tasks of a route through a draft of it, compared field by field with
what was really sent; where that is not kept, with what the saved configurations would send.

A task keeps its record as the gate let it in, so steps before the gate can be tried on it only
where the draft has nothing but further ones behind those that are saved. Any others can be tried
on records that are fetched, or on samples: both lines then get the same.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from alumio import jsondiff
from tasks.claim import Claimed
from tasks.models import Payload, Task
from tasks.status import Status
from tasks.trying.budget import Budget
from tasks.trying.dry_run import try_out
from tasks.trying.line import Line
from tasks.trying.sent import Result, planned, sent
from tasks.trying.sources import Given, Imported, claimed
from tasks.trying.trial import Trial

TASKS, MOST_TASKS = 200, 500
"""Tasks of one shadow run: unless asked otherwise, and at most."""
SECONDS = 20.0
PAGE = 50
MOST_EXAMPLES = 20
"""Tasks whose differences are listed one by one."""
MOST_FIELDS = 100
SENT, SAVED = "sent", "saved"
_NUMBER = re.compile(r"(^|\.)\d+(?=\.|$)")


class Impossible(Exception):
    """The draft cannot be compared on these. The text says why, and what to do instead."""


@dataclass
class Example:
    """One task (or record, by its number) with what differs. `against`: what was really sent, or
    what the saved configurations would send."""

    name: str
    entity: str
    against: str
    differences: jsondiff.Differences

    def as_json(self) -> dict:
        return {
            "task": self.name,
            "entity_identifier": self.entity,
            "against": self.against,
            "differences": [change.as_json() for change in self.differences.changes],
        }


@dataclass
class Field:
    """A place that differs, with * for the numbers in it; in how many tasks, and in the first."""

    path: str
    example: str
    change: jsondiff.Change
    tasks: int = 0

    def as_json(self) -> dict:
        return {
            "path": self.path,
            "tasks": self.tasks,
            "example": {"task": self.example} | self.change.as_json(),
        }


@dataclass
class Shadow:
    """What a shadow run found. `ended` is why it ended early, `error` why it could not begin."""

    asked: int = 0
    same: int = 0
    differ: int = 0
    not_compared: int = 0
    against: Counter = field(default_factory=Counter)
    fields: dict[str, Field] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    ended: str = ""
    error: str = ""

    @property
    def compared(self) -> int:
        return self.same + self.differ

    @property
    def most_common(self) -> list[Field]:
        return sorted(self.fields.values(), key=lambda each: -each.tasks)

    def add(self, name: str, entity: str, old: Result, new: Result, against: str) -> None:
        """Compare one."""
        if not (old.is_whole and new.is_whole):
            self.not_compared += 1
            return
        self.against[against] += 1
        differences = jsondiff.compare(*old.against(new))
        if not differences:
            self.same += 1
            return
        self.differ += 1
        self._count(name, differences)
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(Example(name, entity, against, differences))

    def _count(self, name: str, differences: jsondiff.Differences) -> None:
        places = {}
        for change in differences.changes:
            places.setdefault(_NUMBER.sub(r"\1*", change.path), change)
        for path, change in places.items():
            if path in self.fields or len(self.fields) < MOST_FIELDS:
                self.fields.setdefault(path, Field(path, name, change)).tasks += 1

    def as_json(self) -> dict:
        return {
            "asked": self.asked,
            "compared": self.compared,
            "same": self.same,
            "differ": self.differ,
            "not_compared": self.not_compared,
            "against": {SENT: self.against[SENT], SAVED: self.against[SAVED]},
            "fields": [each.as_json() for each in self.most_common],
            "examples": [example.as_json() for example in self.examples],
            "ended": self.ended or None,
            "error": self.error or None,
        }


def of_tasks(saved: Line, draft: Line, tasks: int = TASKS) -> Shadow:
    """The last tasks of the saved line's route through the draft, newest first. Raises
    Impossible."""
    steps = further_steps(saved, draft)
    found, budget, now = Shadow(), Budget(SECONDS), _stopped_clock()
    for page in _pages(saved, min(tasks, MOST_TASKS)):
        found.asked += len(page)
        new = try_out(
            draft, Imported([each for _, each in page], steps), seconds=budget.left, now=now
        )
        really = sent([task for task, _ in page], new.redactor)
        rest = [each for task, each in page if task.pk not in really]
        old = try_out(saved, Imported(rest), seconds=budget.left, now=now)
        _add_page(found, page, new, really | _planned(rest, old))
        found.error = new.error or old.error
        if found.error:
            break
        if not budget.check():
            found.ended = f"Ended after {SECONDS:g} s, with {found.compared} of {found.asked}."
            break
    return found


def _add_page(found: Shadow, page: Sequence, new: Trial, before: dict[int, Result]) -> None:
    """Compare what is known of both sides; the time may have been up before."""
    for (task, _), record in zip(page, new.records, strict=False):
        old = before.get(task.pk)
        if old and record.is_whole:
            against = SENT if old.is_real else SAVED
            found.add(task.identifier, task.entity_identifier, old, planned(record), against)


def _planned(tasks: Sequence[Claimed], trial: Trial) -> dict[int, Result]:
    """What the saved configurations would send of these tasks, by their ids."""
    both = zip(tasks, trial.records, strict=False)
    return {task.id: planned(record) for task, record in both if record.is_whole}


def of_records(saved: Line, draft: Line, records: Sequence) -> Shadow:
    """The same raw records through both lines."""
    found, now = Shadow(asked=len(records)), _stopped_clock()
    old = try_out(saved, Given(records), records=len(records), now=now)
    new = try_out(draft, Given(records), records=len(records), now=now)
    found.error, found.ended = old.error or new.error, old.ended or new.ended
    for one, two in zip(old.records, new.records, strict=False):
        if one.is_whole and two.is_whole:
            found.add(f"record {one.number}", "", planned(one), planned(two), SAVED)
    return found


def further_steps(saved: Line, draft: Line) -> list:
    """The steps that the draft has behind those that the tasks have been through. Raises
    Impossible where it changes any of those."""
    old, new = saved.route.transformers, draft.route.transformers
    changed = draft.incoming and draft.incoming.transformers != saved.incoming.transformers
    if changed or new[: len(old)] != old:
        raise Impossible(
            "The draft changes steps before the tasks are made, and of a task only its data behind "
            "them is kept. Compare on fetched records or samples instead."
        )
    return new[len(old) :]


def _pages(line: Line, tasks: int) -> Iterator[list[tuple[Task, Claimed]]]:
    """Tasks with their data, some at a time."""
    rows = Task.objects.filter(route=line.route).exclude(status=Status.REJECTED).order_by("-id")
    ids = list(rows.values_list("pk", flat=True)[:tasks])
    for start in range(0, len(ids), PAGE):
        page = Task.objects.filter(pk__in=ids[start : start + PAGE]).order_by("-id")
        data = dict(Payload.objects.filter(task__in=page).values_list("task_id", "data"))
        yield [(task, claimed(task, data[task.pk])) for task in page if task.pk in data]


def _stopped_clock():
    """Both sides read the same time, so that it alone makes no difference."""
    moment = datetime.now(UTC)
    return lambda: moment
