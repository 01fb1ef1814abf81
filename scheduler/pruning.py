"""Retention as a chore: old tasks go, and what the platform has written down about itself.

It runs by itself once an hour where something is due; a scheduled job of this kind that is enabled
decides instead.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from alumio import audit, database
from alumio.audit import Actor
from scheduler import asked, queue, records
from scheduler.models import Kind, Priority, Process, ScheduledJob, Trigger
from scheduler.status import Status
from tasks import counts, retention
from tasks.prune import prune as prune_tasks
from tasks.run import Run

EVERY = timedelta(hours=1)
LOOKED = "looked-for-what-retention-gives-up"


def prune(arguments: dict, run: Run) -> str:
    """Remove what the rules of retention give up. Returns what went, in words."""
    if other := _begin(run):
        return f"Process {other} is doing this already."
    now, freed = database.now(), (run.cursor or {}).get("bytes", 0)
    for kind, before in _ages(now):
        _repeat(lambda: kind.remove(before), kind.label, run, freed)  # noqa: B023
    counts.forget()
    spans = retention.spans(retention.shares(now))
    run.started(run.counts.total() + sum(span.number for span in spans.values()))
    freed = prune_tasks(spans, run, freed)
    _repeat(lambda: records.remove_causes(now), "causes", run, freed)
    counts.forget()
    return _in_words(run, freed)


def _begin(run: Run) -> int | None:
    """The other prune that is at it, if any. Whoever has a total has begun; the policy's lock lets
    one look at a time."""
    with transaction.atomic():
        retention.policy(locked=True)
        running = Process.objects.filter(job=Kind.PRUNE, status=Status.RUNNING)
        other = running.filter(total__isnull=False).exclude(pk=run.id).first()
        if other is None:
            running.filter(pk=run.id).update(total=0)
        return other and other.pk


def _ages(now: datetime) -> Iterator[tuple[records.Records, datetime]]:
    """The kinds of records other than tasks that are not kept for ever, and since when they are
    old."""
    days = retention.days_of(retention.policy())
    for kind in records.KINDS:
        if days[kind.name]:
            yield kind, now - timedelta(days=days[kind.name])


def _repeat(remove: Callable[[], int], label: str, run: Run, freed: int) -> None:
    """Call `remove`, each time in a transaction of its own, until nothing goes."""
    while True:
        run.check()
        before = run.counts[label]
        try:
            with transaction.atomic():
                if not (gone := remove()):
                    return
                run.counts[label] += gone
                run.keep({"bytes": freed})
        except BaseException:
            run.counts[label] = before
            raise


def _in_words(run: Run, freed: int) -> str:
    parts = [f"{name} ({number:,})" for name, number in run.counts.items() if number]
    if not parts:
        return "Nothing was due."
    size = filesizeformat(freed).replace("\xa0", " ")
    return f"Removed {', '.join(parts)}{f'; {size} of entity data' if freed else ''}."


# ---------------------------------------------------------------- when


def queue_pruning() -> bool:
    """For the sweep: queue a prune if the last one is an hour ago, something is due, and no
    scheduled job decides when."""
    if not cache.add(LOOKED, True, EVERY.total_seconds()):
        return False
    now = database.now()
    recent = Process.objects.filter(job=Kind.PRUNE, created_at__gt=now - EVERY)
    if deciding_jobs().exists() or recent.exists() or not anything_due(now):
        return False
    with transaction.atomic():
        retention.policy(locked=True)
        if recent.exists():  # another worker's sweep was faster
            return False
        queued = queue.enqueue_chore(Kind.PRUNE, Trigger.SCHEDULE, priority=Priority.LOW)
    return bool(queued.process)


def prune_now(actor: Actor) -> queue.Queued:
    """Queue a prune because somebody asked for it, unless one is queued or at it already."""
    with transaction.atomic():
        if running := Process.objects.filter(job=Kind.PRUNE, status=Status.RUNNING).first():
            return queue.Queued(None, running)
        queued = asked.enqueue(Kind.PRUNE, actor)
        if queued.process:
            audit.record(actor, "prune", process=queued.process.pk)
    return queued


def deciding_jobs():
    """Scheduled jobs that say when old records go, instead of the sweep."""
    return ScheduledJob.objects.filter(job=Kind.PRUNE, enabled=True)


def anything_due(now: datetime) -> bool:
    if any(kind.any_old(before) for kind, before in _ages(now)):
        return True
    return retention.anything_due(retention.shares(now))
