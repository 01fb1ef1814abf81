"""Queueing the process that forgets more unchanged entities than are forgotten at once."""

from django.db import transaction

from alumio import audit
from alumio.audit import Actor
from scheduler import asked
from scheduler.models import Kind
from tasks.forgetting import Choice, Queued, told


def queue_forgetting(choice: Choice, total: int, actor: Actor) -> Queued:
    """Queue it and note who asked for it, unless the very same choice waits already."""
    with transaction.atomic():
        queued = asked.enqueue(
            Kind.FORGET,
            actor,
            title=f"Forget {total:,} unchanged entities",
            arguments={"choice": choice.as_json(), "total": total, "actor": actor.as_json()},
            key=asked.digest(choice.as_json()),
        )
        if queued.process:
            audit.record(actor, "forget", criteria=told(choice), process=queued.process.pk)
    process = queued.process or queued.duplicate_of
    if process is None:  # the one that waited has begun just now
        return queue_forgetting(choice, total, actor)
    return Queued(process.pk)
