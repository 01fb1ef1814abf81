"""When old records go: by themselves once an hour, or when a scheduled job says so."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from alumio import database
from alumio.models import AuditEntry
from scheduler import queue
from scheduler.clock import queue_job, tick
from scheduler.execution import execute
from scheduler.models import Occurrence, Process, ProcessMessage, ScheduledJob
from scheduler.sweep import sweep
from tests.retention.making import make_task, prune, rule, set_rules
from tests.scheduler.running import dying_with, let_expire, route_with_tasks
from tests.world import make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def make_job(job="prune", **fields) -> ScheduledJob:
    return ScheduledJob(name=job.title(), job=job, expression="0 3 * * *", **fields).store()


def prunes() -> list[str]:
    return list(Process.objects.filter(job="prune").order_by("id").values_list("status", flat=True))


def an_hour_later() -> None:
    cache.clear()
    Process.objects.update(created_at=F("created_at") - timedelta(hours=1, minutes=1))


def due_task():
    set_rules(rule("finished", days=30))
    return make_task(make_route(), days=31)


def test_the_sweep_queues_a_prune_when_something_is_due_at_most_once_an_hour():
    due_task()

    sweep()
    sweep()
    cache.clear()  # another worker's sweep, which remembers nothing
    sweep()
    assert prunes() == ["scheduled"]

    Process.objects.all().move("skip")
    an_hour_later()
    sweep()
    assert prunes() == ["skipped", "scheduled"]


def test_the_sweep_queues_nothing_while_nothing_is_due():
    set_rules(rule("finished", days=30))
    make_task(make_route(), days=29)

    sweep()

    assert prunes() == []


def test_an_enabled_scheduled_job_decides_when_and_a_disabled_one_does_not():
    due_task()
    job = make_job()

    sweep()
    assert prunes() == []

    ScheduledJob.objects.filter(pk=job.pk).update(enabled=False)
    an_hour_later()
    sweep()
    assert prunes() == ["scheduled"]


def test_a_scheduled_prune_is_queued_when_it_is_due_and_does_its_work():
    task = due_task()
    job = make_job(priority=1)
    ScheduledJob.objects.update(checked_until=timezone.now() - timedelta(hours=25))
    day = database.now()

    three = day.replace(hour=3, minute=0, second=30, microsecond=0)
    tick(three if three > day else three + timedelta(days=1))

    process = Process.objects.get(job="prune")
    assert (process.scheduled_job, process.priority, process.trigger) == (job, 1, "schedule")
    assert Occurrence.objects.get(outcome="queued").process == process
    execute(queue.start_next("worker"))
    assert statuses(task.route) == []


def test_a_scheduled_repair_frees_what_a_dead_process_held():
    route = route_with_tasks(2)
    process, _ = dying_with(route)
    let_expire(process)
    make_job("repair")
    queued = queue_job(ScheduledJob.objects.get(), "person").process
    execute(queue.start(queued, "worker"))

    queued.refresh_from_db()
    assert statuses(route) == ["new", "new"]
    assert (queued.status, queued.counts) == ("finished", {"lost": 1, "due again": 2})


# ---------------------------------------------------------------- other records


def make_process(route, days, **fields) -> Process:
    moment = timezone.now() - timedelta(days=days)
    values = {"status": "finished", "ended_at": moment} | fields
    process = Process.objects.create(
        job="export",
        trigger="schedule",
        route=route,
        created_at=moment,
        updated_at=moment,
        **values,
    )
    ProcessMessage.objects.create(process=process, created_at=moment, text="Done.")
    return process


def test_ended_processes_go_by_age_with_their_logs_and_open_ones_stay():
    set_rules()
    route = make_route()
    old = make_process(route, 31)
    young = make_process(route, 29, resumes=old)
    waiting = make_process(route, 31, status="scheduled", ended_at=None)
    job = make_job(enabled=False)
    ran = Occurrence.objects.create(job=job, instant=timezone.now(), process=old)

    process = prune()

    kept = Process.objects.exclude(pk=process.pk)
    assert set(kept) == {young, waiting}
    assert set(ProcessMessage.objects.values_list("process", flat=True)) == {young.pk, waiting.pk}
    ran.refresh_from_db()
    young.refresh_from_db()
    assert (ran.process, young.resumes) == (None, None)
    assert process.result == "Removed processes (1)."


def test_occurrences_and_audit_entries_go_by_age():
    set_rules()
    job, now = make_job(enabled=False), timezone.now()
    for days in (29, 31):
        Occurrence.objects.create(job=job, instant=now - timedelta(days=days), outcome="queued")
    for days in (364, 366):
        AuditEntry.objects.create(who="anna", action="retry", at=now - timedelta(days=days))

    process = prune()

    assert Occurrence.objects.get().instant > now - timedelta(days=30)
    assert AuditEntry.objects.get().at > now - timedelta(days=365)
    assert process.counts == {"occurrences": 1, "audit entries": 1}


def test_old_processes_alone_are_reason_enough_for_a_prune():
    set_rules()
    make_process(make_route(), 31)

    sweep()

    assert prunes() == ["scheduled"]


def test_what_is_kept_for_ever_stays():
    set_rules({"records": "processes", "days": None})
    old = make_process(make_route(), 5_000)

    sweep()
    process = prune()

    assert set(Process.objects.exclude(pk=process.pk)) == {old}
