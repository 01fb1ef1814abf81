"""What an ended process has left undone is queued again, unless it was stopped on purpose or those
that tried got nowhere."""

from scheduler import queue
from scheduler.models import Process, Trigger
from scheduler.status import Status

MAX_FRUITLESS = 3
"""Processes in a row that died without having done anything; after them nothing is resumed."""
CUT_OFF = "Cut off from the database."
"""What the result of a process begins with that ended because the database was away."""
MAX_CUT_OFF = 10
"""The same of such processes: it is seldom they that make a database go away."""


def resume(process: Process) -> Process | None:
    """Queue what an ended process has left undone: an import from its last committed cursor, an
    export for the rest of its limit.

    Not where somebody asked it to stop, where its configuration is disabled, or where it is the
    last of MAX_FRUITLESS in a row: what they tried to do would end the next one, too.
    """
    if process.stop_requested or gets_nowhere(process):
        process.parts.all().delete()
        return None
    if process.target is None:
        return _resume_chore(process)
    left = None if process.limit is None else process.limit - process.done
    if left == 0:
        return None
    try:
        return _resume_flow(process, left)
    except queue.Disabled:
        return None


def _resume_flow(process: Process, left: int | None) -> Process | None:
    return queue.enqueue(
        process.target,
        Trigger.RESUME,
        limit=left and max(left, 1),
        priority=process.priority,
        scheduled_job=process.scheduled_job,
        arguments=process.arguments,
        resumes=process,
    ).process


def _resume_chore(process: Process) -> Process | None:
    follower = queue.enqueue_chore(
        process.job,
        Trigger.RESUME,
        title=process.title,
        arguments=process.arguments,
        key=(process.queue_key or "").removeprefix(f"{process.job}:"),
        user=process.started_by,
        priority=process.priority,
        resumes=process,
    ).process
    if follower:
        process.parts.update(process=follower)
        process.refused_tasks.update(process=follower)
    return follower


def gets_nowhere(process: Process) -> bool:
    """Whether the process and those that it resumes failed before they did anything at all,
    MAX_FRUITLESS in a row, or MAX_CUT_OFF that the database left."""
    deaths = cuts = 0
    while process and process.status == Status.FAILED and not _got_on(process):
        if process.result.startswith(CUT_OFF):
            cuts += 1
        else:
            deaths += 1
        if deaths == MAX_FRUITLESS or cuts == MAX_CUT_OFF:
            return True
        process = process.resumes
    return False


def _got_on(process: Process) -> bool:
    """Whether it did anything beyond what it took over."""
    before = process.resumes.counts if process.resumes and process.target is None else {}
    return any(process.counts.values()) and process.counts != before
