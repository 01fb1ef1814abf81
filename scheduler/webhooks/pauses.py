"""Pauses between two tries to run an incoming that cannot be run, such as one with a step that is
gone. Calls wait for it meanwhile, and what the other incomings of a webhook do goes on."""

import math
from collections.abc import Iterable
from datetime import timedelta

from alumio import database
from alumio.models import Revision
from scheduler.webhooks.models import Pause
from tasks import messages

FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)


def length(tries: int) -> timedelta:
    """Twice as long after each try that failed."""
    return min(FIRST * 2 ** min(tries - 1, 10), LONGEST)


def resting(incomings: Iterable[str] | None = None) -> dict[str, Pause]:
    """The pauses that last, by the identifiers of their incomings; of all, unless some are named. A
    configuration that was saved ends each: any may be what was wrong."""
    pauses = Pause.objects.filter(until__gt=database.now(), revision=_newest_revision())
    if incomings is not None:
        pauses = pauses.filter(incoming__in=list(incomings))
    return {pause.incoming: pause for pause in pauses}


def begin(incoming: str, error: str, process: int | None) -> Pause:
    """Note that an incoming could not be run. Another process may note the same at this moment."""
    before = Pause.objects.filter(incoming=incoming).first()
    pause = Pause(incoming=incoming, error=messages.storable(error), process=process)
    pause.tries = before.tries + 1 if before else 1
    pause.until = database.now() + length(pause.tries)
    pause.revision = _newest_revision()
    Pause.objects.bulk_create(
        [pause],
        update_conflicts=True,
        unique_fields=["incoming"],
        update_fields=["error", "process", "tries", "until", "revision"],
    )
    return pause


def end(incoming: str) -> None:
    """Note that it could be. Nothing is written where there was no pause."""
    pauses = Pause.objects.filter(incoming=incoming)
    if pauses.exists():
        pauses.delete()


def told(pause: Pause) -> str:
    """Why calls wait, and for how long."""
    left = (pause.until - database.now()).total_seconds()
    minutes = max(1, math.ceil(left / 60))
    when = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{pause.error} Tried again within {when}, and as soon as a configuration is saved."


def _newest_revision() -> int:
    return Revision.objects.order_by("-id").values_list("id", flat=True).first() or 0
