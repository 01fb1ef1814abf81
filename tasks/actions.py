"""What a person may do to tasks: retry, skip, mark finished, mark failed; one or a million.

The verbs are those of the status machine whose actor is a person. A task whose status does not
allow the verb is left alone and counted; every change is a line in the task's export messages.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from alumio import database
from alumio.states import Verb
from routes.models import Route
from tasks import messages
from tasks.models import Phase, Task
from tasks.status import MACHINE
from transformers.context import LogLine

CHUNK = 2_000
VERBS = {verb.name: verb for verb in MACHINE.verbs.values() if verb.actor == "person"}
DONE = {
    "retry": "Retried",
    "skip": "Skipped",
    "mark-finished": "Marked finished",
    "mark-failed": "Marked failed",
}

woken: list[Callable[[Sequence[Route]], None]] = []
"""Called with the real-time routes whose tasks a person retried, so that these go out at once. A
higher floor puts its function here."""


class Applied(NamedTuple):
    """How many tasks changed, and how many their status did not allow to."""

    changed: int
    not_allowed: int

    def __add__(self, other):
        return Applied(self.changed + other.changed, self.not_allowed + other.not_allowed)


def apply(verb: str, queryset, by) -> Applied:
    """Apply a person's verb to all tasks of a queryset (any filter; no slice), in chunks.

    `by` is the person or API key, named in the messages. Raises KeyError for other verbs.
    """
    rule = VERBS[verb]
    allowed = queryset.filter(status__in=rule.sources)
    newest = queryset.order_by("-id").values_list("id", flat=True).first() or 0
    not_allowed = queryset.exclude(status__in=rule.sources).count()
    changed, last, routes = 0, 0, set()
    while True:
        with transaction.atomic():
            rows = _lock(allowed.filter(id__gt=last, id__lte=newest))
            changed += _move(rule, rows, by)
        if not rows:
            break
        last, routes = rows[-1][0], routes | {row[2] for row in rows}
    if changed and rule.target == "new":
        _wake(routes)
    return Applied(changed, not_allowed)


def apply_to(verb: str, identifiers: Sequence[str], by) -> Applied:
    """The same for tasks by identifier; one that does not exist counts as not allowed."""
    wanted, applied = sorted(set(identifiers)), Applied(0, 0)
    for start in range(0, len(wanted), CHUNK // 4):
        part = wanted[start : start + CHUNK // 4]
        changed, _ = apply(verb, Task.objects.filter(identifier__in=part), by)
        applied += Applied(changed, len(part) - changed)
    return applied


def _lock(queryset) -> list[tuple[int, int, int]]:
    rows = queryset.order_by("id").select_for_update(of=("self",))
    return list(rows.values_list("id", "attempt", "route_id")[:CHUNK])


def _move(rule: Verb, rows: Sequence[tuple], by) -> int:
    """Move locked rows and note it on each. A retry of a settled task is a new delivery."""
    if not rows:
        return 0
    changes = {"generation": F("generation") + 1} if rule.target == "new" else {}
    moved = Task.objects.filter(id__in=[row[0] for row in rows]).move(rule.name, **changes)
    line = LogLine("notice", f"{DONE[rule.name]} by {name_of(by)}.")
    entries = (
        messages.Entry(id, Phase.EXPORT.value, attempt, line, rule.name) for id, attempt, _ in rows
    )
    messages.write(entries, None, database.now())
    return moved


def name_of(by) -> str:
    """How messages call a person or the bearer of an API key."""
    return getattr(by, "email", "") or str(by)


def _wake(routes: set[int]) -> None:
    realtime = list(Route.objects.filter(pk__in=routes, realtime=True, enabled=True))
    if realtime:
        for wake in woken:
            wake(realtime)
