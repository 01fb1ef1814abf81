"""Claiming: the oldest due tasks of a route, each entity once, held by one process."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from tasks.models import Payload, Task
from tasks.status import OPEN, Status

PAGE = 200
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
    deaths: int
    data: str

    @property
    def quarantined(self) -> bool:
        """Whether a process died over it, so that nothing else may be under way beside it."""
        return self.deaths >= QUARANTINE_AFTER

    @property
    def idempotency_key(self) -> str:
        return f"{self.identifier}-{self.generation}"


def due(route_id: int):
    """New tasks and due retries of a route, whether or not another one holds them back."""
    ready = Q(status=Status.NEW) | Q(status=Status.RETRY, next_attempt_at__lte=Now())
    return Task.objects.filter(ready, route_id=route_id)


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
    ids = _lock(route_id, size)
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
            "deaths",
        )
    ]


def _lock(route_id: int, size: int) -> list[int]:
    """Lock up to `size` due tasks that nothing holds back.

    Candidates are read a page at a time and judged here rather than in SQL: a look at the index
    for the page's entities costs the same whatever the database believes of its tables.
    """
    ids: list[int] = []
    last = 0
    while len(ids) < size:
        candidates = due(route_id).filter(id__gt=last).order_by("id")
        page = list(candidates.values_list("id", "entity_identifier", "deaths")[:PAGE])
        if not page:
            break
        last = page[-1][0]
        free = _not_held_back(route_id, page)
        if not ids and free and free[0][1] >= QUARANTINE_AFTER:
            alone = _locked(route_id, [free[0][0]])
            if alone:
                return alone
        healthy = [id for id, deaths in free if deaths < QUARANTINE_AFTER]
        ids += _locked(route_id, healthy[: size - len(ids)])
    return ids


def _not_held_back(route_id: int, page: list[tuple]) -> list[tuple[int, int]]:
    """(id, deaths) of those whose entity has no older open task and none in Processing."""
    open_tasks = Task.objects.filter(
        route_id=route_id,
        entity_identifier__in={entity for _, entity, _ in page},
        status__in=OPEN,
    )
    first: dict[str, int] = {}
    flying = set()
    for id, entity, status in open_tasks.values_list("id", "entity_identifier", "status"):
        first[entity] = min(id, first.get(entity, id))
        if status == Status.PROCESSING:
            flying.add(entity)
    return [
        (id, deaths)
        for id, entity, deaths in page
        if first.get(entity) == id and entity not in flying
    ]


def _locked(route_id: int, ids: list[int]) -> list[int]:
    if not ids:
        return []
    rows = due(route_id).filter(id__in=ids).select_for_update(skip_locked=True, of=("self",))
    return sorted(rows.values_list("id", flat=True))
