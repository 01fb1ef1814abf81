"""The sweep: what keeps everything going when nobody rings."""

from datetime import timedelta

import pytest

from alumio import database
from scheduler import sweep as sweeping
from scheduler.models import Process, ScheduledJob
from scheduler.sweep import sweep
from tasks.models import Task
from tests.scheduler.running import dying_with, executed, let_expire, make_job, route_with_tasks
from tests.world import act_on, later, make_incoming, make_route, make_schema, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def queued_routes() -> set:
    return set(Process.objects.filter(status="scheduled").values_list("route", flat=True))


def test_a_sweep_repairs_ticks_and_finds_left_overs_of_real_time_routes():
    lost = route_with_tasks(1)
    process, _ = dying_with(lost)
    let_expire(process)
    ticking, realtime, other = make_route(), make_route(realtime=True), make_route()
    job = make_job(ticking)
    ScheduledJob.objects.filter(pk=job.pk).update(created_at=database.now() - timedelta(minutes=2))
    Task.objects.update(route=lost)
    copy = Task.objects.get()
    for number, route in enumerate((realtime, other)):
        copy.pk, copy.identifier, copy.route = None, f"copy-{number}", route
        copy.status, copy.held_by = "new", None
        copy.save(force_insert=True)

    sweep()

    assert statuses(lost) == ["new"]
    assert queued_routes() == {lost.pk, ticking.pk, realtime.pk}


def test_a_retry_of_a_real_time_route_is_found_when_it_is_due(target):
    route = route_with_tasks(1, realtime=True, retry_enabled=True)
    Process.objects.all().delete()
    Task.objects.update(status="retry", next_attempt_at=database.now() + timedelta(minutes=5))

    sweep()
    assert queued_routes() == set()

    later(minutes=5)
    sweep()
    assert queued_routes() == {route.pk}
    assert Process.objects.get().trigger == "retry"


def test_what_a_person_retries_on_a_real_time_route_goes_out_at_once_and_says_why():
    route = route_with_tasks(1, realtime=True)
    Process.objects.all().delete()
    Task.objects.filter(route=route).update(status="failed")

    act_on("retry", Task.objects.filter(route=route))

    process = Process.objects.get()
    assert (process.route, process.trigger) == (route, "retry")


def test_what_an_older_task_of_its_entity_holds_back_queues_no_real_time_route():
    incoming = make_incoming([{"sku": "A"}, {"sku": "A"}], schema=make_schema())
    route = make_route(incoming=incoming, realtime=True)
    executed(incoming)
    Process.objects.all().delete()
    oldest = Task.objects.order_by("id").first()
    in_an_hour = database.now() + timedelta(hours=1)
    Task.objects.filter(pk=oldest.pk).update(status="retry", next_attempt_at=in_an_hour)

    sweep()
    assert statuses(route) == ["retry", "new"]
    assert queued_routes() == set()

    later(hours=1)
    sweep()
    assert queued_routes() == {route.pk}


def test_sweeping_again_queues_nothing_twice():
    route_with_tasks(1, realtime=True)
    Process.objects.all().delete()

    sweep()
    sweep()

    assert Process.objects.count() == 1


@pytest.mark.parametrize("part", ["repair_lost", "tick"])
def test_a_part_that_fails_keeps_the_others_from_nothing(part, monkeypatch):
    route = route_with_tasks(1, realtime=True)
    Process.objects.all().delete()

    def failing():
        raise KeyError("unforeseen")

    failing.__name__ = part
    monkeypatch.setattr(sweeping, part, failing)

    sweep()

    assert queued_routes() == {route.pk}


def test_real_time_routes_export_what_an_import_has_made_at_once(target):
    from tests.scheduler.running import execute_next, executed

    route = make_route(incoming=make_incoming([{"sku": "A"}]), realtime=True)

    executed(route.incoming)
    execute_next()

    assert statuses(route) == ["finished"]
