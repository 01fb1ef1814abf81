"""The queue: rows of Process that are Scheduled. Who inserts, and who takes the best one.

What races is decided by the schema: a second Scheduled process of a configuration and a second
running process in a route's slot cannot be stored.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from alumio import database
from connectors.models import Incoming
from routes.models import Route
from scheduler import doorbell
from scheduler.models import Kind, Priority, Process, ScheduledJob
from scheduler.status import Status


class Disabled(Exception):
    """The configuration is switched off, so it cannot be run."""


@dataclass(frozen=True, slots=True)
class Queued:
    """`process` was queued; or it was not, because `duplicate_of` is waiting already."""

    process: Process | None
    duplicate_of: Process | None = None


def enqueue(
    target: Incoming | Route,
    trigger: str,
    *,
    limit: int | None = None,
    user=None,
    scheduled_job: ScheduledJob | None = None,
    priority: int = Priority.MEDIUM,
    resumes: Process | None = None,
) -> Queued:
    """Queue a run of an incoming or a route, unless one of it is Scheduled already (Alumio §16.13).

    A running one is no duplicate. A parallel route may have as many scheduled and running as it may
    run at once. Raises Disabled.
    """
    if not target.enabled:
        raise Disabled(f"“{target.name}” is disabled. Enable it to run it.")
    now = database.now()
    process = Process(
        job=Kind.IMPORT if isinstance(target, Incoming) else Kind.EXPORT,
        incoming=target if isinstance(target, Incoming) else None,
        route=target if isinstance(target, Route) else None,
        trigger=trigger,
        priority=priority,
        limit=limit,
        started_by=user if getattr(user, "pk", None) else None,
        scheduled_job=scheduled_job,
        resumes=resumes,
        cursor=resumes.cursor if resumes else None,
        created_at=now,
        updated_at=now,
    )
    queued = _insert(process, target)
    if queued.process:
        transaction.on_commit(doorbell.ring)
    return queued


def _insert(process: Process, target) -> Queued:
    if not settings.ALUMIO_PREVENT_DUPLICATE_JOBS:
        process.save(force_insert=True)
        return Queued(process)
    keys = _free_keys(process, target)
    for key in keys:
        process.pk, process.queue_key = None, key
        try:
            with transaction.atomic():
                process.save(force_insert=True)
            return Queued(process)
        except IntegrityError:
            continue
    return Queued(None, _waiting(process) or _running(process))


def _free_keys(process: Process, target) -> list[str]:
    """One key for what may be Scheduled once; for a parallel route one for each free place."""
    key = f"{process.job}:{target.pk}"
    if not (isinstance(target, Route) and target.parallel):
        return [key]
    running = Process.objects.filter(route=target, status=Status.RUNNING).count()
    return [f"{key}:{place}" for place in range(max(0, target.slots - running))]


def _same(process: Process):
    return Process.objects.filter(incoming=process.incoming, route=process.route)


def _waiting(process: Process) -> Process | None:
    return _same(process).filter(status=Status.SCHEDULED).order_by("id").first()


def _running(process: Process) -> Process | None:
    return _same(process).filter(status=Status.RUNNING).order_by("id").first()


def start_next(worker: str) -> Process | None:
    """Start the best Scheduled process whose place is free: by priority, then by age."""
    waiting = Process.objects.filter(status=Status.SCHEDULED).order_by("priority", "id")
    for process in waiting.select_related("incoming", "route")[:200]:
        started = _start(process, worker)
        if started:
            return started
    return None


def _start(process: Process, worker: str) -> Process | None:
    slots = process.route.slots if process.route else 1
    taken = set(
        Process.objects.filter(
            Q(route=process.route) if process.route else Q(incoming=process.incoming),
            status=Status.RUNNING,
        ).values_list("slot", flat=True)
    )
    for slot in range(slots):
        if slot not in taken and len(taken) < slots and _take(process, worker, slot):
            return Process.objects.select_related("incoming", "route__outgoing").get(pk=process.pk)
    return None


def _take(process: Process, worker: str, slot: int) -> bool:
    mine = Process.objects.filter(pk=process.pk)
    try:
        with transaction.atomic():
            if connection.features.has_select_for_update:
                locked = mine.select_for_update(skip_locked=True).values_list("pk", flat=True)
                if not locked.filter(status=Status.SCHEDULED).first():
                    return False
            return bool(mine.move("start", worker=worker, slot=slot, heartbeat_at=Now()))
    except IntegrityError:
        return False


def skip(process: Process, by: str = "") -> bool:
    """Take a Scheduled process out of the queue. False if it is not Scheduled any more."""
    result = f"Skipped by {by}." if by else "Skipped."
    return bool(Process.objects.filter(pk=process.pk).move("skip", result=result))


def request_stop(process: Process, by: str = "") -> bool:
    """Ask a running process to stop after the tasks in hand. False if it does not run."""
    running = Process.objects.filter(pk=process.pk, status=Status.RUNNING)
    return bool(
        running.update(stop_requested=True, result=f"Stop asked for by {by}." if by else "")
    )
