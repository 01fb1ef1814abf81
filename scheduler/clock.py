"""The clock: works out which occurrences of the scheduled jobs are due, and records each once.

django-celery-beat drives one tick a minute; any worker may tick as well. What fires is decided by
rows unique by (job, instant): two clocks, or a restart in the middle, double nothing.
"""

import logging
from datetime import datetime, timedelta

from django.db import Error, IntegrityError, transaction

from alumio import database
from scheduler import queue
from scheduler.cron import due_between
from scheduler.models import CHORES, Occurrence, Outcome, ScheduledJob, Trigger

log = logging.getLogger(__name__)

LATE = timedelta(minutes=5)
"""An occurrence that is older when it is found was missed: it is recorded, not run."""


def tick(now: datetime | None = None) -> int:
    """Queue what is due. Returns how many occurrences were queued."""
    now = now or database.now()
    # What passes while a job is off was not missed: it does not run when the job is on again.
    ScheduledJob.objects.filter(enabled=False).update(checked_until=now)
    jobs = ScheduledJob.objects.filter(enabled=True).select_related("incoming", "route")
    return sum(_guarded(job, now) for job in jobs)


def _guarded(job: ScheduledJob, now: datetime) -> int:
    """A job that cannot be worked out, whatever is wrong with it, must not stop the others."""
    try:
        return _tick(job, now)
    except Error:
        raise
    except Exception as error:
        log.error("The scheduled job “%s” cannot run: %s: %s", job, type(error).__name__, error)
        return 0


def _tick(job: ScheduledJob, now: datetime) -> int:
    """A new job starts with the minute after it was made; later ones where the last tick ended."""
    since = job.checked_until or job.created_at
    if since >= now:
        return 0
    due = due_between(job.expression, job.time_zone, max(since, now - timedelta(days=1)), now)
    fired = [_fire(job, instant, now) for instant in due]
    if due or now - since > timedelta(minutes=1):
        ScheduledJob.objects.filter(pk=job.pk).update(checked_until=now)
    return sum(fired)


def _fire(job: ScheduledJob, instant: datetime, now: datetime) -> bool:
    try:
        with transaction.atomic():
            occurrence = Occurrence.objects.create(job=job, instant=instant, outcome=Outcome.QUEUED)
            _queue(job, occurrence, now)
            occurrence.save()
    except IntegrityError:
        return False  # another clock was faster
    return occurrence.outcome == Outcome.QUEUED


def _queue(job: ScheduledJob, occurrence: Occurrence, now: datetime) -> None:
    if now - occurrence.instant > LATE:
        occurrence.outcome = Outcome.MISSED
        return
    try:
        queued = queue_job(job, Trigger.SCHEDULE)
    except queue.Disabled:
        occurrence.outcome = Outcome.DISABLED
        return
    occurrence.process = queued.process or queued.duplicate_of
    occurrence.outcome = Outcome.QUEUED if queued.process else Outcome.DUPLICATE


def queue_job(job: ScheduledJob, trigger: str, user=None) -> queue.Queued:
    """Queue what a job does, with its number of tasks and its priority. Raises Disabled."""
    options = {"user": user, "scheduled_job": job, "priority": job.priority}
    if job.job in CHORES:
        return queue.enqueue_chore(job.job, trigger, **options)
    return queue.enqueue(job.target, trigger, limit=job.number_of_tasks, **options)
