"""How many tasks there are of each status: per route for the whole house, and within a filter."""

from collections import Counter
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet, Sum

from alumio.keyset import EXACT_TO
from tasks.models import StatusCount
from tasks.status import Status

CACHED_SECONDS = 3
FOLD_FROM = 500
"""Rows of differences from which summing them up pays."""
KEY = "tasks-by-route-and-status"


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


def _count_by_route() -> dict[int, Counter]:
    counts: dict[int, Counter] = {}
    grouped = StatusCount.objects.values_list("route_id", "status").annotate(Sum("number"))
    for route, status, number in grouped:
        if number:
            counts.setdefault(route, Counter())[status] = number
    return counts


def fold() -> None:
    """Sum up what PostgreSQL appended, so that there is one row per route and status again."""
    if connection.vendor != "postgresql" or StatusCount.objects.count() < FOLD_FROM:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM tasks_statuscount RETURNING route_id, status, number) "
            "INSERT INTO tasks_statuscount (route_id, status, number) "
            "SELECT route_id, status, sum(number) FROM gone GROUP BY route_id, status "
            "HAVING sum(number) <> 0"
        )


def within(tasks: QuerySet) -> dict[str, Tally]:
    """{status: tally} of a filtered queryset, in one statement that stops at 10,000 of each."""
    parts, values = [], []
    for status in Status:
        some = tasks.filter(status=status).order_by().values("pk")[: EXACT_TO + 1]
        if some.query.is_empty():
            return {status.value: Tally(0) for status in Status}
        sql, parameters = some.query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS limited)")  # noqa: S608 (our own SQL)
        values += parameters
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row = cursor.fetchone()
    return {
        status.value: Tally(min(number, EXACT_TO), number <= EXACT_TO)
        for status, number in zip(Status, row, strict=True)
    }
