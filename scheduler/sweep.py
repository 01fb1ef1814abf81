"""The sweep: what keeps everything going even when nobody rings."""

import logging

from django.db import Error, connection

from connectors.storage import remove_expired
from routes.models import Route
from scheduler import queue
from scheduler.clock import tick
from scheduler.models import Trigger
from scheduler.pruning import queue_pruning
from scheduler.repair import repair_lost
from tasks import counts
from tasks.claim import has_claimable

log = logging.getLogger(__name__)


def sweep() -> None:
    """Repair what was lost, tick in case no beat does, queue real-time routes with due
    tasks, sum counters up, remove what storages keep no longer, queue the removal of old records.

    What goes wrong in one of these does not keep the others waiting.
    """
    for work in (repair_lost, tick, queue_realtime, counts.fold, remove_expired, queue_pruning):
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
    routes = Route.objects.filter(enabled=True, realtime=True, outgoing__enabled=True)
    ready = [route for route in routes if has_claimable(route.pk, route.newest_wins)]
    return sum(bool(queue.enqueue(route, Trigger.REALTIME).process) for route in ready)
