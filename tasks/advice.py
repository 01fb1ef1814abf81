"""What happens to a task next, what holds it back, and what a person may do: in words."""

from typing import NamedTuple

from alumio.states import Verb
from tasks.models import Task
from tasks.status import MACHINE, OPEN, Status

MEANS = {
    "retry": "The task becomes New and is delivered again by the next run of its route, as it is "
    "or with other data, under a new idempotency key. What was delivered is not taken back.",
    "skip": "The task is not delivered. It can be retried later.",
    "mark-finished": "The task counts as delivered. It can be retried later.",
    "mark-failed": "The task counts as not delivered. It can be retried later.",
}
NOTHING = {
    Status.PROCESSING: "Nothing for the moment: a process is at work on it.",
    Status.REJECTED: "It is never delivered as it is. Correct the record at its source, or the "
    "limit or schema that it breaks, and import it anew.",
}


class Possibility(NamedTuple):
    """Something that a person may do, and what follows from it."""

    verb: Verb
    means: str


class Obstacle(NamedTuple):
    """Why a task that is due is not delivered. `other`: the task that goes first, if that is it."""

    text: str
    other: Task | None = None


def possibilities(task: Task) -> list[Possibility]:
    return [Possibility(verb, MEANS[verb.name]) for verb in MACHINE.allowed(task.status)]


def nothing(task: Task) -> str:
    """Why a person may do nothing; empty where something may be done."""
    return NOTHING.get(task.status, "")


def obstacle(task: Task) -> Obstacle | None:
    """What holds back a task that is New or waits for its retry."""
    if task.status not in (Status.NEW, Status.RETRY):
        return None
    if not task.route.enabled:
        return Obstacle("Its route is disabled: nothing is delivered until somebody enables it.")
    if not task.route.outgoing.enabled:
        return Obstacle(
            "The outgoing of its route is disabled: nothing is delivered until somebody enables it."
        )
    same = Task.objects.filter(route=task.route, entity_identifier=task.entity_identifier)
    older = same.filter(status__in=OPEN, id__lt=task.pk).order_by("id")
    first = older.only("identifier", "status").first()
    text = "An older task of the same entity goes first on this route."
    return Obstacle(text, first) if first else None
