"""The sweep: what keeps everything going even when nobody rings."""

import logging
from collections.abc import Sequence

from django.db import Error, connection
from django.db.models import QuerySet

from connectors.storage import remove_expired
from routes.models import Route
from scheduler import queue
from scheduler.clock import tick
from scheduler.models import Trigger
from scheduler.pruning import queue_pruning
from scheduler.repair import repair_lost
from scheduler.webhooks.removal import remove_refused_calls
from tasks import counts
from tasks.claim import has_claimable
from tasks.due import due
from tasks.status import Status

log = logging.getLogger(__name__)


def sweep() -> None:
    """Repair what was lost, tick in case no beat does, queue real-time routes with due
    tasks, sum counters up, remove what storages keep no longer and calls that were refused a day
    ago, queue the removal of old records.

    What goes wrong in one of these does not keep the others waiting.
    """
    for work in (
        repair_lost,
        tick,
        queue_realtime,
        counts.fold,
        remove_expired,
        remove_refused_calls,
        queue_pruning,
    ):
        try:
            work()
        except Error as error:
            log.warning("The sweep could not %s: %s", work.__name__.replace("_", " "), error)
            connection.close()
        except Exception:
            log.exception("The sweep could not %s", work.__name__.replace("_", " "))


def queue_realtime() -> int:
    """Real-time routes have no scheduler: their due retries and leftovers are found here. Not what
    an older task holds back, for which a process could do nothing."""
    return sum(
        _queue(route, Trigger.RETRY if _has_due_retries(route) else Trigger.REALTIME)
        for route in _ready(Route.objects.all())
    )


def queue_retried(routes: Sequence[Route]) -> None:
    """What a person retried on these routes goes out at once."""
    for route in _ready(Route.objects.filter(pk__in=[route.pk for route in routes])):
        _queue(route, Trigger.RETRY)


def _ready(routes: QuerySet[Route]) -> list[Route]:
    """The real-time ones for which a process could do something now."""
    usable = routes.filter(enabled=True, realtime=True, outgoing__enabled=True)
    return [route for route in usable if has_claimable(route.pk, route.newest_wins)]


def _has_due_retries(route: Route) -> bool:
    return due(route.pk).filter(status=Status.RETRY).exists()


def _queue(route: Route, trigger: str) -> bool:
    return bool(queue.enqueue(route, trigger).process)
