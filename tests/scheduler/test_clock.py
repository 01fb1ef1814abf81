"""The clock: every occurrence once, whatever the clock's own luck."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from scheduler import queue
from scheduler.clock import tick
from scheduler.models import Occurrence, Priority, Process, ScheduledJob
from tests.scheduler.running import make_job
from tests.world import make_incoming, make_route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def since(job, moment=NOON) -> ScheduledJob:
    """As if the job had been made at this moment."""
    ScheduledJob.objects.filter(pk=job.pk).update(created_at=moment)
    return job


def outcomes(job) -> list[str]:
    return list(job.occurrences.order_by("instant").values_list("outcome", flat=True))


def minutes(number) -> datetime:
    return NOON + timedelta(minutes=number)


def test_a_due_job_is_queued_as_it_says():
    route = make_route()
    job = since(make_job(route, number_of_tasks=50, priority=Priority.HIGH))

    assert tick(minutes(1)) == 1

    process = Process.objects.get()
    assert (process.route, process.limit, process.priority) == (route, 50, Priority.HIGH)
    assert (process.trigger, process.scheduled_job) == ("schedule", job)
    assert Occurrence.objects.get().process == process
    assert Occurrence.objects.get().instant == minutes(1)


def test_an_import_is_queued_by_its_job():
    incoming = make_incoming()
    since(make_job(incoming))

    tick(minutes(1))

    assert Process.objects.get().incoming == incoming


def test_ticking_again_queues_nothing_twice():
    job = since(make_job(make_route()))

    fired = [tick(minutes(1)), tick(minutes(1)), tick(minutes(1) + timedelta(seconds=30))]

    assert fired == [1, 0, 0]
    assert outcomes(job) == ["queued"]


def test_nothing_is_due_in_the_minute_in_which_a_job_is_made():
    since(make_job(make_route()))

    assert tick(NOON + timedelta(seconds=59)) == 0


def test_what_comes_due_while_the_last_one_waits_is_noted_as_a_duplicate():
    job = since(make_job(make_route()))

    tick(minutes(1))
    tick(minutes(2))

    assert outcomes(job) == ["queued", "duplicate"]
    assert len({occurrence.process for occurrence in job.occurrences.all()}) == 1


def test_what_comes_due_while_the_last_one_runs_is_queued():
    job = since(make_job(make_route()))
    tick(minutes(1))
    queue.start_next("worker")

    tick(minutes(2))

    assert outcomes(job) == ["queued", "queued"]


def test_after_a_short_silence_one_run_catches_up():
    job = since(make_job(make_route()))

    assert tick(minutes(4)) == 1

    assert outcomes(job) == ["queued", "duplicate", "duplicate", "duplicate"]


def test_what_a_long_silence_missed_is_noted_and_not_run():
    job = since(make_job(make_route(), "0 * * * *"))

    assert tick(minutes(150)) == 0

    assert outcomes(job) == ["missed", "missed"]
    assert not Process.objects.exists()


def test_a_job_that_catches_up_runs_once_for_all_that_a_long_silence_missed():
    job = since(make_job(make_route(), "*/10 * * * *", catch_up=True))

    assert tick(minutes(47)) == 1

    assert outcomes(job) == ["missed", "missed", "missed", "late"]
    assert job.occurrences.get(outcome="late").process == Process.objects.get()


def test_a_job_that_catches_up_needs_no_catching_up_where_it_is_due_now():
    job = since(make_job(make_route(), "*/10 * * * *", catch_up=True))

    assert tick(minutes(31)) == 1

    assert outcomes(job) == ["missed", "missed", "queued"]


def test_a_year_of_silence_is_no_flood():
    job = since(make_job(make_route(), "0 * * * *"))

    tick(NOON + timedelta(days=365, minutes=1))

    assert outcomes(job) == ["missed"] * 23 + ["queued"]


def test_a_job_of_a_disabled_configuration_notes_it():
    route = make_route()
    job = since(make_job(route))
    route.enabled = False
    route.store()

    tick(minutes(1))

    assert outcomes(job) == ["disabled"]


def test_what_passed_while_a_job_was_off_does_not_run_when_it_is_on_again():
    job = since(make_job(make_route(), expression="2 12 * * *", enabled=False))
    tick(minutes(3))
    ScheduledJob.objects.filter(pk=job.pk).update(enabled=True)

    assert tick(minutes(4)) == 0
    assert outcomes(job) == []


def test_a_disabled_job_does_nothing():
    job = since(make_job(make_route(), enabled=False))

    assert tick(minutes(1)) == 0
    assert outcomes(job) == []


def test_a_job_goes_by_its_own_time_zone():
    job = since(make_job(make_route(), "30 13 * * *", time_zone="Europe/Amsterdam"))

    tick(minutes(31))

    assert job.occurrences.get().instant == minutes(30)


@pytest.mark.parametrize(
    "fault",
    [
        {"time_zone": "Europe/Atlantis"},
        {"time_zone": "../../etc/passwd"},
        {"expression": "every minute"},
        {"job": "import"},
    ],
)
def test_a_job_that_cannot_be_worked_out_does_not_stop_the_others(fault):
    broken, good = since(make_job(make_route())), since(make_job(make_route()))
    ScheduledJob.objects.filter(pk=broken.pk).update(**fault)

    assert tick(minutes(1)) == 1

    assert outcomes(good) == ["queued"]
    assert not broken.occurrences.filter(outcome="queued").exists()


def test_many_jobs_of_one_minute_take_as_many_statements_as_few():
    for _ in range(3):
        since(make_job(make_route()))
    with CaptureQueriesContext(connection) as few:
        assert tick(minutes(1)) == 3
    Process.objects.all().delete()
    for _ in range(30):
        since(make_job(make_route()))

    with CaptureQueriesContext(connection) as many:
        assert tick(minutes(2)) == 33

    assert len(many) == len(few)


@pytest.mark.parametrize(
    "error", [IntegrityError("somebody was faster"), OperationalError("deadlock detected")]
)
def test_a_tick_that_somebody_disturbs_looks_again(error, monkeypatch):
    job = since(make_job(make_route()))
    enqueue_jobs, disturbances = queue.enqueue_jobs, iter([error])

    def disturbed(*args):
        for error in disturbances:
            raise error
        return enqueue_jobs(*args)

    monkeypatch.setattr(queue, "enqueue_jobs", disturbed)

    assert tick(minutes(1)) == 1
    assert outcomes(job) == ["queued"]


def test_places_of_a_parallel_route_are_counted_by_the_clock_too():
    route = make_route(parallel=True, max_processes=2)
    jobs = [since(make_job(route)) for _ in range(3)]

    assert tick(minutes(1)) == 2

    assert sorted(outcome for job in jobs for outcome in outcomes(job)) == [
        "duplicate",
        "queued",
        "queued",
    ]


def test_a_clock_that_goes_back_repeats_nothing():
    job = since(make_job(make_route()))
    tick(minutes(10))
    before = outcomes(job)

    assert tick(minutes(5)) == 0
    assert outcomes(job) == before


def test_a_tick_that_dies_between_note_and_queue_leaves_neither(monkeypatch):
    job = since(make_job(make_route()))

    class Died(BaseException):
        pass

    def dying(*_, **__):
        raise Died

    monkeypatch.setattr(queue, "enqueue_jobs", dying)
    with pytest.raises(Died):
        tick(minutes(1))
    assert outcomes(job) == []
    monkeypatch.undo()

    assert tick(minutes(1)) == 1
