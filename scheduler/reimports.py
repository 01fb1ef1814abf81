"""Queueing the process that imports one task anew."""

from alumio.audit import Actor
from scheduler import asked
from scheduler.models import Kind
from tasks.models import Task


def queue_reimport(task: Task, arguments: dict, actor: Actor) -> tuple[int, bool]:
    """Queue it, unless one for this task waits already. Answers the process, and whether it is
    new."""
    entity = f" of {task.entity_identifier[:100]}" if task.entity_identifier else ""
    queued = asked.enqueue(
        Kind.REIMPORT,
        actor,
        title=f"Import task {task.identifier}{entity} anew",
        arguments=arguments,
        key=task.identifier,
    )
    process = queued.process or queued.duplicate_of
    if process is None:  # the one that waited has ended just now
        return queue_reimport(task, arguments, actor)
    return process.pk, queued.process is not None
