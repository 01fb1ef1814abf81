"""Several jobs in order: when one of a scheduled job's runs ends, the next one is queued.

Which one of them a process is stands in its arguments as `step`: 0 is the job itself, 1 the first
of those in `then`.
"""

import logging

from connectors.models import Incoming
from routes.models import Route
from scheduler import queue
from scheduler.models import CHORES, Kind, Process, ScheduledJob, Trigger
from tasks.models import Level

log = logging.getLogger(__name__)


def follow(process: Process, failed: bool) -> None:
    """Queue what follows a process that has ended, in the transaction of its end."""
    job = process.scheduled_job
    if job is None:
        return
    done = process.arguments.get("step", 0)
    rest = list(enumerate(job.then, 1))[done:]
    if rest and failed and not job.go_on:
        _tell(process, Level.WARNING, f"{_jobs(rest)} left out, since this one failed.")
        return
    for step, what in rest:
        if _queue(process, job, step, what) or not job.go_on:
            return


def _queue(process: Process, job: ScheduledJob, step: int, what: dict) -> bool:
    """Whether it was queued; if not, the process says why."""
    try:
        queued = _enqueue(process, job, step, what)
    except (queue.Disabled, LookupError) as error:
        _tell(process, Level.WARNING, f"What follows was not queued. {error.args[0]}")
        return False
    if queued.process:
        _tell(process, Level.INFO, f"Followed by process {queued.process.pk}.")
        return True
    text = f"What follows, “{queued.duplicate_of.name}”, waits in the queue already."
    _tell(process, Level.WARNING, text)
    return False


def _enqueue(process: Process, job: ScheduledJob, step: int, what: dict) -> queue.Queued:
    options = {
        "user": process.started_by,
        "scheduled_job": job,
        "priority": job.priority,
        "arguments": {"step": step},
    }
    trigger = Trigger.SCHEDULE if process.trigger == Trigger.RESUME else process.trigger
    if what["job"] in CHORES:
        return queue.enqueue_chore(what["job"], trigger, **options)
    return queue.enqueue(target_of(what), trigger, limit=what.get("number_of_tasks"), **options)


def target_of(what: dict) -> Incoming | Route:
    """The configuration that a row of `then` names. Raises LookupError where it is gone."""
    model, name = (Incoming, "incoming") if what["job"] == Kind.IMPORT else (Route, "route")
    found = model.objects.filter(identifier=what[name]).first()
    if found is None:
        raise LookupError(f"There is no {model._meta.verbose_name} called “{what[name]}”.")
    return found


def _jobs(rest: list) -> str:
    return "The next job was" if len(rest) == 1 else f"The next {len(rest)} jobs were"


def _tell(process: Process, level: int, text: str) -> None:
    process.messages.create(level=level, created_at=process.ended_at, text=text)
