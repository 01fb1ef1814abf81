"""Claiming: the oldest due tasks of a route, each entity once, held by one process."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from alumio import database
from tasks import messages
from tasks.due import QUARANTINE_AFTER, Due
from tasks.models import Payload, Phase, Task
from tasks.status import Status
from transformers.context import LogLine

NOT_BEGUN = LogLine("info", "Not begun: its process ended before.")


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


def claim(route_id: int, process: int, size: int, newest_wins: bool = False) -> list[Claimed]:
    """Claim up to `size` tasks for a process, oldest first. Nothing is claimed twice.

    With `newest_wins`, a task that waits for its retry gives way to a newer one of its entity: it
    becomes Skipped.

    On PostgreSQL others' locked rows are passed over; on SQLite the transaction holds the only
    write lock. The unique index on (route, entity) in Processing has the last word: losing against
    it means that somebody claimed the entity just now, and we look again.
    """
    for _ in range(5):
        try:
            with transaction.atomic():
                return _claim(Due(route_id, process, newest_wins), size)
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


def has_claimable(route_id: int, newest_wins: bool = False) -> bool:
    """Whether a route has a due task that nothing holds back."""
    tasks = Due(route_id, 0, newest_wins)
    return any(tasks.free(page) for page in tasks.pages())


def _claim(tasks: Due, size: int) -> list[Claimed]:
    ids = tasks.lock(size)
    if not ids:
        return []
    mine, process = Task.objects.filter(id__in=ids), tasks.process
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
