"""The queue: rows of Process that are Scheduled. Who inserts, and who takes the best one.

What races is decided by the schema: a second Scheduled process of a configuration and a second
running process in a route's slot cannot be stored.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, IntegerField, Value, When
from django.db.models.functions import Now

from alumio import database
from connectors.models import Incoming
from routes.models import Route
from scheduler import doorbell
from scheduler.maintenance import Hold
from scheduler.models import (
    CHORES,
    FLOWS,
    Kind,
    Priority,
    Process,
    ScheduledJob,
    Webhook,
)
from scheduler.status import Status

LONG_WAIT = timedelta(hours=1)
LONG_WAITERS = 1 / 4
"""The part of all starts that what has waited for so long gets, whatever its priority: urgent work
stays quick, and nothing waits for ever."""


class Disabled(Exception):
    """The configuration is switched off, so it cannot be run."""


@dataclass(frozen=True, slots=True)
class Queued:
    """`process` was queued; or it was not, because `duplicate_of` is waiting already."""

    process: Process | None
    duplicate_of: Process | None = None


def enqueue(
    target: Incoming | Route | Webhook,
    trigger: str,
    *,
    limit: int | None = None,
    user=None,
    scheduled_job: ScheduledJob | None = None,
    priority: int = Priority.MEDIUM,
    arguments: dict | None = None,
    resumes: Process | None = None,
) -> Queued:
    """Queue a run of an incoming or a route, unless one of it is Scheduled already (Alumio §16.13).

    A running one is no duplicate. A parallel route may have as many scheduled and running as it may
    run at once. A disabled webhook takes no calls; those that it took are read all the same.
    Raises Disabled.
    """
    if not (target.enabled or isinstance(target, Webhook)):
        raise Disabled(f"“{target.name}” is disabled. Enable it to run it.")
    now = database.now()
    process = Process(
        **_run_of(target),
        trigger=trigger,
        priority=priority,
        limit=limit,
        arguments=arguments or {},
        started_by=user if getattr(user, "pk", None) else None,
        scheduled_job=scheduled_job,
        resumes=resumes,
        cursor=resumes.cursor if resumes else None,
        created_at=now,
        updated_at=now,
    )
    return _queue(process, target)


def _run_of(target: Incoming | Route | Webhook) -> dict:
    if isinstance(target, Incoming):
        return {"job": Kind.IMPORT, "incoming": target}
    if isinstance(target, Webhook):
        return {"job": Kind.WEBHOOK, "webhook": target}
    return {"job": Kind.EXPORT, "route": target}


def enqueue_chore(
    kind: str,
    trigger: str,
    *,
    title: str = "",
    arguments: dict | None = None,
    key: str = "",
    user=None,
    scheduled_job: ScheduledJob | None = None,
    priority: int = Priority.MEDIUM,
    resumes: Process | None = None,
) -> Queued:
    """Queue a chore, unless one of this kind with the same `key` is Scheduled already; a bulk
    action, unless it is Scheduled or Running."""
    now = database.now()
    process = Process(
        job=kind,
        title=title,
        arguments=arguments or {},
        queue_key=f"{kind}:{key}",
        trigger=trigger,
        priority=priority,
        started_by=user if getattr(user, "pk", None) else None,
        scheduled_job=scheduled_job,
        resumes=resumes,
        cursor=resumes.cursor if resumes else None,
        counts=resumes.counts if resumes else {},
        created_at=now,
        updated_at=now,
    )
    return _queue(process, None)


def enqueue_jobs(jobs: Iterable[ScheduledJob], trigger: str) -> dict[int, Queued]:
    """Queue what scheduled jobs do, a thousand as fast as one. Returns by the job's key what came
    of each; those whose configuration is disabled are not in it.

    Call it inside a transaction. Raises IntegrityError where somebody queued the same meanwhile:
    undo the transaction and try again.
    """
    ready = [job for job in jobs if job.job in CHORES or (job.target and job.target.enabled)]
    single = [job for job in ready if _may_be_batched(job)]
    queued = _insert_all(single, trigger)
    for job in ready:
        if job.pk not in queued:
            queued[job.pk] = enqueue(
                job.target,
                trigger,
                limit=job.number_of_tasks,
                scheduled_job=job,
                priority=job.priority,
            )
    if any(each.process for each in queued.values()):
        transaction.on_commit(doorbell.ring)
    return queued


def _may_be_batched(job: ScheduledJob) -> bool:
    """A parallel route's places are counted one by one."""
    return job.target is None or not getattr(job.target, "parallel", False)


