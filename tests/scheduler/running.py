"""Words for tests of processes: queue one, start it, execute it, let it die."""

from datetime import timedelta

from django.db.models.functions import Now

from scheduler import queue
from scheduler.execution import execute
from scheduler.models import Process, ScheduledJob
from scheduler.runs import ProcessRun
from tasks.claim import Claimed, claim
from tests.world import make_route


def queued(target, **options) -> Process:
    process = queue.enqueue(target, "person", **options).process
    assert process is not None
    return process


def started(target, worker="worker", **options) -> Process:
    queued(target, **options)
    return queue.start_next(worker)


def executed(target, **options) -> Process:
    """The process after its end."""
    process = started(target, **options)
    execute(process)
    process.refresh_from_db()
    return process


def execute_next() -> Process:
    """Start and execute what the queue has; the process after its end."""
    process = queue.start_next("worker")
    execute(process)
    process.refresh_from_db()
    return process


def route_with_tasks(number: int, **policies):
    """A route whose tasks are imported already."""
    route = make_route(entities=[{"sku": str(n)} for n in range(number)], **policies)
    executed(route.incoming)
    return route


def dying_with(route, size: int = 200) -> tuple[Process, list[Claimed]]:
    """A process that claimed tasks and is not heard of again."""
    process = started(route)
    return process, claim(route.pk, process.pk, size)


def let_expire(process: Process) -> None:
    """Let its lease run out."""
    long_ago = Now() - timedelta(hours=1)
    Process.objects.filter(pk=process.pk).update(heartbeat_at=long_ago)


def unattended(process: Process) -> ProcessRun:
    """A run without the thread that renews its lease."""
    return ProcessRun(process)


def make_job(target, expression="* * * * *", **fields) -> ScheduledJob:
    importing = not hasattr(target, "outgoing")
    return ScheduledJob(
        name=f"Job for {target}",
        job="import" if importing else "export",
        incoming=target if importing else None,
        route=None if importing else target,
        expression=expression,
        **fields,
    ).store()
