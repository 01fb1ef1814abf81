"""Workers killed again and again while somebody edits the limit of their route: never more runs
than it allows, and nothing is left undone."""

import random
import signal
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from operator import itemgetter

import pytest
from django.db import transaction

from alumio import database
from routes.models import Route
from scheduler import engine, queue
from scheduler.models import Process
from tasks.models import Task
from tasks.pipeline import import_entities
from tests.chaos.engines import EngineWorker, crew
from tests.chaos.invariants import broken
from tests.chaos.test_kills import all_quiet
from tests.chaos.test_places import LIMITS, set_limit
from tests.chaos.worker import wait_until
from tests.world import statuses

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]

A_RUN = 15
"""Tasks that one process may take, so that places change hands all the time."""
UNCLEAR = timedelta(milliseconds=3)
"""Moments nearer than this are in no order: SQLite writes milliseconds."""


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch):
    """The workers look by themselves, often."""
    monkeypatch.setattr(engine, "POLL", 0.1)
    monkeypatch.setattr(engine, "SWEEP", 0.5)


class Editor:
    """Sets limits, and remembers since when each was in force."""

    def __init__(self, route: Route, limit: int):
        self.route, self.edits = route, []
        self.set(limit)

    def set(self, limit: int) -> None:
        began = database.now() - UNCLEAR
        with transaction.atomic():
            set_limit(self.route, limit)  # locks the route, as each start does
        self.edits.append((began, database.now() + UNCLEAR, limit))

    def allowed(self, moment: datetime) -> int:
        """How many might run when a process started at this moment: while an edit is made, as many
        as before it or after it."""
        before = [limit for _, ended, limit in self.edits if ended < moment]
        near = [limit for began, ended, limit in self.edits if began <= moment <= ended]
        return max([*before[-1:], *near])


def starts(route: Route) -> list[tuple[datetime, int]]:
    """Each start of a process with how many ran then, itself among them."""
    rows = Process.objects.filter(route=route, started_at__isnull=False)
    times = list(rows.values_list("started_at", "ended_at"))
    changes = [(began, 1) for began, _ in times] + [(ended, -1) for _, ended in times]
    counted, running = [], 0
    for moment, change in sorted(changes, key=itemgetter(0, 1)):
        running += change
        if change > 0:
            counted.append((moment, running))
    return counted


def busy(workers: list[EngineWorker]) -> list[EngineWorker]:
    """Those that run something."""
    names = Process.objects.filter(status="running").values_list("worker", flat=True)
    names = {name.rpartition(":")[2] for name in names}
    return [worker for worker in workers if worker.name in names]


def kill_one_at_work(workers: list[EngineWorker]) -> None:
    """Kill a worker that runs something: frozen first, so that its run does not end meanwhile."""
    for _ in range(50):
        worker = random.choice(busy(workers) or workers)
        worker.signal(signal.SIGSTOP)
        if worker in busy(workers):
            break
        worker.signal(signal.SIGCONT)
    worker.kill()


@pytest.mark.parametrize("limit", LIMITS)
def test_workers_killed_at_random_neither_exceed_a_limit_nor_leave_tasks_undone(
    limit, scene, deliveries, records
):
    number, kills = records // 10, max(6, records // 200)
    route = scene(number, pause=0.01)
    import_entities(route.incoming)
    editor = Editor(route, limit)

    def look():
        if Task.objects.filter(route=route, status="new").exists():
            queue.enqueue(Route.objects.get(pk=route.pk), "person", limit=A_RUN)

    def done():
        return "new" not in statuses(route) and all_quiet()

    with ExitStack() as stack:
        workers = crew(stack, limit + 2)
        for turn in range(kills):
            seen = len(deliveries)
            wait_until(lambda seen=seen: len(deliveries) > seen + 5 or done(), 120, look)
            time.sleep(0.2 * random.random())
            kill_one_at_work(workers)
            editor.set(max(1, limit - turn % 3))
        editor.set(limit)
        wait_until(done, 300, look)
        died = sum(worker.kills for worker in workers)

    counted = starts(route)
    poisoned = Task.objects.filter(route=route, status="failed", deaths=3).count()
    report = f"{died} kills, {len(counted)} starts, at most {max(n for _, n in counted)} at once"
    print(f"\nlimit {limit}: {report}")
    assert [start for start in counted if start[1] > editor.allowed(start[0])] == []
    assert statuses(route).count("finished") == number - poisoned
    assert Process.objects.filter(result__startswith="Lost").exists()
    assert broken() == []
