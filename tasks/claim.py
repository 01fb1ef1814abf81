"""Claiming: the oldest due tasks of a route, each entity once, held by one process."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from tasks.models import Payload, Task
from tasks.status import Status

QUARANTINE_AFTER = 1
"""Deaths after which a task is claimed alone, so that its next death is nobody else's."""


@dataclass(slots=True)
class Claimed:
    """What an export needs to know of a claimed task."""

    id: int
    identifier: str
    schema: str
    entity: str
    attempt: int
    attempts: int
    generation: int
    data: str

    @property
    def idempotency_key(self) -> str:
        return f"{self.identifier}-{self.generation}"


def claimable(route_id: int):
    """New tasks and due retries of the route that no older task of the same entity holds back.

    An older one in New, Processing or Retry goes first; one in Processing holds back any other.
    """
    same = Task.objects.filter(
        route_id=OuterRef("route_id"), entity_identifier=OuterRef("entity_identifier")
    )
    older = same.filter(id__lt=OuterRef("id"), status__in=[Status.NEW, Status.RETRY])
    flying = same.filter(status=Status.PROCESSING)
    due = Q(status=Status.NEW) | Q(status=Status.RETRY, next_attempt_at__lte=Now())
    return Task.objects.filter(due, ~Exists(older), ~Exists(flying), route_id=route_id)


def claim(route_id: int, process: int, size: int) -> list[Claimed]:
    """Claim up to `size` tasks for a process, oldest first. Nothing is claimed twice.

    On PostgreSQL others' locked rows are passed over; on SQLite the transaction holds the only
    write lock. The unique index on (route, entity) in Processing has the last word: losing against
    it means that somebody claimed the entity just now, and we look again.
    """
    for _ in range(5):
        try:
            with transaction.atomic():
                return _claim(route_id, process, size)
        except IntegrityError:
            continue
    return []


def _claim(route_id: int, process: int, size: int) -> list[Claimed]:
    rows = (
        claimable(route_id)
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("id", "deaths")[:size]
    )
    ids = _quarantined([*rows])
    if not ids:
        return []
    mine = Task.objects.filter(id__in=ids)
    mine.move("claim", held_by=process, attempt=F("attempt") + 1, attempts=F("attempts") + 1)
    data = dict(Payload.objects.filter(task_id__in=ids).values_list("task_id", "data"))
    held = mine.filter(held_by=process, status=Status.PROCESSING).order_by("id")
    return [
        Claimed(*values, data.get(values[0], "null"))
        for values in held.values_list(
            "id",
            "identifier",
            "entity_schema",
            "entity_identifier",
            "attempt",
            "attempts",
            "generation",
        )
    ]


def _quarantined(rows: list[tuple[int, int]]) -> list[int]:
    """All ids up to the first task that a process died over; that one only alone."""
    for index, (id, deaths) in enumerate(rows):
        if deaths >= QUARANTINE_AFTER:
            return [id] if index == 0 else [row[0] for row in rows[:index]]
    return [id for id, _ in rows]
