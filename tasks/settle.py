"""Settling: the end of attempts, written in small groups soon after the send.

A settle counts only while the task is still held by the same process at the same attempt. A worker
that was given up and comes back therefore changes nothing.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Now

from alumio import database
from routes.models import Route
from tasks import messages
from tasks.causes import Causes
from tasks.models import Cause, Message, Phase, Task
from tasks.outcome import Decision, Outcome, decide
from tasks.run import Lost, Run
from tasks.status import MACHINE, Status
from transformers.context import LogLine

MAX_GROUP = 50
MAX_WAIT = 0.1
"""Seconds. With MAX_GROUP: what a kill can repeat at most, beside what is in flight."""
SILENT = {
    "release": "Not begun: its process ended before.",
    "finish": "Delivered.",
    "wait": "Delivered.",
    "drop": "Skipped.",
    "fail": "Failed.",
}
"""What to say of an attempt that said nothing itself."""


class Settler:
    """Collects outcomes of one run and settles them, 50 at a time or 100 ms after the first.

    `settled` is told how many were written each time.
    """

    def __init__(self, route: Route, run: Run, settled: Callable[[int], None]):
        self.route, self.run, self.settled = route, run, settled
        self._causes = Causes()
        self._group: list[Outcome] = []
        self._since = 0.0

    def add(self, outcome: Outcome) -> None:
        if not self._group:
            self._since = time.monotonic()
        self._group.append(outcome)
        if len(self._group) >= MAX_GROUP:
            self.flush()

    @property
    def patience(self) -> float | None:
        """Seconds until the group must be written; None when there is none."""
        if not self._group:
            return None
        return max(0.0, self._since + MAX_WAIT - time.monotonic())

    def flush_if_due(self) -> None:
        if self._group and self.patience == 0.0:
            self.flush()

    def flush(self) -> None:
        if not self._group:
            return
        group, self._group = self._group, []
        decided = [(outcome, decide(self.route, outcome)) for outcome in group]
        causes = database.persistently(lambda: self._causes_of(decided))
        database.persistently(lambda: self._settle(decided, causes))
        self.settled(len(group))

    def _settle(self, decided: list[tuple[Outcome, Decision]], causes: dict) -> None:
        try:
            self._write(decided, causes, _all_at_once)
        except _Fenced:
            done, rest = self._told_apart(decided)
            if rest:
                self._write(rest, causes, _only_held)
            for _, decision in done:
                self.run.counts[MACHINE[decision.verb].target] += 1

    def _told_apart(self, decided: list) -> tuple[list, list]:
        """Those that are settled as decided already, since only the answer to their commit was
        lost with the connection, and the others: this attempt's log tells."""
        mine = Message.objects.filter(
            task__in=[outcome.task.id for outcome, _ in decided], process=self.run.id
        )
        told = set(mine.exclude(verb="").values_list("task_id", "attempt", "verb"))
        done, rest = [], []
        for outcome, decision in decided:
            key = (outcome.task.id, outcome.task.attempt, decision.verb)
            (done if key in told else rest).append((outcome, decision))
        return done, rest

    def _causes_of(self, decided: list[tuple[Outcome, Decision]]) -> dict[int, int]:
        """{task: cause} of those that were not delivered."""
        reasons = {o.task.id: o.why() for o, decision in decided if decision.has_cause}
        ids = self._causes.ids_of(set(reasons.values()))
        return {task: ids[reason] for task, reason in reasons.items()}

    def _write(self, decided: list[tuple[Outcome, Decision]], causes: dict, move) -> None:
        """Write what one group came to, and the counts with it, in one transaction."""
        counts = self.run.counts.copy()
        try:
            with transaction.atomic():
                self._write_group(decided, causes, move)
        except BaseException:
            self.run.counts = counts
            raise

    def _write_group(self, decided: list[tuple[Outcome, Decision]], causes: dict, move) -> None:
        moved = self._move_all(decided, causes, move)
        entries = (
            entry
            for outcome, decision in decided
            for entry in entries_of(outcome, decision, outcome.task.id in moved)
        )
        messages.write(entries, self.run.id, database.now())
        for outcome, decision in decided:
            counted = outcome.task.id in moved
            self.run.counts[MACHINE[decision.verb].target if counted else "fenced"] += 1
            if outcome.storages is not None and counted:
                outcome.storages.flush()
        # A process that was killed may have claimed more before it knows: nobody else settles that.
        with suppress(Lost):
            self.run.keep()

    def _move_all(self, decided, causes: dict[int, int], move) -> set[int]:
        groups: dict[tuple[Decision, int], list[int]] = defaultdict(list)
        for outcome, decision in decided:
            groups[decision, outcome.task.attempt].append(outcome.task.id)
        moved: set[int] = set()
        for (decision, attempt), ids in groups.items():
            held = Task.objects.filter(
                held_by=self.run.id, attempt=attempt, status=Status.PROCESSING
            )
            moved |= move(held, decision, ids, causes)
        return moved


