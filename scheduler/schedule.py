"""Runs of the past and of the future: what was last, what comes next."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from routes.models import Route
from scheduler import cron
from scheduler.models import Process, ScheduledJob

log = logging.getLogger(__name__)


def is_scheduled(route: Route) -> bool:
    """Whether an enabled job runs the route, as its first job or as one of those that follow."""
    enabled = ScheduledJob.objects.filter(enabled=True)
    followers = enabled.exclude(then=[]).values_list("then", flat=True)
    named = (row.get("route") for rows in followers for row in rows)
    return enabled.filter(route=route).exists() or route.identifier in named


def next_run(job: ScheduledJob, now: datetime | None = None) -> datetime | None:
    """When the job comes due next; None where it is disabled, or can never be due."""
    if not job.enabled:
        return None
    try:
        found = cron.upcoming(job.expression, job.time_zone, now or timezone.now(), 1)
    except (ValueError, LookupError) as error:
        log.warning("The scheduled job “%s” has no next run: %s", job, error)
        return None
    return found[0] if found else None


def first_run(jobs: Iterable[ScheduledJob], now: datetime | None = None) -> datetime | None:
    """The earliest next run of several jobs."""
    return min(filter(None, (next_run(job, now) for job in jobs)), default=None)


def last_processes(model, keys: list[int]) -> dict[int, Process]:
    """The newest process that began, of each configuration of a kind, by its primary key."""
    field = {"incoming": "incoming", "route": "route"}.get(model.kind, "scheduled_job")
    own = Process.objects.filter(**{field: OuterRef("pk"), "started_at__isnull": False})
    own = own.order_by("-id").values("pk")
    newest = model.objects.filter(pk__in=keys).values_list("pk", Subquery(own[:1]))
    by_key = {key: process for key, process in newest if process}
    shown = ("status", "trigger", "created_at", "started_at", "ended_at", "result", field)
    processes = Process.objects.only(*shown).in_bulk(by_key.values())
    return {key: processes[pk] for key, pk in by_key.items() if pk in processes}
