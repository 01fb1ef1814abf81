"""Several jobs in order: each begins when the one before it has ended."""

import pytest

from scheduler import queue
from scheduler.clock import queue_job
from scheduler.execution import execute
from scheduler.models import Process, ScheduledJob
from scheduler.repair import repair_lost
from tests.scheduler.running import execute_next, let_expire, make_job, queued, unattended
from tests.world import make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def export(route, **settings) -> dict:
    return {"job": "export", "route": route.identifier} | settings


def in_order(incoming, *then, **fields) -> ScheduledJob:
    return make_job(incoming, then=list(then), **fields)


def told(process: Process) -> list[str]:
    return list(process.messages.values_list("text", flat=True))


def test_the_route_runs_once_its_incoming_has_ended(target):
    route = make_route(entities=[{"sku": str(n)} for n in range(5)])
    job = in_order(route.incoming, export(route, number_of_tasks=3), priority=1)
    queue_job(job, "schedule")

    fetch = execute_next()
    deliver = execute_next()

    assert (deliver.route, deliver.limit, deliver.trigger) == (route, 3, "schedule")
    assert (deliver.scheduled_job, deliver.priority) == (job, 1)
    assert statuses(route) == ["finished"] * 3 + ["new"] * 2
    assert told(fetch) == [f"Followed by process {deliver.pk}."]
    assert queue.start_next("worker") is None


def test_many_jobs_run_in_their_order_chores_among_them():
    first, second = make_route(entities=[{"sku": "A"}]), make_route()
    job = in_order(first.incoming, export(first), {"job": "repair"}, export(second))
    queue_job(job, "person")

    ran = [execute_next().job for _ in range(4)]

    assert ran == ["import", "export", "repair", "export"]
    assert list(Process.objects.order_by("id").values_list("route", flat=True))[1::2] == [
        first.pk,
        second.pk,
    ]


@pytest.mark.parametrize("go_on", [False, True])
def test_after_a_failure_the_rest_is_left_out_unless_it_is_to_go_on(source, go_on):
    source.update(pages=[[{"sku": "A"}], [{"sku": "B"}]], fails_after=1)
    route = make_route()
    queue_job(in_order(route.incoming, export(route), go_on=go_on), "schedule")

    failed = execute_next()

    assert failed.status == "failed"
    assert Process.objects.filter(job="export").exists() == go_on
    assert ("The next job was left out, since this one failed." in told(failed)) != go_on


def test_what_cannot_follow_is_told_and_passed_over_where_it_is_to_go_on():
    route, off = make_route(), make_route(enabled=False)
    gone = {"job": "export", "route": "gone"}
    queue_job(in_order(route.incoming, export(off), gone, export(route), go_on=True), "schedule")

    fetch = execute_next()

    assert execute_next().route == route
    assert f"“{off.name}” is disabled." in told(fetch)[0]
    assert "There is no route called “gone”." in told(fetch)[1]


def test_a_job_that_waits_already_is_not_queued_twice():
    route = make_route()
    queue_job(in_order(route.incoming, export(route)), "schedule")
    fetch = queue.start_next("worker")
    waiting = queued(route)

    execute(fetch)

    assert Process.objects.get(job="export") == waiting
    assert told(fetch) == [f"What follows, “{route.name}”, waits in the queue already."]


def test_a_stopped_run_is_not_followed():
    route = make_route(entities=[{"sku": "A"}])
    queue_job(in_order(route.incoming, export(route)), "schedule")
    process = queue.start_next("worker")
    run = unattended(process)
    run.ask_to_stop()

    execute(process, run)

    process.refresh_from_db()
    assert process.status == "killed"
    assert not Process.objects.filter(job="export").exists()


def test_a_run_that_dies_goes_on_and_is_followed_then():
    route = make_route(entities=[{"sku": "A"}])
    job = in_order(route.incoming, export(route))
    queue_job(job, "schedule")
    lost = queue.start_next("worker")
    let_expire(lost)
    repair_lost()

    resumed = execute_next()
    deliver = execute_next()

    assert (resumed.resumes, resumed.scheduled_job) == (lost, job)
    assert (deliver.route, deliver.trigger) == (route, "schedule")
