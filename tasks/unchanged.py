"""Unchanged entities: what a route does with a record that is as it was when last it became a task.

The memory is one row per (route, entity identifier), written with the task that it is about. A task
that ended Failed or Rejected was never delivered, so what it remembers does not count: the same
record makes a new task.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from alumio import database
from routes.models import Route, Unchanged
from tasks.gate import Draft
from tasks.models import Memory
from tasks.status import Status
from transformers.context import LogLine

NOT_DELIVERED = (Status.FAILED, Status.REJECTED)


def digest(text: str) -> str:
    """The content hash of an entity's compact JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def sift(drafts: Sequence[Draft], *, looking: bool = False) -> tuple[list[Draft], Counter]:
    """What is left of the drafts, and the counts by status as they are then.

    Unchanged ones become Skipped or are left out, as their route says; `unchanged` counts the
    latter. `looking`: nothing will be remembered, so nobody has to wait for it.
    """
    known = _recall(drafts, looking)
    kept, counts = [], Counter()
    for draft in drafts:
        if _concerns(draft):
            key, content = (draft.route.pk, draft.identifier), digest(draft.data)
            if known.get(key, (None, ""))[0] == content:
                if draft.route.unchanged == Unchanged.IGNORE:
                    counts["unchanged"] += 1
                    continue
                draft = _skipped(draft, known[key][1])
            known[key] = (content, "of this import")
        kept.append(draft)
        counts[str(draft.status)] += 1
    return kept, counts


def remember(drafts: Sequence[Draft], ids: Iterable[int]) -> None:
    """Note what became a New task, in the transaction of these tasks."""
    now, rows = database.now(), {}
    for id, draft in zip(ids, drafts, strict=True):
        if _concerns(draft):
            rows[draft.route.pk, draft.identifier] = Memory(
                route=draft.route,
                entity_identifier=draft.identifier,
                digest=digest(draft.data),
                task_id=id,
                seen_at=now,
            )
    Memory.objects.bulk_create(
        rows.values(),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["route", "entity_identifier"],
        update_fields=["digest", "task", "seen_at"],
    )


def _concerns(draft: Draft) -> bool:
    return draft.status == Status.NEW and draft.route.unchanged != Unchanged.SEND


def _recall(drafts: Sequence[Draft], looking: bool) -> dict[tuple[int, str], tuple[str, str]]:
    """(route, entity) → (content hash, the task it was sent with), for what counts."""
    wanted: dict[int, set[str]] = {}
    for draft in drafts:
        if _concerns(draft):
            wanted.setdefault(draft.route.pk, set()).add(draft.identifier)
    if not looking:
        _take_turns(wanted)
    known = {}
    for route, identifiers in wanted.items():
        rows = Memory.objects.filter(route=route, entity_identifier__in=identifiers)
        for entity, content, task in rows.exclude(task__status__in=NOT_DELIVERED).values_list(
            "entity_identifier", "digest", "task__identifier"
        ):
            known[route, entity] = (content, f"{task}" if task else "that is gone by now")
    return known


def _take_turns(routes: Iterable[int]) -> None:
    """A route may be fed by a webhook and by a run of its incoming at once: whoever comes second
    sees what the first one has remembered."""
    rows = Route.objects.filter(pk__in=list(routes)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def _skipped(draft: Draft, task: str) -> Draft:
    line = LogLine("info", f"Skipped: unchanged since task {task}.")
    return replace(draft, status=Status.SKIPPED, messages=[*draft.messages, line])