def _insert_all(jobs: Sequence[ScheduledJob], trigger: str) -> dict[int, Queued]:
    keys = {job.pk: _key_of(job) for job in jobs}
    scheduled = Process.objects.filter(status=Status.SCHEDULED, queue_key__in=set(keys.values()))
    waiting = {process.queue_key: process for process in scheduled.only("queue_key")}
    fresh, queued, now = [], {}, database.now()
    for job in jobs:
        key = keys[job.pk]
        if key in waiting:
            queued[job.pk] = Queued(None, waiting[key])
            continue
        process = Process(
            **(_run_of(job.target) if job.target else {"job": job.job}),
            queue_key=key if _prevents_duplicates(job) else None,
            trigger=trigger,
            priority=job.priority,
            limit=job.number_of_tasks,
            scheduled_job=job,
            created_at=now,
            updated_at=now,
        )
        fresh.append(process)
        queued[job.pk] = Queued(process)
        if process.queue_key:
            waiting[key] = process
    Process.objects.bulk_create(fresh, batch_size=500)
    return queued


def _key_of(job: ScheduledJob) -> str:
    return f"{job.job}:{job.target.pk if job.target else ''}"


def _prevents_duplicates(job: ScheduledJob) -> bool:
    return job.target is None or settings.ALUMIO_PREVENT_DUPLICATE_JOBS


def _queue(process: Process, target) -> Queued:
    queued = _insert(process, target)
    if queued.process:
        transaction.on_commit(doorbell.ring)
    return queued


def _insert(process: Process, target) -> Queued:
    if _may_be_doubled(process):
        process.queue_key = None
        process.save(force_insert=True)
        return Queued(process)
    with transaction.atomic():
        for key in _free_keys(process, target):
            process.pk, process.queue_key = None, key
            try:
                with transaction.atomic():
                    process.save(force_insert=True)
                return Queued(process)
            except IntegrityError:
                continue
    return Queued(None, _waiting(process) or _running(process))


def _may_be_doubled(process: Process) -> bool:
    """One reader of a webhook is enough, however many calls there are."""
    doubles = not settings.ALUMIO_PREVENT_DUPLICATE_JOBS
    return doubles and process.job in (Kind.IMPORT, Kind.EXPORT)


def _free_keys(process: Process, target) -> list[str]:
    """One key for what may be Scheduled once; for a parallel route one for each place, unless
    Scheduled and Running ones take all. No index can count these, so the route is locked."""
    if target is None:
        return [process.queue_key]
    key = f"{process.job}:{target.pk}"
    if not (isinstance(target, Route) and target.parallel):
        return [key]
    Route.objects.select_for_update(no_key=True).filter(pk=target.pk).values("pk").first()
    open_ones = Process.objects.filter(route=target, status__in=(Status.SCHEDULED, Status.RUNNING))
    full = open_ones.count() >= target.slots
    return [] if full else [f"{key}:{place}" for place in range(target.slots)]


def _same(process: Process):
    if process.target is None:
        return Process.objects.filter(job=process.job, queue_key=process.queue_key)
    ends = {"incoming": process.incoming, "route": process.route, "webhook": process.webhook}
    return Process.objects.filter(**ends)


def _waiting(process: Process) -> Process | None:
    return _same(process).filter(status=Status.SCHEDULED).order_by("id").first()


def _running(process: Process) -> Process | None:
    return _same(process).filter(status=Status.RUNNING).order_by("id").first()


