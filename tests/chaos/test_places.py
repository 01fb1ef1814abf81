"""Places of a route while processes die and somebody edits the limit: never above, never stuck."""

import random
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from routes.models import Route
from scheduler import queue
from scheduler.models import Process
from scheduler.repair import repair_lost
from tasks.models import Task
from tasks.pipeline import import_entities
from tests.chaos.invariants import broken
from tests.chaos.racers import PATIENCE, Racers
from tests.chaos.test_kills import all_quiet
from tests.chaos.worker import Worker, wait_until
from tests.world import make_route, statuses

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]

LIMITS = (1, 2, 3, 7)
WORKERS = 8
RUNS = 12
OPEN = ("scheduled", "running")


def set_limit(route: Route, limit: int) -> None:
    Route.objects.filter(pk=route.pk).update(parallel=limit > 1, max_processes=limit)


def running(route: Route) -> int:
    return Process.objects.filter(route=route, status="running").count()


def fill_queue(route: Route) -> None:
    """More runs than the duplicate check allows, as without it."""
    now = route.created_at
    Process.objects.bulk_create(
        Process(job="export", route=route, trigger="person", created_at=now, updated_at=now)
        for _ in range(RUNS)
    )


def quiet() -> bool:
    return not Process.objects.filter(status__in=OPEN).exists()


# ---------------------------------------------------------------- races of clocks' hands


def run_or_die(racer: int, round: int) -> int:
    """Start processes and end them, or die with them, until nothing is open. Returns the deaths."""
    deaths, deadline = 0, time.monotonic() + PATIENCE / 2
    fate = random.Random(f"{racer} {round}")
    while not quiet():
        assert time.monotonic() < deadline, "the queue is stuck"
        process = queue.start_next(f"racer-{racer}")
        if process is None:
            repair_lost()
            # Whoever has work to do gets on: eight that look without a pause keep it from the rest.
            time.sleep(0.02 * fate.random())
        elif fate.random() < 0.3:
            long_ago = Now() - timedelta(hours=1)
            Process.objects.filter(pk=process.pk).update(heartbeat_at=long_ago)
            deaths += 1
        else:
            time.sleep(0.02 * fate.random())
            Process.objects.filter(pk=process.pk).move("finish", slot=None)
    return deaths


def edit(route: Route, limits: list[int]) -> int:
    """Set one limit after the other, until nothing is open. Returns how many starts were too many.

    What ran when a limit was lowered goes on; beyond it nothing may start.
    """
    violations = turn = 0
    while not quiet():
        limit = limits[turn % len(limits)]
        with transaction.atomic():
            set_limit(route, limit)
            before = running(route)
        for _ in range(10):
            now = running(route)
            violations += now > max(limit, before)
            before = now
        turn += 1
    return violations


@pytest.mark.parametrize("limit", LIMITS)
def test_deaths_and_edits_neither_exceed_a_limit_nor_leave_a_route_stuck(limit, rounds):
    route = make_route()
    limits = [limit, *(other for other in LIMITS if other != limit)]

    def step(racer, round):
        if racer == WORKERS:
            return 0, edit(route, limits)
        return run_or_die(racer, round), 0

    deaths = 0
    with Racers(WORKERS + 1, step) as racers:
        for _ in range(rounds):
            Process.objects.all().delete()
            set_limit(route, limit)
            fill_queue(route)
            answers = racers.run_round()
            died = sum(number for number, _ in answers)
            assert sum(violations for _, violations in answers) == 0
            assert quiet()
            assert Process.objects.filter(status="failed").count() == died
            deaths += died
    print(f"\nlimit {limit}: {deaths} deaths in {rounds} rounds")
    assert broken() == []


# ---------------------------------------------------------------- real workers


def test_workers_killed_at_random_share_a_parallel_route_within_its_limit(
    scene, deliveries, records
):
    number = records // 3
    route = scene(number, pause=0.01, parallel=True, max_processes=2)
    import_entities(route.incoming)
    queue.enqueue(route, "person")
    most = 0

    def look():
        nonlocal most
        most = max(most, running(route))
        if Task.objects.filter(route=route, status="new").exists():
            queue.enqueue(route, "person")

    with Worker("chaos-1") as first, Worker("chaos-2") as second, Worker("chaos-3") as third:
        for kill in range(max(3, records // 1500)):
            seen = len(deliveries)
            wait_until(lambda seen=seen: len(deliveries) > seen + 20 or all_quiet(), 120, look)
            (first, second, third)[kill % 3].kill()
            set_limit(route, 3 if kill % 2 else 2)
        set_limit(route, 3)
        wait_until(lambda: statuses(route).count("new") == 0 and all_quiet(), 300, look)

    died = Task.objects.filter(status="failed", deaths=3).count()
    kills = first.kills + second.kills + third.kills
    print(f"\n{kills} kills, at most {most} at once, {deliveries.repeats()} repeats")
    assert broken() == []
    assert most <= 3
    assert statuses(route).count("finished") == number - died
    assert all(len(keys) == 1 for keys in deliveries.keys().values())