class _Fenced(Exception):
    """Some tasks of a group are no longer held by this run."""


def _all_at_once(held, decision: Decision, ids: list[int], causes: dict) -> set[int]:
    """The usual way: all of a group move in one statement, or the transaction is undone."""
    values = values_of(decision, ids, causes)
    if held.filter(id__in=ids).move(decision.verb, **values) != len(ids):
        raise _Fenced
    return set(ids)


def _only_held(held, decision: Decision, ids: list[int], causes: dict) -> set[int]:
    """The careful way: look first which tasks are still held, and move those."""
    rows = held.filter(id__in=ids).select_for_update()
    mine = set(rows.values_list("id", flat=True))
    held.filter(id__in=mine).move(decision.verb, **values_of(decision, mine, causes))
    return mine


def values_of(decision: Decision, ids: Iterable[int], causes: dict[int, int]) -> dict:
    values = {"next_attempt_at": Now() + decision.after if decision.after else None}
    if decision.verb == "release":  # not begun: the attempt does not count
        values["attempts"] = F("attempts") - 1
    if decision.has_cause:
        values["cause"] = _cause_of_each(ids, causes)
    return values


def _cause_of_each(ids: Iterable[int], causes: dict[int, int]) -> int | Case | None:
    """What to set as cause: the one that all have, else that of each, so that they still move in
    one statement."""
    tasks: dict[int, list[int]] = defaultdict(list)
    for task in ids:
        tasks[causes[task]].append(task)
    if len(tasks) <= 1:
        return next(iter(tasks), None)
    whens = (When(id__in=some, then=Value(cause)) for cause, some in tasks.items())
    return Case(*whens, output_field=Cause._meta.pk)


def entries_of(outcome: Outcome, decision: Decision, counted: bool) -> Iterator[messages.Entry]:
    """The lines of an attempt; its last one tells of the change of status."""
    task, lines = outcome.task, lines_of(outcome, decision, counted)
    for line in lines[:-1]:
        yield messages.Entry(task.id, Phase.EXPORT.value, task.attempt, line)
    change = (decision.verb, task.claimed_at) if counted else ("", None)
    yield messages.Entry(task.id, Phase.EXPORT.value, task.attempt, lines[-1], *change)


def lines_of(outcome: Outcome, decision: Decision, counted: bool) -> list[LogLine]:
    """The attempt's own log lines, and one about what follows from it where that is not plain."""
    if not counted:
        text = "This attempt ended after its process was given up, so it does not count."
        return [*outcome.messages, LogLine("warning", text)]
    if decision.after is not None:
        text = f"Tried again {_in_words(decision.after)} from now at the earliest."
        return [*outcome.messages, LogLine("notice", text)]
    return outcome.messages or [LogLine("info", SILENT[decision.verb])]


def _in_words(wait: timedelta) -> str:
    minutes = int(wait.total_seconds() // 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
