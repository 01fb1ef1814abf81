"""Claiming: the oldest due tasks of a route, each entity once, held by one process."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Now

from alumio import database
from tasks import messages
from tasks.models import Payload, Phase, Task
from tasks.status import OPEN, Status
from transformers.context import LogLine

PAGE = 200
MAX_BYTES = 16_000_000
"""Of entity data claimed at once, so that large entities do not fill the memory by the hundred."""
NOT_BEGUN = LogLine("info", "Not begun: its process ended before.")
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
    claimed_at: datetime
    data: str

    @property
    def quarantined(self) -> bool:
        """Whether a process died over it, so that nothing else may be under way beside it."""
        return self.deaths >= QUARANTINE_AFTER

    @property
    def idempotency_key(self) -> str:
        return f"{self.identifier}-{self.generation}"

    def key_of(self, number: int) -> str:
        """The key of one of the entities that the outgoing made of this task, counted from 1: with
        the first one's, a target would take the others for repeats."""
        return self.idempotency_key if number == 1 else f"{self.idempotency_key}-{number}"


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


def give_back(process: int) -> int:
    """Release what a process holds and nobody works on, at its own end or where the answer to its
    claim got lost. Returns how many tasks."""
    with transaction.atomic():
        held = Task.objects.filter(held_by=process, status=Status.PROCESSING)
        rows = list(held.select_for_update().values_list("id", "attempt", "updated_at"))
        entries = (
            messages.Entry(id, Phase.EXPORT.value, attempt, NOT_BEGUN, "release", claimed_at)
            for id, attempt, claimed_at in rows
        )
        messages.write(entries, process, database.now())
        return held.move("release", attempts=F("attempts") - 1)


def has_claimable(route_id: int) -> bool:
    """Whether a route has a due task that nothing holds back."""
    return any(_not_held_back(route_id, page) for page in _pages(route_id))


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
            "updated_at",
        )
    ]


def _lock(route_id: int, size: int) -> list[int]:
    """Lock up to `size` due tasks that nothing holds back.

    Candidates are read a page at a time and judged here rather than in SQL: a look at the index
    for the page's entities costs the same whatever the database believes of its tables.
    """
    ids: list[int] = []
    room = MAX_BYTES
    for page in _pages(route_id):
        free = _not_held_back(route_id, page)
        if ids and not free:
            break  # the rest waits for entities that we have; many updates of few make long pages
        if not ids and free and free[0][1] >= QUARANTINE_AFTER:
            alone = _locked(route_id, [free[0][0]])
            if alone:
                return alone
        healthy = [(id, bytes) for id, deaths, bytes in free if deaths < QUARANTINE_AFTER]
        chosen, room = _fitting(healthy[: size - len(ids)], room, bool(ids))
        ids += _locked(route_id, chosen)
        if len(ids) >= size or room <= 0:
            break
    return ids


def _pages(route_id: int) -> Iterator[list[tuple]]:
    """Due tasks as (id, entity, deaths, bytes), oldest first."""
    last = 0
    while True:
        candidates = due(route_id).filter(id__gt=last).order_by("id")
        page = list(candidates.values_list("id", "entity_identifier", "deaths", "size")[:PAGE])
        if not page:
            return
        yield page
        last = page[-1][0]


def _fitting(tasks: list[tuple[int, int]], room: int, some: bool) -> tuple[list[int], int]:
    """The ids of tasks (id, bytes) for which there is room, and the room left; the first of all
    fits always (`some`: there is one already)."""
    chosen = []
    for id, size in tasks:
        room -= size
        if room < 0 and (some or chosen):
            break
        chosen.append(id)
    return chosen, room


def _not_held_back(route_id: int, page: list[tuple]) -> list[tuple[int, int, int]]:
    """(id, deaths, bytes) of those whose entity has no older open task and none in Processing."""
    open_tasks = Task.objects.filter(
        route_id=route_id,
        entity_identifier__in={entity for _, entity, _, _ in page},
        status__in=OPEN,
    )
    by_entity = (
        open_tasks.order_by()
        .values_list("entity_identifier")
        .annotate(oldest=Min("id"), flying=Count("id", filter=Q(status=Status.PROCESSING)))
    )
    first = {entity: oldest for entity, oldest, flying in by_entity if not flying}
    return [(id, deaths, bytes) for id, entity, deaths, bytes in page if first.get(entity) == id]


def _locked(route_id: int, ids: list[int]) -> list[int]:
    if not ids:
        return []
    rows = due(route_id).filter(id__in=ids).select_for_update(skip_locked=True, of=("self",))
    return sorted(rows.values_list("id", flat=True))
