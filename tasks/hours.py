"""How many tasks were last changed in each of the past 24 hours, by the status they have since.

The index on moments of change bounds what is read. An hour that is over is counted once in ten
minutes, and a page never waits long for it: what is not counted after a third of a second is left
to the next one who asks.
"""

import time
from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection

from alumio import database
from tasks.models import Task

HOURS = 24
MOST = 500_000
"""Tasks of one hour that are counted; beyond it `exact` is False."""
PATIENCE = 0.3
"""Seconds after which no further hour is begun."""
PAST_CACHED_SECONDS, PRESENT_CACHED_SECONDS = 600, 10
HOUR = timedelta(hours=1)


class Hour(NamedTuple):
    """`numbers` by status; None where nobody has counted yet."""

    begins_at: datetime
    numbers: Counter | None
    exact: bool = True

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + HOUR

    @property
    def total(self) -> int:
        return sum((self.numbers or {}).values())


def last_hours() -> list[Hour]:
    """The past 24 hours, oldest first; the last one is under way."""
    present = database.now().replace(minute=0, second=0, microsecond=0)
    moments = [present - HOUR * ago for ago in range(HOURS)]
    known = cache.get_many([key_of(moment) for moment in moments])
    until = time.monotonic() + PATIENCE
    hours = []
    for moment in moments:
        found = known.get(key_of(moment))
        if found is None and time.monotonic() < until:
            found = _counted(moment)
            seconds = PRESENT_CACHED_SECONDS if moment == present else PAST_CACHED_SECONDS
            cache.set(key_of(moment), found, seconds)
        hours.append(found or Hour(moment, None))
    return hours[::-1]


def key_of(moment: datetime) -> str:
    return f"tasks-of-hour-{moment:%Y%m%d%H}"


def _counted(begins: datetime) -> Hour:
    rows = Task.objects.filter(updated_at__gte=begins, updated_at__lt=begins + HOUR)
    rows = rows.order_by("updated_at", "id").values("status")
    sql, parameters = rows[: MOST + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        statement = f"SELECT status, count(*) FROM ({sql}) AS few GROUP BY status"  # noqa: S608
        cursor.execute(statement, parameters)
        numbers = Counter(dict(cursor.fetchall()))
    return Hour(begins, numbers, numbers.total() <= MOST)
