"""The queue: what may be queued, who is started first, who waits."""

from datetime import timedelta

import pytest
from django.db import transaction

from alumio.models import User
from scheduler import queue
from scheduler.models import Priority, Process
from tests.scheduler.running import queued, started
from tests.world import make_incoming, make_route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def waiting() -> int:
    return Process.objects.filter(status="scheduled").count()


def test_what_is_queued_says_what_it_is_who_wants_it_and_how_much(rings):
    route, person = make_route(), User.objects.create(email="ann@example.com")

    queue.enqueue(route, "api", limit=7, user=person, priority=Priority.HIGH)

    process = Process.objects.get()
    assert (process.job, process.route, process.incoming) == ("export", route, None)
    assert (process.status, process.trigger, process.limit) == ("scheduled", "api", 7)
    assert (process.started_by, process.priority) == (person, Priority.HIGH)
    assert rings == ["ring"]


def test_a_second_run_is_a_duplicate_of_the_one_that_waits(rings):
    route = make_route()
    first = queued(route)

    second = queue.enqueue(route, "schedule")

    assert second == queue.Queued(None, first)
    assert waiting() == 1
    assert rings == ["ring"]


def test_a_running_one_is_no_duplicate():
    route = make_route()
    started(route)

    assert queue.enqueue(route, "schedule").process is not None


def test_other_configurations_and_the_import_beside_the_export_are_no_duplicates():
    route, other = make_route(), make_route()
    queued(route)

    assert queue.enqueue(other, "person").process
    assert queue.enqueue(route.incoming, "person").process


def test_with_the_check_switched_off_every_run_is_queued(settings):
    settings.ALUMIO_PREVENT_DUPLICATE_JOBS = False
    route = make_route()

    for _ in range(3):
        queued(route)

    assert waiting() == 3


def test_a_parallel_route_waits_and_runs_as_often_as_it_may_at_once():
    route = make_route(parallel=True, max_processes=3)
    running = started(route)
    queued(route)
    queued(route)

    answer = queue.enqueue(route, "person")

    assert answer.process is None
    assert answer.duplicate_of.status == "scheduled"
    assert running.status == "running"


def test_a_parallel_route_that_starts_one_of_all_that_may_wait_has_no_place_for_another():
    route = make_route(parallel=True, max_processes=3)
    for _ in range(3):
        queued(route)
    queue.start_next("worker")

    answer = queue.enqueue(route, "person")

    assert answer.process is None
    assert waiting() == 2


def test_a_parallel_route_with_all_places_taken_names_one_that_runs():
    route = make_route(parallel=True, max_processes=2)
    first = started(route)
    started(route)

    assert queue.enqueue(route, "person") == queue.Queued(None, first)


def test_what_is_disabled_cannot_be_queued():
    route = make_route(enabled=False)

    with pytest.raises(queue.Disabled, match="Enable it to run it"):
        queue.enqueue(route, "person")


def test_what_is_rolled_back_was_never_queued_and_rings_nobody(rings):
    route = make_route()

    with transaction.atomic():
        queued(route)
        transaction.set_rollback(True)

    assert waiting() == 0
    assert rings == []
    assert queue.enqueue(route, "person").process


def test_the_most_urgent_starts_first_and_of_equal_ones_the_oldest():
    low = queued(make_route(), priority=Priority.LOW)
    first, second = queued(make_route()), queued(make_route())
    high = queued(make_route(), priority=Priority.HIGH)

    order = [queue.start_next("worker").pk for _ in range(4)]

    assert order == [high.pk, first.pk, second.pk, low.pk]
    assert queue.start_next("worker") is None


def test_what_has_waited_for_an_hour_gets_a_part_of_the_starts_whatever_its_priority(monkeypatch):
    aged, low = (queued(make_route(), priority=Priority.LOW) for _ in range(2))
    long_ago = aged.created_at - timedelta(hours=1)
    Process.objects.filter(pk=aged.pk).update(created_at=long_ago)
    urgent = [queued(make_route(), priority=Priority.HIGH) for _ in range(2)]
    rolled = iter([0.3, 0.2, 0.2, 0.2])
    monkeypatch.setattr(queue.random, "random", lambda: next(rolled))

    order = [queue.start_next("worker").pk for _ in range(4)]

    assert order == [urgent[0].pk, aged.pk, urgent[1].pk, low.pk]


def test_a_started_process_has_a_place_a_worker_and_a_lease():
    process = started(make_route(), worker="worker-1")

    assert (process.status, process.slot, process.worker) == ("running", 0, "worker-1")
    assert process.heartbeat_at is not None
    assert process.started_at is not None


def test_a_route_runs_once_at_a_time_and_others_go_on_meanwhile():
    route, other = make_route(), make_route()
    running = started(route)
    held = queued(route)
    assert started(other).route == other
    assert queue.start_next("worker") is None

    Process.objects.filter(pk=running.pk).move("finish", slot=None)

    assert queue.start_next("worker") == held


def test_an_incoming_runs_once_at_a_time():
    incoming = make_incoming()
    started(incoming)
    queued(incoming)

    assert queue.start_next("worker") is None


def test_a_crowd_that_waits_for_a_full_route_hides_nobody(settings):
    settings.ALUMIO_PREVENT_DUPLICATE_JOBS = False
    route = make_route()
    started(route)
    now = route.created_at
    Process.objects.bulk_create(
        Process(job="export", route=route, trigger="person", created_at=now, updated_at=now)
        for _ in range(500)
    )
    last = queued(make_route())

    assert queue.start_next("worker") == last


def test_a_limit_that_was_lowered_starts_nothing_until_enough_have_ended():
    route = make_route(parallel=True, max_processes=3)
    running = [started(route) for _ in range(3)]
    route.max_processes = 1
    route.store()
    Process.objects.filter(pk=running[0].pk).move("finish", slot=None)
    Process.objects.create(
        job="export",
        route=route,
        trigger="person",
        created_at=route.created_at,
        updated_at=route.created_at,
    )

    assert queue.start_next("worker") is None


def test_only_what_waits_can_be_skipped():
    route = make_route()
    process = queued(route)

    assert queue.skip(process, "ann@example.com")
    assert not queue.skip(process)

    process.refresh_from_db()
    assert (process.status, process.result) == ("skipped", "Skipped by ann@example.com.")
    assert process.ended_at is not None
    assert not queue.skip(started(route))


def test_only_what_runs_can_be_asked_to_stop():
    waiting_one = queued(make_route())
    assert not queue.request_stop(waiting_one)

    process = queue.start_next("worker")

    assert queue.request_stop(process, "ann@example.com")
    process.refresh_from_db()
    assert process.stop_requested
    assert process.result == "Stop asked for by ann@example.com."
