"""Queueing the process that forgets more unchanged entities than are forgotten at once."""

import hashlib

from django.db import transaction

from alumio import audit, jsontext
from alumio.audit import Actor
from alumio.models import User, Via
from scheduler import queue
from scheduler.models import Kind, Trigger
from tasks.forgetting import Choice, Queued, told

TRIGGERS = {Via.PAGE: Trigger.PERSON, Via.API: Trigger.API, Via.COMMAND: Trigger.COMMAND}


def queue_forgetting(choice: Choice, total: int, actor: Actor) -> Queued:
    """Queue it and note who asked for it, unless the very same choice waits already."""
    arguments = {"choice": choice.as_json(), "total": total, "actor": actor.as_json()}
    key = hashlib.sha256(jsontext.dumps(choice.as_json()).encode()).hexdigest()[:40]
    with transaction.atomic():
        queued = queue.enqueue_chore(
            Kind.FORGET,
            TRIGGERS[Via(actor.via)],
            title=f"Forget {total:,} unchanged entities",
            arguments=arguments,
            key=key,
            user=User.objects.filter(pk=actor.user_id).first(),
        )
        if queued.process:
            audit.record(actor, "forget", criteria=told(choice), process=queued.process.pk)
    process = queued.process or queued.duplicate_of
    if process is None:  # the one that waited has begun just now
        return queue_forgetting(choice, total, actor)
    return Queued(process.pk)
