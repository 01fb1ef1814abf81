"""Maintenance windows: when they are, and what they hold back (Alumio, reference §16.21).

While a window lasts nothing that it concerns starts: what is due stays Scheduled and starts when it
ends. What runs already goes on. Chores inside the house, such as a person's bulk action, are never
held.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from alumio import database
from scheduler.models import FLOWS, Kind, Maintenance, Process, Repeats

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = 7 * 24 * 60
"""Minutes that a window may last."""
AHEAD = 400
"""Days to look for the next window."""
OUTWARD = (*FLOWS, Kind.REIMPORT)
"""What talks to other systems, which is what windows are for."""


@dataclass(frozen=True)
class Window:
    """One occurrence of a maintenance window, from `begin` to before `end` (UTC)."""

    maintenance: Maintenance
    begin: datetime
    end: datetime


def windows(maintenance: Maintenance, since: date, until: date) -> Iterator[Window]:
    """The windows that begin on the days from `since` to `until`, in the window's own zone."""
    zone, lasts = ZoneInfo(maintenance.time_zone), timedelta(minutes=maintenance.minutes)
    begins = time.fromisoformat(maintenance.start)
    for days in range((until - since).days + 1):
        day = since + timedelta(days=days)
        if _is_on(maintenance, day):
            begin = datetime.combine(day, begins, zone).astimezone(UTC)
            yield Window(maintenance, begin, begin + lasts)


def _is_on(maintenance: Maintenance, day: date) -> bool:
    if maintenance.repeats == Repeats.ONCE:
        return day.isoformat() == maintenance.date
    if maintenance.repeats == Repeats.WEEKLY:
        return WEEKDAYS[day.weekday()] in maintenance.weekdays
    return day.day == min(maintenance.day, monthrange(day.year, day.month)[1])


def current(maintenance: Maintenance, now: datetime) -> Window | None:
    """The window that lasts now; of several, the one that ends last."""
    today = now.astimezone(ZoneInfo(maintenance.time_zone)).date()
    since = today - timedelta(days=maintenance.minutes // (24 * 60) + 1)
    lasting = [w for w in windows(maintenance, since, today) if w.begin <= now < w.end]
    return max(lasting, key=lambda window: window.end, default=None)


def following(maintenance: Maintenance, now: datetime) -> Window | None:
    """The next window that has not begun, within a year or so."""
    today = now.astimezone(ZoneInfo(maintenance.time_zone)).date()
    if maintenance.repeats == Repeats.ONCE:
        today = date.fromisoformat(maintenance.date)
    ahead = windows(maintenance, today, today + timedelta(days=AHEAD))
    return next((window for window in ahead if window.begin > now), None)


class Hold:
    """What the windows of this moment hold back."""

    def __init__(self, now: datetime | None = None):
        now = now or database.now()
        enabled = Maintenance.objects.filter(enabled=True)
        self.windows = [window for each in enabled if (window := current(each, now))]

    def over(self, processes: QuerySet[Process]) -> QuerySet[Process]:
        """Those of the processes that a window holds back."""
        if not self.windows:
            return processes.none()
        return processes.filter(self._held(), job__in=OUTWARD)

    def beside(self, processes: QuerySet[Process]) -> QuerySet[Process]:
        """The processes without those."""
        if not self.windows:
            return processes
        return processes.exclude(Q(job__in=OUTWARD) & self._held())

    def window_of(self, process: Process) -> Window | None:
        """The window that holds a process back longest."""
        if process.job not in OUTWARD:
            return None
        job = process.scheduled_job.identifier if process.scheduled_job else None
        holding = [w for w in self.windows if not w.maintenance.jobs or job in w.maintenance.jobs]
        return max(holding, key=lambda window: window.end, default=None)

    def _held(self) -> Q:
        if any(not window.maintenance.jobs for window in self.windows):
            return Q(pk__isnull=False)
        jobs = [job for window in self.windows for job in window.maintenance.jobs]
        return Q(scheduled_job__identifier__in=jobs)
