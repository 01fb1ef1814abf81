"""Jobs that start in the same minute, and by how much to shift one so that they do not.

A job of every so many minutes keeps its rhythm (Alumio's article on schedules: `*/3` becomes
`1-59/3`); one of fixed minutes starts a little later within its hour (`0 3` becomes `5 3`). What
starts every minute cannot be shifted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduler import cron
from scheduler.models import ScheduledJob

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY = 24 * 60
WEEK = 7 * DAY
NICE = 5
"""Minutes: fixed times are shifted by a multiple of these where that helps as much."""


@dataclass
class Crowd:
    """Jobs that start together, at `minutes` of the week (UTC), from Monday midnight."""

    jobs: list[ScheduledJob]
    minutes: list[int]

    @property
    def is_daily(self) -> bool:
        return len(self.minutes) == 7 * len({minute % DAY for minute in self.minutes})

    @property
    def first(self) -> list[str]:
        """The first few of these times, with the day where not all days are alike."""
        if self.is_daily:
            return [_clock(minute) for minute in self.minutes[: self.times][:3]]
        return [f"{DAYS[minute // DAY]} {_clock(minute)}" for minute in self.minutes[:3]]

    @property
    def times(self) -> int:
        """How often, a day if all are alike, else a week."""
        return len(self.minutes) // 7 if self.is_daily else len(self.minutes)


@dataclass
class Advice:
    """A shift of one job. Of its starts of a week, `shared` coincide with others' now, `then` after
    it (each other counted)."""

    job: ScheduledJob
    expression: str
    shared: int
    then: int


def starts(expression: str, zone: str, now: datetime) -> frozenset[int]:
    """Minutes of the week (UTC) at which an expression starts. Dates are not looked at: what is
    bound to some may meet others on any weekday."""
    offset = round(now.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() / 60)
    return _starts(expression, offset)


@lru_cache(maxsize=500)
def _starts(expression: str, offset: int) -> frozenset[int]:
    minutes, hours, *_, weekdays = cron.values(expression)
    day_of_month, month = expression.split()[2:4]
    days = {(day - 1) % 7 for day in weekdays}  # Monday is 0
    if (day_of_month, month) != ("*", "*"):
        days = set(range(7))
    times = [day * DAY + hour * 60 - offset for day in days for hour in hours]
    return frozenset((time + minute) % WEEK for time in times for minute in minutes)


def crowds(jobs: Iterable[ScheduledJob], now: datetime, most: int = 8) -> list[Crowd]:
    """The fullest minutes of the week; jobs that always start together are one crowd."""
    alike = defaultdict(list)
    for job in jobs:
        alike[starts(job.expression, job.time_zone, now)].append(job)
    by_minute = defaultdict(list)
    for number, minutes in enumerate(alike):
        for minute in minutes:
            by_minute[minute].append(number)
    groups, found = list(alike.values()), defaultdict(list)
    for minute in sorted(by_minute):
        found[tuple(by_minute[minute])].append(minute)
    crowds = [Crowd([job for n in key for job in groups[n]], at) for key, at in found.items()]
    crowds = [crowd for crowd in crowds if len(crowd.jobs) > 1]
    return sorted(crowds, key=lambda crowd: (-len(crowd.jobs), crowd.minutes))[:most]


def advise(jobs: Iterable[ScheduledJob], now: datetime) -> list[Advice]:
    """Shifts that help, one job after the other, each as if those before it were taken."""
    taken = Counter()
    own = {job: starts(job.expression, job.time_zone, now) for job in jobs}
    for minutes in own.values():
        taken.update(minutes)
    found = []
    for job in sorted(own, key=lambda job: (len(own[job]), -job.pk)):
        if advice := better(job, own[job], taken, now):
            found.append(advice)
            taken.subtract(own[job])
            taken.update(starts(advice.expression, job.time_zone, now))
    return found


def better(job: ScheduledJob, own: frozenset[int], taken: Counter, now: datetime) -> Advice | None:
    """The shift after which fewest others start with the job, if that is fewer than now; of several
    the first."""
    others, shared = shifted(job.expression), sum(taken[minute] - 1 for minute in own)
    best = Advice(job, job.expression, shared, shared)
    for expression in others:
        if not best.then:
            break
        minutes = starts(expression, job.time_zone, now)
        then = sum(taken[m] - (m in own) for m in minutes)
        if then < best.then:
            best = Advice(job, expression, shared, then)
    return best if best.then < shared else None


def shifted(expression: str) -> list[str]:
    """The same expression some minutes later, as often in each of its hours; the most natural one
    first."""
    _, *rest = expression.split()
    minutes = sorted(cron.values(expression)[0])
    step = _rhythm(minutes)
    written = _in_rhythm(minutes, step) if step else _later(minutes)
    return [" ".join([minute, *rest]) for minute in written]


def _rhythm(minutes: list[int]) -> int | None:
    """So many minutes lie between any two starts within an hour, if that fills the hour."""
    step = minutes[1] - minutes[0] if len(minutes) > 1 else 0
    filled = step and list(range(minutes[0], 60, step)) == minutes and minutes[0] < step
    return step if filled else None


def _in_rhythm(minutes: list[int], step: int) -> list[str]:
    offsets = [offset for offset in range(step) if offset != minutes[0]]
    kept = [offset for offset in offsets if len(range(offset, 60, step)) == len(minutes)]
    return [f"{offset}-59/{step}" if offset else f"*/{step}" for offset in kept]


def _later(minutes: list[int]) -> list[str]:
    """Later, or where that leaves the hour, earlier: nobody's night becomes another day."""
    shifts = [shift for shift in range(-minutes[0], 60 - minutes[-1]) if shift]
    shifts.sort(key=lambda shift: (shift % NICE != 0, shift < 0, abs(shift)))
    return [_written([minute + shift for minute in minutes]) for shift in shifts]


def _written(minutes: list[int]) -> str:
    first, last = minutes[0], minutes[-1]
    if len(minutes) > 2 and minutes == list(range(first, last + 1)):
        return f"{first}-{last}"
    return ",".join(map(str, minutes))


def _clock(minute: int) -> str:
    return f"{minute % DAY // 60:02}:{minute % 60:02}"
