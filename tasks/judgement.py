"""A person's verb on some tasks: each is judged by its present status, changed or refused.

This is the one place that does it, for a single task and for a part of a million, inside one short
transaction. What changed gets a line in its export messages, with the verb and who did it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import F

from alumio import database
from alumio.states import Verb
from tasks import messages
from tasks.models import Phase, Task
from tasks.status import Status
from transformers.context import LogLine

DONE = {
    "retry": "Retried",
    "skip": "Skipped",
    "mark-finished": "Marked finished",
    "mark-failed": "Marked failed",
}
UNKNOWN = "unknown"
"""Why a task is refused that does not exist, or not any more."""


class Refused(NamedTuple):
    """A task that was left alone, with the status that it had then."""

    identifier: str
    route: int
    entity: str
    status: str


@dataclass
class Judged:
    """What came of some tasks. `held`: those that somebody else was changing at that moment."""

    changed: int = 0
    refused: list[Refused] = field(default_factory=list)
    unknown: int = 0
    held: list[int] = field(default_factory=list)
    routes: set[int] = field(default_factory=set)

    def reasons(self) -> Counter[str]:
        """How many were refused, by their status."""
        found = Counter(task.status for task in self.refused)
        return found + Counter({UNKNOWN: self.unknown})


def judge(
    rule: Verb, ids: Sequence[int], statuses: Sequence[str], actor, *, wait: bool, process=None
) -> Judged:
    """Apply a verb to the tasks with these ids that it is allowed on and whose status is among
    `statuses`. Call it inside a transaction.

    Rows are locked in the order of their ids, so that two who do this never block each other for
    good. Without `wait`, what others hold is passed over and told as `held`.
    """
    allowed = [status for status in rule.sources if status in statuses]
    judged, ids = Judged(), sorted(ids)
    while ids:
        mine = _lock(ids, allowed, wait)
        _move(rule, mine, actor, process)
        judged.changed += len(mine)
        judged.routes.update(route for _, _, route in mine)
        if len(mine) == len(ids):
            judged.held = []
            break
        judged.held = _refuse(sorted(set(ids).difference(id for id, _, _ in mine)), allowed, judged)
        ids = judged.held if wait else []
    return judged


def _lock(ids: list[int], allowed: list[str], wait: bool) -> list[tuple[int, int, int]]:
    """(id, attempt, route) of those that are allowed, locked."""
    rows = Task.objects.filter(id__among=ids, status__in=allowed).order_by("id")
    rows = rows.select_for_update(no_key=True, skip_locked=not wait)
    return list(rows.values_list("id", "attempt", "route_id"))


def _move(rule: Verb, rows: list[tuple[int, int, int]], actor, process: int | None) -> None:
    """Move locked rows and note it on each. A retry of a settled task is a new delivery."""
    if not rows:
        return
    changes = {"generation": F("generation") + 1} if rule.target == Status.NEW else {}
    Task.objects.filter(id__among=[id for id, _, _ in rows]).move(rule.name, **changes)
    line = LogLine("notice", f"{DONE[rule.name]} by {actor}.")
    told = [(id, attempt) for id, attempt, _ in rows]
    messages.write_same(told, Phase.EXPORT.value, line, rule.name, process, database.now())


def _refuse(ids: list[int], allowed: list[str], judged: Judged) -> list[int]:
    """Note why these did not change. Returns those that would be allowed: they changed just now, or
    somebody holds them."""
    rows = Task.objects.filter(id__among=ids).order_by("id")
    found = rows.values_list("id", "identifier", "route_id", "entity_identifier", "status")
    held, known = [], 0
    for id, *told in found:
        known += 1
        if told[-1] in allowed:
            held.append(id)
        else:
            judged.refused.append(Refused(*told))
    judged.unknown += len(ids) - known
    return held
