"""Repair: lost processes are found by their lease, and their tasks go on without anyone asking.

A process that was not heard of for a lease is Failed (lost). Its tasks become New again; one whose
process died for the third time is Failed, so that one poisonous record cannot stop a queue. What
the process left undone is queued again, an import from its last committed cursor.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from alumio import database
from scheduler.models import Process
from scheduler.resuming import MAX_FRUITLESS, gets_nowhere, resume
from scheduler.runs import LEASE
from scheduler.status import Status
from tasks import causes, messages
from tasks.claim import give_back
from tasks.models import Phase, Task
from tasks.settle import MAX_GROUP
from tasks.status import Status as TaskStatus
from transformers.context import LogLine

log = logging.getLogger(__name__)

MAX_DEATHS = 3
PATIENCE = 5.0
"""Seconds for which a kill is tried again: its process may be settling the tasks that it frees, so
that PostgreSQL ends one of the two."""
POISONOUS = "The worker died while processing this task, for the third time."
POISON = causes.Reason(POISONOUS, "worker")
DIED = "The worker died; the task is due again."
NOT_BEGUN = "The worker died before it began this task, which is due again."
LOST = "Lost: its worker died or was cut off."
NOWHERE = (
    f"This happened {MAX_FRUITLESS} times in a row before anything was done, so it is not "
    "tried again by itself. Look at the worker's log, then run it again."
)


class GivenUp(NamedTuple):
    """A process that was lost, and how many of its tasks are due again or Failed."""

    process: Process
    released: int
    failed: int


def repair_lost(worker: str | None = None, tell: Callable[[GivenUp], None] = lambda _: None) -> int:
    """Give up processes whose lease ran out, and `tell` of each. Returns how many.

    With `worker`, also those of that worker: it has just started, so whatever ran under its name
    has died.
    """
    expired = Q(heartbeat_at__lt=Now() - timedelta(seconds=LEASE))
    gone = expired | Q(worker=worker) if worker else expired
    lost = Process.objects.filter(gone, status=Status.RUNNING)
    free_what_the_killed_left()
    found = [given_up for process in lost if (given_up := give_up(process, gone))]
    for given_up in found:
        tell(given_up)
    return len(found)


def free_what_the_killed_left() -> int:
    """A killed process may claim tasks before it knows; here are those of which the worker died
    then, before it settled them. Returns how many."""
    held = Task.objects.filter(status=TaskStatus.PROCESSING, held_by__isnull=False).order_by()
    ended = Process.objects.exclude(status=Status.RUNNING).order_by("pk")
    ended = ended.filter(
        pk__in=held.values("held_by"), ended_at__lt=Now() - timedelta(seconds=LEASE)
    )
    return sum(give_back(pk) for pk in ended.values_list("pk", flat=True))


def give_up(process: Process, gone: Q) -> GivenUp | None:
    """End a lost process, free its tasks and queue the rest, in one transaction. None if it lives
    after all."""
    with transaction.atomic():
        if not Process.objects.filter(gone, pk=process.pk).move("lose", result=LOST, slot=None):
            return None
        released, failed = release_tasks(process)
        _note(process, released + failed)
        resume(process)
    log.warning("%s was lost: %s tasks released, %s failed.", process, released, failed)
    return GivenUp(process, released, failed)


def kill(process: Process, by: str) -> bool:
    """End a running process at once, in a person's name. False if it does not run.

    The worker learns of it when it looks the next time and changes nothing any more. What it was
    delivering is due again: it may have reached the target, and will reach it with the same key.
    """
    with transaction.atomic():
        running = Process.objects.filter(pk=process.pk)
        if not running.move("stop", result=f"Killed by {by}.", slot=None):
            return False
        held = Task.objects.filter(held_by=process.pk, status=TaskStatus.PROCESSING)
        _tell(process, held, LogLine("warning", f"Its process was killed by {by}."), "release")
        held.move("release", attempts=F("attempts") - 1)
    return True


def _note(process: Process, interrupted: int) -> None:
    """Write down how many tasks the death concerned, and whether the rest is tried again."""
    process.refresh_from_db()
    if interrupted:
        process.counts["interrupted"] = interrupted
    if gets_nowhere(process):
        process.result = f"{LOST} {NOWHERE}"
    process.save(update_fields=["counts", "result"])


def release_tasks(process: Process) -> tuple[int, int]:
    """Free what a dead process held. Returns how many became New and how many Failed."""
    held = Task.objects.filter(held_by=process.pk, status=TaskStatus.PROCESSING)
    suspects = held.filter(id__in=_begun(process, held))
    poisonous = suspects.filter(deaths__gte=MAX_DEATHS - 1)
    _tell(process, poisonous, LogLine("error", POISONOUS), "give up")
    cause = causes.id_of(POISON) if poisonous.exists() else None
    failed = poisonous.move("give up", deaths=F("deaths") + 1, cause=cause)
    _tell(process, suspects, LogLine("warning", DIED), "release")
    back = {"attempts": F("attempts") - 1}
    released = suspects.move("release", deaths=F("deaths") + 1, **back)
    _tell(process, held, LogLine("info", NOT_BEGUN), "release")
    return released + held.move("release", **back), failed


def _begun(process: Process, held) -> list[int]:
    """Those that the process may have been at work on: it begins them in the order in which it
    claimed them, and only so many before those at the front are settled. The others had no part in
    its death."""
    side_by_side = process.route.requests_in_flight if process.route else 1
    return list(
        held.order_by("updated_at", "id").values_list("id", flat=True)[: side_by_side + MAX_GROUP]
    )


def _tell(process: Process, tasks, line: LogLine, verb: str) -> None:
    entries = [
        messages.Entry(id, Phase.EXPORT.value, attempt, line, verb, claimed_at)
        for id, attempt, claimed_at in tasks.values_list("id", "attempt", "updated_at")
    ]
    messages.write(entries, process.pk, database.now())
