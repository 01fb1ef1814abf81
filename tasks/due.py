"""What is due on a route, and which of it may go now: each entity's oldest open task, alone.

A task in New or Processing goes before the newer ones of its entity. One that waits for its retry
holds them back, unless the route says that the newest wins: then it is superseded.
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Now

from alumio import database
from tasks import messages
from tasks.models import Phase, Task
from tasks.status import OPEN, Status
from transformers.context import LogLine

PAGE = 200
MAX_BYTES = 16_000_000
"""Of entity data claimed at once, so that large entities do not fill the memory by the hundred."""
QUARANTINE_AFTER = 1
"""Deaths after which a task is claimed alone, so that its next death is nobody else's."""


def due(route_id: int):
    """New tasks and due retries of a route, whether or not another one holds them back."""
    ready = Q(status=Status.NEW) | Q(status=Status.RETRY, next_attempt_at__lte=Now())
    return Task.objects.filter(ready, route_id=route_id)


class Candidate(NamedTuple):
    """A due task that nothing holds back. `bytes` of data."""

    id: int
    deaths: int
    bytes: int


class Due:
    """The due tasks of a route, as one process sees them that looks for work."""

    def __init__(self, route_id: int, process: int, newest_wins: bool):
        self.route_id, self.process, self.newest_wins = route_id, process, newest_wins

    def lock(self, size: int) -> list[int]:
        """Lock up to `size` due tasks that nothing holds back.

        Candidates are read a page at a time and judged here rather than in SQL: a look at the index
        for the page's entities costs the same whatever the database believes of its tables.
        """
        ids: list[int] = []
        room = MAX_BYTES
        for page in self.pages():
            if self.newest_wins:
                self.supersede(page)
            free = self.free(page)
            if ids and not free:
                break  # the rest waits for entities that we have; updates of few make long pages
            if not ids and free and free[0].deaths >= QUARANTINE_AFTER:
                alone = self._locked([free[0].id])
                if alone:
                    return alone
            healthy = [task for task in free if task.deaths < QUARANTINE_AFTER]
            chosen, room = _fitting(healthy[: size - len(ids)], room, bool(ids))
            ids += self._locked(chosen)
            if len(ids) >= size or room <= 0:
                break
        return ids

    def pages(self) -> Iterator[list[tuple]]:
        """Due tasks as (id, entity, deaths, bytes), oldest first."""
        last = 0
        while True:
            candidates = due(self.route_id).filter(id__gt=last).order_by("id")
            page = list(candidates.values_list("id", "entity_identifier", "deaths", "size")[:PAGE])
            if not page:
                return
            yield page
            last = page[-1][0]

    def free(self, page: list[tuple]) -> list[Candidate]:
        """Those of a page whose entity has no task that goes first and none in Processing."""
        first = {
            entity: newest if oldest is None else oldest
            for entity, oldest, newest, flying in self._by_entity(page)
            if not flying
        }
        return [
            Candidate(id, deaths, size)
            for id, entity, deaths, size in page
            if first.get(entity) == id
        ]

    def supersede(self, page: list[tuple]) -> None:
        """Skip what waits for a retry and has a newer task of its entity."""
        newest = {entity: newest for entity, _, newest, _ in self._by_entity(page)}
        waiting = self._open(page).filter(status=Status.RETRY)
        rows = waiting.select_for_update(skip_locked=True, of=("self",)).values_list(
            "id", "entity_identifier", "attempt"
        )
        gone = [row for row in rows if row[0] < newest.get(row[1], 0)]
        winners = Task.objects.filter(id__in={newest[entity] for _, entity, _ in gone})
        names = dict(winners.values_list("id", "identifier"))
        gone = [row for row in gone if newest[row[1]] in names]  # or it was removed just now
        if not gone:
            return
        Task.objects.filter(id__in=[id for id, _, _ in gone]).move("supersede")
        entries = [
            messages.Entry(
                id, Phase.EXPORT.value, attempt, replaced_by(names[newest[entity]]), "supersede"
            )
            for id, entity, attempt in gone
        ]
        messages.write(entries, self.process, database.now())

    def _open(self, page: list[tuple]):
        return Task.objects.filter(
            route_id=self.route_id,
            entity_identifier__in={entity for _, entity, _, _ in page},
            status__in=OPEN,
        )

    def _by_entity(self, page: list[tuple]):
        """(entity, id of its oldest task that holds others back, id of its newest, how many fly).

        Where the newest wins, what waits for a retry holds nothing back.
        """
        return (
            self._open(page)
            .order_by()
            .values_list("entity_identifier")
            .annotate(
                oldest=Min("id", filter=~Q(status=Status.RETRY) if self.newest_wins else None),
                newest=Max("id"),
                flying=Count("id", filter=Q(status=Status.PROCESSING)),
            )
        )

    def _locked(self, ids: list[int]) -> list[int]:
        if not ids:
            return []
        rows = due(self.route_id).filter(id__in=ids)
        rows = rows.select_for_update(skip_locked=True, of=("self",))
        return sorted(rows.values_list("id", flat=True))


def replaced_by(identifier: str) -> LogLine:
    return LogLine("notice", f"Skipped: task {identifier} of the same entity is newer, and wins.")


def _fitting(tasks: list[Candidate], room: int, some: bool) -> tuple[list[int], int]:
    """The ids of the tasks for which there is room, and the room left; the first of all fits always
    (`some`: there is one already)."""
    chosen = []
    for task in tasks:
        room -= task.bytes
        if room < 0 and (some or chosen):
            break
        chosen.append(task.id)
    return chosen, room