def start_next(worker: str, kinds: Sequence[str] = FLOWS + CHORES) -> Process | None:
    """Start the best Scheduled process of these kinds whose place is free and that no maintenance
    window holds: by priority, then by age; now and then the oldest of those that wait for long."""
    busy = _busy()
    waiting = Process.objects.filter(status=Status.SCHEDULED, job__in=kinds)
    waiting = Hold().beside(waiting).order_by(*_turns())
    while True:
        free = waiting.exclude(route__in=busy["route"]).exclude(incoming__in=busy["incoming"])
        free = free.exclude(webhook__in=busy["webhook"])
        process = free.select_related("incoming", "route", "webhook").first()
        if process is None:
            return None
        if started := start(process, worker):
            return started
        if not process.target:
            continue
        if Process.objects.filter(pk=process.pk, status=Status.SCHEDULED).exists():
            end, pk = _end_of(process)
            busy[end].add(pk)


def _turns() -> list:
    """The order in which processes start."""
    if random.random() >= LONG_WAITERS:  # noqa: S311 - a fair share, no secret
        return ["priority", "id"]
    long = When(created_at__lte=Now() - LONG_WAIT, then=Value(0))
    return [Case(long, default=F("priority"), output_field=IntegerField()), "id"]


def _busy() -> dict[str, set[int]]:
    """Routes, incomings and webhooks that have no place free, however many wait for one."""
    running = Process.objects.filter(status=Status.RUNNING, job__in=FLOWS)
    by_route = dict(running.values_list("route").annotate(Count("id")).order_by())
    slots = {route.pk: route.slots for route in Route.objects.filter(pk__in=by_route)}
    return {
        "route": {pk for pk, number in by_route.items() if pk and number >= slots.get(pk, 1)},
        "incoming": set(running.exclude(incoming=None).values_list("incoming", flat=True)),
        "webhook": set(running.exclude(webhook=None).values_list("webhook", flat=True)),
    }


def _end_of(process: Process) -> tuple[str, int]:
    """Which of its ends a process runs: the name of the column, and the key."""
    ends = {"route": process.route_id, "incoming": process.incoming_id}
    return next(((end, pk) for end, pk in ends.items() if pk), ("webhook", process.webhook_id))


def start(process: Process, worker: str) -> Process | None:
    """Start this Scheduled process in a free place, or answer None.

    Starts of one configuration go one after the other, so that a limit that somebody lowers
    meanwhile holds as well; the unique index has the last word.
    """
    mine = Process.objects.filter(pk=process.pk)
    try:
        with transaction.atomic():
            slot = _free_slot(process) if process.target else None
            if process.target and slot is None:
                return None
            if not mine.move("start", worker=worker, slot=slot, heartbeat_at=Now()):
                return None
    except IntegrityError:
        return None
    return mine.select_related("incoming", "route__outgoing", "webhook").get()


def _free_slot(process: Process) -> int | None:
    end, pk = _end_of(process)
    model = {"route": Route, "incoming": Incoming, "webhook": Webhook}[end]
    target = model.objects.select_for_update(no_key=True).filter(pk=pk).first()
    slots = target.slots if isinstance(target, Route) else 1
    running = _same(process).filter(status=Status.RUNNING)
    taken = set(running.values_list("slot", flat=True))
    free = [slot for slot in range(slots) if slot not in taken]
    return free[0] if target and free and len(taken) < slots else None


def skip(process: Process, by: str = "") -> bool:
    """Take a Scheduled process out of the queue. False if it is not Scheduled any more."""
    result = f"Skipped by {by}." if by else "Skipped."
    with transaction.atomic():
        if not Process.objects.filter(pk=process.pk).move("skip", result=result):
            return False
        process.parts.all().delete()
    return True


def request_stop(process: Process, by: str = "") -> bool:
    """Ask a running process to stop after the tasks in hand. False if it does not run."""
    running = Process.objects.filter(pk=process.pk, status=Status.RUNNING)
    return bool(
        running.update(stop_requested=True, result=f"Stop asked for by {by}." if by else "")
    )
