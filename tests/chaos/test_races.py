"""Races by many processes: what may happen once, happens once, round after round."""

import time

import pytest

from connectors.models import Incoming
from routes.models import Route
from scheduler import queue
from scheduler.models import Process
from tasks.claim import claim
from tasks.models import Task
from tasks.pipeline import import_entities
from tests.chaos.invariants import broken
from tests.chaos.racers import PATIENCE, Racers
from tests.world import make_incoming, make_route, make_schema

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]


# ---------------------------------------------------------------- the duplicate check


def race_to_enqueue(model, pk: int, rounds: int) -> list[list[queue.Queued]]:
    """16 processes queue a run of the same configuration; each round begins with an empty queue."""

    def step(racer, round):
        return queue.enqueue(model.objects.get(pk=pk), "person")

    answers = []
    with Racers(16, step) as racers:
        for _ in range(rounds):
            answers.append(racers.run_round())
            rows = Process.objects.filter(status="scheduled")
            answers[-1].append(list(rows.values_list("pk", flat=True)))
            rows.delete()
    return answers


def test_of_sixteen_who_queue_a_job_at_once_one_does_and_the_others_learn_of_it(rounds):
    route = make_route()

    answers = race_to_enqueue(Route, route.pk, rounds)

    for *queued, rows in answers:
        assert len(rows) == 1
        assert [q.process.pk for q in queued if q.process] == rows
        assert {q.duplicate_of.pk for q in queued if not q.process} == set(rows)


def test_of_an_import_one_run_is_queued_as_well(rounds):
    incoming = make_incoming()

    answers = race_to_enqueue(Incoming, incoming.pk, rounds)

    assert [len(rows) for *_, rows in answers] == [1] * rounds


def test_a_parallel_route_is_queued_as_often_as_it_may_run_at_once(rounds):
    route = make_route(parallel=True, max_processes=3)

    answers = race_to_enqueue(Route, route.pk, rounds)

    assert [len(rows) for *_, rows in answers] == [3] * rounds


# ---------------------------------------------------------------- places


def fill_queue(route: Route, number: int) -> None:
    """More runs than the duplicate check allows, as without it."""
    now = route.created_at
    Process.objects.bulk_create(
        Process(job="export", route=route, trigger="person", created_at=now, updated_at=now)
        for _ in range(number)
    )


def start_and_end_all(racer, round) -> tuple[int, int]:
    """Start what can be started and end it, until all is done: how many, and the most at once."""
    started = most = 0
    deadline = time.monotonic() + PATIENCE / 2
    while time.monotonic() < deadline:
        process = queue.start_next(f"racer-{racer}")
        most = max(most, Process.objects.filter(status="running").count())
        if process:
            started += 1
            Process.objects.filter(pk=process.pk).move("finish", slot=None)
        elif not Process.objects.filter(status="scheduled").exists():
            return started, most
    raise TimeoutError


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_never_more_processes_run_than_a_route_has_places(limit, rounds):
    route = make_route(parallel=limit > 1, max_processes=limit)

    with Racers(8, start_and_end_all) as racers:
        for _ in range(rounds):
            fill_queue(route, 8)
            answers = racers.run_round()
            assert sum(started for started, _ in answers) == 8
            assert max(most for _, most in answers) <= limit


def test_a_limit_that_is_lowered_meanwhile_holds(rounds):
    """Places 0 and 1 are free, but the run that is left holds place 2: only one more may start."""
    route = make_route(parallel=True, max_processes=2)

    def step(racer, round):
        return bool(queue.start_next(f"racer-{racer}"))

    with Racers(8, step) as racers:
        for _ in range(rounds):
            Process.objects.all().delete()
            fill_queue(route, 8)
            left = Process.objects.order_by("pk").first()
            Process.objects.filter(pk=left.pk).move("start", slot=2)
            assert sum(racers.run_round()) == 1


# ---------------------------------------------------------------- claims


def test_no_task_is_claimed_twice_and_no_entity_is_in_flight_twice(rounds):
    """Six claimers share 60 tasks of 10 entities, a few at a time."""
    entities = [{"sku": n % 10, "n": n} for n in range(60)]
    route = make_route(incoming=make_incoming(entities, schema=make_schema()))

    def step(racer, round):
        mine, overlaps, deadline = [], 0, time.monotonic() + PATIENCE / 2
        while Task.objects.filter(status__in=["new", "processing"]).exists():
            assert time.monotonic() < deadline
            claimed = claim(route.pk, racer + 1, 7)
            flying = Task.objects.filter(status="processing")
            held = list(flying.values_list("entity_identifier", flat=True))
            overlaps += len(held) - len(set(held))
            ids = [task.id for task in claimed]
            mine += [(task.id, task.entity) for task in claimed]
            assert Task.objects.filter(id__in=ids, held_by=racer + 1).move("finish") == len(ids)
        return mine, overlaps

    with Racers(6, step) as racers:
        for _ in range(rounds):
            Task.objects.all().delete()
            import_entities(route.incoming)
            answers = racers.run_round()
            claims = sorted(id for mine, _ in answers for id, _ in mine)
            assert claims == sorted(Task.objects.values_list("id", flat=True))
            assert sum(overlaps for _, overlaps in answers) == 0
            assert set(Task.objects.values_list("status", "attempt")) == {("finished", 1)}
    assert broken() == []


def test_the_tasks_of_each_entity_are_claimed_oldest_first(rounds):
    entities = [{"sku": n % 5, "n": n} for n in range(40)]
    route = make_route(incoming=make_incoming(entities, schema=make_schema()))

    def step(racer, round):
        mine = []
        while Task.objects.filter(status__in=["new", "processing"]).exists():
            claimed = claim(route.pk, racer + 1, 5)
            mine += [(time.monotonic(), task.id, task.entity) for task in claimed]
            Task.objects.filter(id__in=[task.id for task in claimed]).move("finish")
        return mine

    with Racers(4, step) as racers:
        for _ in range(rounds):
            Task.objects.all().delete()
            import_entities(route.incoming)
            claims = sorted(claim for mine in racers.run_round() for claim in mine)
            for entity in {entity for _, _, entity in claims}:
                ids = [id for _, id, e in claims if e == entity]
                assert ids == sorted(ids)
