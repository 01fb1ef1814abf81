"""Jobs whose runs take longer than the time between two of their starts: such a schedule does not
fit, whatever the sums say. Their next runs wait, or are not queued at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from scheduler import together
from scheduler.models import ScheduledJob


@dataclass
class Overrun:
    """A job that starts every `minutes` at the closest, and takes `seconds`."""

    job: ScheduledJob
    minutes: int
    seconds: float


def overruns(
    jobs: Iterable[ScheduledJob], took: Mapping[int, float], now: datetime
) -> list[Overrun]:
    """Those of the jobs that do not fit, the worst first; `took` are the seconds of a run, by the
    job's key."""
    found = []
    for job in jobs:
        seconds = took.get(job.pk, 0.0)
        if seconds > 60:  # nothing starts more often than each minute
            minutes = closest(together.starts(job.expression, job.time_zone, now))
            if seconds > 60 * minutes:
                found.append(Overrun(job, minutes, seconds))
    return sorted(found, key=lambda each: each.minutes / each.seconds)


@lru_cache(maxsize=500)
def closest(starts: frozenset[int]) -> int:
    """The fewest minutes between two starts of a week, which begins anew after its end."""
    times = sorted(starts)
    following = [*times[1:], times[0] + together.WEEK]
    return min(after - before for before, after in zip(times, following, strict=True))
