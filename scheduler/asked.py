"""Queueing chores that a person asked for, on a page, through the REST API or by a command."""

import hashlib

from alumio import jsontext
from alumio.audit import Actor
from alumio.models import User, Via
from scheduler import queue
from scheduler.models import Trigger

TRIGGERS = {Via.PAGE: Trigger.PERSON, Via.API: Trigger.API, Via.COMMAND: Trigger.COMMAND}


def enqueue(kind: str, actor: Actor, **chore) -> queue.Queued:
    """Queue a chore in the name of who asks for it; `chore` is as `queue.enqueue_chore` takes
    it."""
    user = User.objects.filter(pk=actor.user_id).first()
    return queue.enqueue_chore(kind, TRIGGERS[Via(actor.via)], user=user, **chore)


def digest(wanted) -> str:
    """A key of a chore, the same whenever the same is wanted; that is given as JSON."""
    return hashlib.sha256(jsontext.dumps(wanted).encode()).hexdigest()[:40]
