"""The clock: works out which occurrences of the scheduled jobs are due, and records each once.

django-celery-beat drives one tick a minute; any worker may tick as well. What fires is decided by
rows unique by (job, instant): two clocks, or a restart in the middle, double nothing.
"""

import logging
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db import IntegrityError, transaction

from alumio import database
from scheduler import queue
from scheduler.cron import due_between
from scheduler.models import CHORES, Occurrence, Outcome, ScheduledJob, Trigger

log = logging.getLogger(__name__)

SETTINGS = ("incoming__subscriber", "incoming__transformers", "route__transformers")
"""What is not read of what the jobs run: it is large, and encrypted."""
LATE = timedelta(minutes=5)
"""An occurrence that is older when it is found was missed: it is recorded, and not run unless its
job is one that catches up."""
LOOKS_BACK = timedelta(days=1)
"""How far back missed occurrences are recorded."""
TRIES = 5
"""Ticks at the same moment undo each other at most so often."""
PATIENCE = 5.0
"""Seconds for which a tick is tried again that PostgreSQL ended because others wanted its rows."""


class Due(NamedTuple):
    """A moment at which a job comes due."""

    job: ScheduledJob
    instant: datetime


def tick(now: datetime | None = None) -> int:
    """Queue what is due. Returns how many occurrences were queued.

    All in one transaction: a thousand jobs of one minute are a handful of statements. Who ticks at
    the same moment, or queues the same by hand, makes it fail as a whole, and it looks again.
    """
    now = now or database.now()
    for _ in range(TRIES):
        try:
            return database.persistently(lambda: _tick(now), PATIENCE)
        except IntegrityError:
            continue
    log.warning(
        "The clock was disturbed %s times in a row; the next tick finds what is due.", TRIES
    )
    return 0


@transaction.atomic
def _tick(now: datetime) -> int:
    # What passes while a job is off was not missed: it does not run when the job is on again.
    ScheduledJob.objects.filter(enabled=False).update(checked_until=now)
    jobs = ScheduledJob.objects.filter(enabled=True).select_related("incoming", "route")
    due, seen = [], []
    for job in jobs.defer(*SETTINGS):
        since = job.checked_until or job.created_at
        instants = _instants(job, since, now)
        due += [Due(job, instant) for instant in instants]
        if instants or now - since > timedelta(minutes=1):
            seen.append(job.pk)
    ScheduledJob.objects.filter(pk__in=seen).update(checked_until=now)
    return _fire(_unknown(due), now)


def _instants(job: ScheduledJob, since: datetime, now: datetime) -> list[datetime]:
    """When the job was due since the last tick; a new job starts with the minute after it was made.

    A job that cannot be worked out, whatever is wrong with it, does not stop the others.
    """
    if since >= now:
        return []
    try:
        return _due(job.expression, job.time_zone, max(since, now - LOOKS_BACK), now)
    except Exception as error:
        log.error("The scheduled job “%s” cannot run: %s: %s", job, type(error).__name__, error)
        return []


_due = lru_cache(maxsize=100)(due_between)
"""Many jobs have the same expression, and were looked at by the same tick."""


def _unknown(due: list[Due]) -> list[Due]:
    """Those that no tick has recorded."""
    if not due:
        return []
    recorded = Occurrence.objects.filter(
        job__in={each.job.pk for each in due}, instant__gte=min(each.instant for each in due)
    )
    known = set(recorded.values_list("job_id", "instant"))
    return [each for each in due if (each.job.pk, each.instant) not in known]


def _fire(due: list[Due], now: datetime) -> int:
    """Record the occurrences and queue what they ask for. Returns how many were queued."""
    chosen = _chosen(due, now)
    queued = queue.enqueue_jobs([each.job for each in chosen.values()], Trigger.SCHEDULE)
    occurrences = [
        _occurrence(each, queued.get(each.job.pk), chosen.get(each.job.pk), now) for each in due
    ]
    Occurrence.objects.bulk_create(occurrences, batch_size=500)
    return sum(o.outcome in (Outcome.QUEUED, Outcome.LATE) for o in occurrences)


def _chosen(due: list[Due], now: datetime) -> dict[int, Due]:
    """By job, the occurrence that is to run: the first that is not too late, else the last one of a
    job that catches up."""
    timely, missed = {}, {}
    for each in due:
        if now - each.instant <= LATE:
            timely.setdefault(each.job.pk, each)
        elif each.job.catch_up:
            missed[each.job.pk] = each
    return missed | timely


def _occurrence(due: Due, queued: queue.Queued | None, chosen: Due | None, now) -> Occurrence:
    """What came of a moment at which a job was due."""
    late = now - due.instant > LATE
    outcome, process = Outcome.MISSED if late else Outcome.DISABLED, None
    if queued and (due is chosen or not late):
        process = queued.process or queued.duplicate_of
        fired = queued.process and due is chosen
        outcome = (Outcome.LATE if late else Outcome.QUEUED) if fired else Outcome.DUPLICATE
    return Occurrence(job=due.job, instant=due.instant, outcome=outcome, process=process)


def queue_job(job: ScheduledJob, trigger: str, user=None) -> queue.Queued:
    """Queue what a job does, with its number of tasks and its priority. Raises Disabled."""
    options = {"user": user, "scheduled_job": job, "priority": job.priority}
    if job.job in CHORES:
        return queue.enqueue_chore(job.job, trigger, **options)
    return queue.enqueue(job.target, trigger, limit=job.number_of_tasks, **options)
