"""How many tasks there are of each status: per route for the whole house, and within a filter."""

from collections import Counter
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, QuerySet, Sum

from alumio.keyset import EXACT_TO
from tasks.models import StatusCount, Task
from tasks.status import Status

CACHED_SECONDS = 3
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
    cache.delete_many([KEY, BYTES_KEY])


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

    Few tasks are counted in one pass by whatever index finds them. Where there are many, each
    status is counted by the index on statuses, up to its limit.
    """
    if tasks.query.is_empty():
        return {status.value: Tally(0) for status in Status}
    found = _rows("SELECT status, COUNT(*) FROM {} GROUP BY status", _limited(tasks, FEW))
    if sum(number for _, number in found) < FEW:
        known = dict(found)
        return {status.value: Tally(known.get(status.value, 0)) for status in Status}
    counted = {}
    for status in Status:
        some = _limited(tasks.filter(status=status), EXACT_TO + 1)
        ((number,),) = _rows("SELECT COUNT(*) FROM {}", some)
        counted[status.value] = Tally(min(number, EXACT_TO), number <= EXACT_TO)
    return counted


def _limited(tasks: QuerySet, most: int) -> QuerySet:
    return tasks.order_by().values("status")[:most]


def _rows(statement: str, tasks: QuerySet) -> list[tuple]:
    """Rows of a statement over a queryset, which stands where the braces are."""
    sql, parameters = tasks.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(f"({sql}) AS limited"), parameters)
        return cursor.fetchall()
