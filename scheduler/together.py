"""Jobs that start in the same minute, and by how much to shift one so that they do not.

Only expressions of every so many minutes can be shifted without changing what they mean to people:
`*/3` becomes `1-59/3` (Alumio's article on schedules).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler import cron
from scheduler.models import ScheduledJob

EVERY = re.compile(r"(?:\*|([0-9]+)-59)/([0-9]+)")
DAY = 24 * 60


@dataclass
class Crowd:
    """Jobs that start together, at `minutes` of the day (UTC)."""

    jobs: list[ScheduledJob]
    minutes: list[int]

    @property
    def first(self) -> list[str]:
        """The first few of these times."""
        return [f"{minute // 60:02}:{minute % 60:02}" for minute in self.minutes[:3]]


@dataclass
class Advice:
    """A shift of one job. Of its starts of a day, `shared` coincide with others' now, `then` after
    it (each other counted)."""

    job: ScheduledJob
    expression: str
    shared: int
    then: int


def starts(expression: str, zone: str, now: datetime) -> frozenset[int]:
    """Minutes of the day (UTC) at which an expression starts, on days on which it does."""
    minutes, hours, *_ = cron.values(expression)
    offset = round(now.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() / 60)
    return frozenset((hour * 60 + minute - offset) % DAY for hour in hours for minute in minutes)


def crowds(jobs: Iterable[ScheduledJob], now: datetime, most: int = 8) -> list[Crowd]:
    """The fullest minutes of the day; jobs that always start together are one crowd."""
    by_minute = defaultdict(list)
    for job in jobs:
        for minute in starts(job.expression, job.time_zone, now):
            by_minute[minute].append(job)
    crowds: dict[tuple, Crowd] = {}
    for minute, together in sorted(by_minute.items()):
        if len(together) > 1:
            key = tuple(job.pk for job in together)
            crowds.setdefault(key, Crowd(together, [])).minutes.append(minute)
    return sorted(crowds.values(), key=lambda crowd: (-len(crowd.jobs), crowd.minutes))[:most]


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
    """The shift after which fewest others start with the job, if that is fewer than now."""
    shared = sum(taken[minute] - 1 for minute in own)
    if not shared:
        return None
    choices = []
    for expression in shifted(job.expression):
        minutes = starts(expression, job.time_zone, now)
        choices.append((sum(taken[m] - (m in own) for m in minutes), expression))
    then, expression = min(choices, key=lambda choice: choice[0], default=(shared, ""))
    return Advice(job, expression, shared, then) if then < shared else None


def shifted(expression: str) -> list[str]:
    """The same expression at all other offsets; none where its minute is not "every so many"."""
    minute, *rest = expression.split()
    match = EVERY.fullmatch(minute)
    if match is None or 60 % int(match[2]):
        return []
    step, offset = int(match[2]), int(match[1] or 0)
    others = [other for other in range(step) if other != offset]
    return [" ".join([f"{o}-59/{step}" if o else f"*/{step}", *rest]) for o in others]
