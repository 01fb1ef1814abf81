"""The load of a week: how much work the scheduled jobs start in each hour of each day.

An estimate from the expressions and from how long the jobs' runs really took. It is worked out from
the sets of minutes, hours and days that an expression stands for, not run by run, so that a
thousand jobs of every minute are drawn as fast as one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from django.db.models import Avg, F, QuerySet

from scheduler import cron
from scheduler.models import Process, ScheduledJob

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOUR, HOURS = 3_600, 7 * 24
RECENT = timedelta(days=14)
"""Of which runs tell how long a job takes."""
LEVELS = (0.01, 0.05, 0.25, 0.5, 1.0)
"""Parts of one worker's time from which a cell is drawn darker."""


@dataclass
class Cell:
    """One hour of the week: runs that start in it, and seconds of work that fall into it."""

    day: int
    hour: int
    starts: int = 0
    seconds: float = 0.0
    jobs: set[int] = field(default_factory=set)

    @property
    def percent(self) -> int:
        """Of one worker's time."""
        return round(100 * self.seconds / HOUR)

    @property
    def level(self) -> int:
        """0 for nothing, else 1 to 6."""
        if not self.starts and not self.seconds:
            return 0
        return 1 + sum(self.seconds / HOUR >= level for level in LEVELS)

    @property
    def text(self) -> str:
        when = f"{DAYS[self.day]} {self.hour:02}:00"
        if not self.starts:
            busy = f", {self.percent} % of a worker still busy" if self.percent else ""
            return f"{when}: nothing starts{busy}"
        runs = "1 run" if self.starts == 1 else f"{self.starts:,} runs"
        jobs = "1 job" if len(self.jobs) == 1 else f"{len(self.jobs)} jobs"
        return f"{when}: {runs} of {jobs}, about {self.percent} % of one worker"


def durations(jobs: Iterable[ScheduledJob], now: datetime) -> dict[int, float]:
    """Seconds that one run of each job took lately, on the average, with the jobs that follow it.
    Of one that never ran, what other runs of the same configuration took."""
    ended = Process.objects.filter(started_at__isnull=False, ended_at__gte=now - RECENT)
    target = ("job", "incoming", "route")
    of_jobs: dict[int, float] = defaultdict(float)
    for job, *_, took in _averages(ended.exclude(scheduled_job=None), "scheduled_job", *target):
        of_jobs[job] += took
    of_targets = {tuple(key): took for *key, took in _averages(ended, *target)}
    return {
        job.pk: of_jobs.get(job.pk) or of_targets.get((job.job, job.incoming_id, job.route_id), 0.0)
        for job in jobs
    }


def _averages(processes: QuerySet[Process], *columns: str) -> list[tuple]:
    """(*columns, seconds that these runs took on the average)"""
    grouped = processes.order_by().values_list(*columns)
    rows = grouped.annotate(took=Avg(F("ended_at") - F("started_at")))
    return [(*key, took.total_seconds()) for *key, took in rows]


def load(
    jobs: Iterable[ScheduledJob], took: dict[int, float], zone: str, moment: datetime
) -> list[list[Cell]]:
    """Seven days of 24 cells, Monday first, in the hours of `zone`, for the week of `moment`."""
    cells = [Cell(hour // 24, hour % 24) for hour in range(HOURS)]
    monday = _monday(moment.astimezone(ZoneInfo(zone)))
    for job in jobs:
        for hour, minutes in starts(job.expression, job.time_zone, monday):
            cells[hour].starts += len(minutes)
            cells[hour].jobs.add(job.pk)
            for later, seconds in enumerate(_spread(minutes, took.get(job.pk, 0.0))):
                cells[(hour + later) % HOURS].seconds += seconds
    return [cells[day * 24 : day * 24 + 24] for day in range(7)]


def starts(expression: str, zone: str, monday: datetime) -> Iterator[tuple[int, tuple[int, ...]]]:
    """(hour of the week, minutes of that hour) at which an expression is due within the week that
    begins at `monday`, an aware midnight; as if clocks did not jump."""
    minutes, hours, days, months, weekdays = cron.values(expression)
    here = monday.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    first = datetime(here.year, here.month, here.day)
    shift = round((first - here).total_seconds() / 60)
    groups = defaultdict(list)
    for minute in sorted(minutes):
        hour, rest = divmod(minute + shift, 60)
        groups[hour].append(rest)
    for day in range(8):
        date = first + timedelta(days=day)
        if date.month in months and _day_fits(expression, date, days, weekdays):
            for hour, (later, rest) in product(sorted(hours), groups.items()):
                if 0 <= (index := day * 24 + hour + later) < HOURS:
                    yield index, tuple(rest)


@lru_cache(maxsize=1_000)
def _spread(minutes: tuple[int, ...], seconds: float) -> list[float]:
    """Seconds of work in the hour of the starts, in the next one, and so on."""
    spread = [0.0] * (1 + min(HOURS, int(seconds // HOUR) + 1))
    for minute in minutes:
        left, room = seconds, HOUR - 60 * minute
        for later in range(len(spread)):
            spread[later] += min(left, room)
            left, room = max(0.0, left - room), HOUR
    return spread


def _day_fits(expression: str, date: datetime, days: set[int], weekdays: set[int]) -> bool:
    by_date, by_weekday = date.day in days, (date.isoweekday() % 7) in weekdays
    both = cron.either_day(expression)
    return by_date or by_weekday if both else by_date and by_weekday


def _monday(moment: datetime) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=moment.weekday())
