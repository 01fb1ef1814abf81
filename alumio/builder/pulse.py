"""What happens on a saved route right now, for the nodes of its line.

Meant to be asked every few seconds: the counters of statuses are kept by the database, and what
changed in the last hour is counted once for all routes, the more seldom the longer it takes.
"""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import Left
from django.utils import timezone

from alumio.builder.line import Line
from connectors.models import Incoming
from connectors.types.subscribers.webhook import WebhookSubscriber
from routes.models import Route
from scheduler.models import Process, ScheduledJob
from scheduler.schedule import first_run, last_processes
from scheduler.status import Status as ProcessStatus
from tasks import counts
from tasks.models import Level, Message, Task
from tasks.status import Status

HOUR = timedelta(hours=1)
HOUR_KEY = "changed-in-the-last-hour"
LEAST_SECONDS = 4
SHARE = 20
"""What was counted is kept for so many times as long as the counting took."""
LONGEST_WHY = 1_000
"""Characters of an error that a node tells."""
UNWELL = (Status.FAILED, Status.REJECTED)


@dataclass
class End:
    """The incoming's or the outgoing's side. `process` is the newest that began; that of an
    incoming which fetches nothing but `is_called` reads what a webhook received."""

    process: Process | None = None
    next: datetime | None = None
    is_called: bool = False

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.status == ProcessStatus.RUNNING

    @property
    def has_finished(self) -> bool:
        return self.process is not None and self.process.status == ProcessStatus.FINISHED

    @property
    def has_failed(self) -> bool:
        return self.process is not None and self.process.status == ProcessStatus.FAILED


@dataclass
class Failure:
    """A failed or rejected task, and why in the words that it was told: unlike those of its cause
    they say what was wrong with this one, and how that is cured."""

    task: Task
    text: str


@dataclass
class Pulse:
    """Numbers of tasks: `now` by status, `hour` those that came to their status lately. An end
    that the draft has put in the place of another has no numbers yet."""

    incoming: End | None
    outgoing: End | None
    now: Counter
    hour: Counter
    arrived: int
    error: Failure | None

    @property
    def waiting(self) -> int:
        return self.now[Status.NEW] + self.now[Status.RETRY]

    @property
    def fill(self) -> int:
        """How full the bar of what waits is, in percent of what there is to do and was done."""
        total = self.waiting + self.now[Status.PROCESSING] + self.hour[Status.FINISHED]
        return round(100 * self.waiting / total) if total else 0


def of(line: Line) -> Pulse | None:
    """The pulse of the line's route as it is saved; None where it is not."""
    route = line.document.saved("route", line.document.route_id)
    if route is None:
        return None
    document, hour = line.document, in_the_last_hour()
    same_incoming = document.incoming and document.incoming.identifier == route.incoming.identifier
    same_outgoing = document.outgoing and document.outgoing.identifier == route.outgoing.identifier
    own = Counter({status: number for (pk, status), number in hour["changed"] if pk == route.pk})
    return Pulse(
        incoming=_incoming(line, route) if same_incoming else None,
        outgoing=_end(Route, route.pk, "route") if same_outgoing else None,
        now=counts.by_route().get(route.pk, Counter()),
        hour=own,
        arrived=dict(hour["arrived"]).get(route.pk, 0),
        error=last_error(route),
    )


def _incoming(line: Line, route: Route) -> End:
    if not is_called(route.incoming):
        return _end(Incoming, route.incoming_id, "incoming")
    hooks = [part.identifier for part in line.document.triggers() if part.kind == "webhook"]
    began = Process.objects.filter(webhook__identifier__in=hooks, started_at__isnull=False)
    return End(began.order_by("-id").first(), is_called=True)


def is_called(incoming: Incoming) -> bool:
    """Whether it only takes what a webhook receives, so that a run of it fetches nothing."""
    return incoming.subscriber.get("prototype") == WebhookSubscriber.prototype


def _end(model, key: int, name: str) -> End:
    jobs = ScheduledJob.objects.filter(**{name: key, "enabled": True})
    process = last_processes(model, [key]).get(key)
    return End(process, first_run(jobs))


def last_error(route: Route) -> Failure | None:
    """The newest failed or rejected task, where there is one."""
    rows = Task.objects.filter(route=route).select_related("cause").order_by("-id")
    newest = [rows.filter(status=status).first() for status in UNWELL]
    task = max(filter(None, newest), key=lambda task: task.updated_at, default=None)
    return task and Failure(task, why_of(task))


def why_of(task: Task) -> str:
    told = Message.objects.filter(task=task, level__gte=Level.ERROR).order_by("-id")
    text = told.values_list(Left("text", LONGEST_WHY), flat=True).first()
    return text or (task.cause.text if task.cause else "The task failed.")


def in_the_last_hour() -> dict:
    """{"changed": [((route, status), number)], "arrived": [(route, number)]} of all routes."""
    known = cache.get(HOUR_KEY)
    if known is None:
        began, since = time.monotonic(), timezone.now() - HOUR
        known = {"changed": _changed(since), "arrived": _arrived(since)}
        seconds = max(LEAST_SECONDS, SHARE * (time.monotonic() - began))
        cache.set(HOUR_KEY, known, seconds)
    return known


def _changed(since: datetime) -> list:
    rows = Task.objects.filter(updated_at__gte=since).order_by()
    grouped = rows.values_list("route_id", "status").annotate(Count("id"))
    return [((route, status), number) for route, status, number in grouped]


def _arrived(since: datetime) -> list:
    rows = Task.objects.filter(created_at__gte=since).order_by()
    return list(rows.values_list("route_id").annotate(Count("id")))
