"""How many tasks there are of each status: per route for the whole house, and within a filter."""

import hashlib
import time
from collections import Counter
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, QuerySet, Sum

from alumio.keyset import EXACT_TO, bounded_count
from tasks.finding import everywhere
from tasks.models import StatusCount, Task
from tasks.reach import Reach
from tasks.status import Status

CACHED_SECONDS = 3
SINCE_KEY = "tallies-since"
COSTLY = 0.05
"""Seconds of counting from which the result is kept for ten times as long."""
FEW = 2 * EXACT_TO
"""Rows up to which one pass over all that match is the cheapest way to count them."""
FOLD_FROM = 500
"""Rows of differences from which summing them up pays."""
KEY = "tasks-by-route-and-status"
BYTES_KEY = "bytes-by-route"
BYTES_CACHED_SECONDS = {"postgresql": CACHED_SECONDS, "sqlite": 300}
"""Without counters, all tasks have to be read to know their bytes."""


class Tally(NamedTuple):
    """A count that stops at 10,000: then `exact` is False and there are more."""

    number: int
    exact: bool = True

    def __str__(self):
        return f"{self.number:,}" + ("" if self.exact else "+")


def by_route() -> dict[int, Counter]:
    """{route id: {status: number}}, at most three seconds old."""
    return cache.get_or_set(KEY, _count_by_route, CACHED_SECONDS)


def by_status() -> Counter:
    """{status: number} of all tasks."""
    return sum(by_route().values(), Counter())


def bytes_by_route() -> dict[int, int]:
    """{route id: bytes of its tasks' data}; three seconds old at most, on SQLite five minutes."""
    seconds = BYTES_CACHED_SECONDS[connection.vendor]
    return cache.get_or_set(BYTES_KEY, _sum_bytes_by_route, seconds)


def forget() -> None:
    """Count anew the next time: a person has just changed something and wants to see it."""
    cache.delete_many([KEY, BYTES_KEY, SINCE_KEY])


def _count_by_route() -> dict[int, Counter]:
    """From the counters where the database keeps them, else by an index that holds both columns."""
    counts: dict[int, Counter] = {}
    if connection.vendor == "postgresql":
        grouped = StatusCount.objects.values_list("route_id", "status").annotate(Sum("number"))
    else:
        grouped = Task.objects.order_by().values_list("route_id", "status").annotate(Count("id"))
    for route, status, number in grouped:
        if number:
            counts.setdefault(route, Counter())[status] = number
    return counts


def _sum_bytes_by_route() -> dict[int, int]:
    if connection.vendor == "postgresql":
        summed = StatusCount.objects.values_list("route_id").annotate(Sum("bytes"))
    else:
        summed = Task.objects.order_by().values_list("route_id").annotate(Sum("size"))
    return {route: size for route, size in summed if size}


def fold() -> None:
    """Sum up what PostgreSQL appended, so that there is one row per route and status again."""
    if connection.vendor != "postgresql" or StatusCount.objects.count() < FOLD_FROM:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM tasks_statuscount "
            "RETURNING route_id, status, number, bytes) "
            "INSERT INTO tasks_statuscount (route_id, status, number, bytes) "
            "SELECT route_id, status, sum(number), sum(bytes) FROM gone GROUP BY route_id, status "
            "HAVING sum(number) <> 0 OR sum(bytes) <> 0"
        )


def within(tasks: QuerySet) -> dict[str, Tally]:
    """{status: tally} of a filtered queryset; counting stops at 10,000 of each.

    Routes and statuses have counters. Few tasks are counted in one pass by whatever index finds
    them. Where there are many, each status is counted by itself, up to its limit: most of those
    that match have the same one, and of the others there are few at all.
    """
    if tasks.query.is_empty():
        return _tallies({})
    if tasks.reach and tasks.reach.counted == len(tasks.query.where.children):
        return _tallies(_counted(tasks.reach))
    statement = str(tasks.order_by().values("status").query)
    since = cache.get_or_set(SINCE_KEY, time.time, 24 * 3600)
    key = f"tallies-{since}-{hashlib.sha256(statement.encode()).hexdigest()}"
    tallies, began = cache.get(key), time.monotonic()
    if tallies is None:
        tallies = _counted_one_by_one(tasks)
        if (taken := time.monotonic() - began) > COSTLY:
            cache.set(key, tallies, min(10, 10 * taken))
    return tallies


def _counted_one_by_one(tasks: QuerySet) -> dict[str, Tally]:
    found = _by_status(tasks)
    if found is not None:
        return _tallies(found)
    plain = tasks.within_reach() if tasks.has_reach else tasks
    return {status.value: Tally(*bounded_count(plain.filter(status=status))) for status in Status}


def _tallies(numbers: dict[str, int]) -> dict[str, Tally]:
    return {status.value: Tally(numbers.get(status.value, 0)) for status in Status}


def _counted(reach: Reach) -> Counter:
    """What the counters say of routes and statuses, at this moment."""
    known = _count_by_route()
    chosen = sum((known.get(route, Counter()) for route in reach.routes or known), Counter())
    return Counter({s: n for s, n in chosen.items() if not reach.statuses or s in reach.statuses})


def _by_status(tasks: QuerySet) -> dict[str, int] | None:
    """{status: number} of all the tasks; None where there are many."""
    if tasks.has_reach:
        if tasks.is_dense():
            return None
        select = (
            "SELECT status, count(*) FROM (SELECT status FROM found LIMIT %s) AS few GROUP BY 1"
        )
        rows = everywhere(tasks.reach, tasks, select, FEW)
    else:
        sql, parameters = tasks.order_by().values("status")[:FEW].query.sql_with_params()
        with connection.cursor() as cursor:
            statement = f"SELECT status, count(*) FROM ({sql}) AS few GROUP BY status"  # noqa: S608
            cursor.execute(statement, parameters)
            rows = cursor.fetchall()
    found = dict(rows)
    return found if sum(found.values()) < FEW else None
