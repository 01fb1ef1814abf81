"""When routes run next, and how long they usually pause: by their scheduled jobs."""

import functools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routes.models import Route
from scheduler import cron
from scheduler.models import ScheduledJob


@dataclass
class Runs:
    """The enabled jobs of one route, its next run, and the time between two."""

    jobs: list[ScheduledJob] = field(default_factory=list)
    next: datetime | None = None
    pause: timedelta = timedelta(0)


@dataclass(frozen=True)
class Upcoming:
    """A job and when it is due next."""

    job: ScheduledJob
    at: datetime


def enabled_jobs() -> list[ScheduledJob]:
    shown = ("name", "identifier", "job", "expression", "time_zone", "then")
    ends = [f"{end}__{name}" for end in ("incoming", "route") for name in ("name", "identifier")]
    jobs = ScheduledJob.objects.filter(enabled=True).select_related("incoming", "route")
    return list(jobs.only(*shown, *ends))


def runs_of(routes: list[Route], jobs: list[ScheduledJob], now: datetime) -> dict[int, Runs]:
    """By the route's primary key. What exports a real-time route is its incoming's import."""
    of_routes, of_incomings = defaultdict(list), defaultdict(list)
    for job in jobs:
        for kind, identifier in targets_of(job):
            (of_routes if kind == "route" else of_incomings)[identifier].append(job)
    return {
        route.pk: _runs(
            of_incomings[route.incoming.identifier]
            if route.realtime
            else of_routes[route.identifier],
            now,
        )
        for route in routes
    }


def targets_of(job: ScheduledJob) -> list[tuple[str, str]]:
    """(kind, identifier) of all that a job runs: the first, and those that follow it."""
    first = [(job.target.kind, job.target.identifier)] if job.target else []
    rest = [
        (kind, row[kind]) for row in job.then for kind in ("incoming", "route") if row.get(kind)
    ]
    return first + rest


def next_runs(jobs: list[ScheduledJob], now: datetime, most: int) -> list[Upcoming]:
    """The jobs that are due first."""
    found = [Upcoming(job, times[0]) for job in jobs if (times := _times(job, now))]
    return sorted(found, key=lambda upcoming: upcoming.at)[:most]


def _runs(jobs: list[ScheduledJob], now: datetime) -> Runs:
    times = [found for job in jobs if (found := _times(job, now))]
    return Runs(
        jobs=jobs,
        next=min((found[0] for found in times), default=None),
        pause=min((found[1] - found[0] for found in times if len(found) > 1), default=timedelta(0)),
    )


def _times(job: ScheduledJob, now: datetime) -> tuple[datetime, ...]:
    return _upcoming(job.expression, job.time_zone, now.replace(second=0, microsecond=0))


@functools.lru_cache(maxsize=4096)
def _upcoming(expression: str, zone: str, after: datetime) -> tuple[datetime, ...]:
    """The next two occurrences; none where the expression cannot be read."""
    try:
        return tuple(cron.upcoming(expression, zone, after, 2))
    except (ValueError, LookupError):
        return ()
