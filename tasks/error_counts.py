"""How many tasks each cause has, by status and route.

On PostgreSQL the newest 10,000 tasks of each cause are looked at, by the index on causes: so a
count is exact up to there, and its price is bounded however many tasks failed.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet
from django.db.models.expressions import RawSQL

from alumio.keyset import EXACT_TO


class Part(NamedTuple):
    """Tasks of one cause, status and route: how many, and the newest of them."""

    cause: int
    status: str
    route: int
    number: int
    last_seen_at: datetime
    newest: int


def parts(tasks: QuerySet) -> list[Part]:
    """The tasks of each cause. Other databases than PostgreSQL have fewer: one pass over all."""
    if tasks.query.is_empty():
        return []
    if connection.vendor != "postgresql":
        rows = tasks.filter(cause__isnull=False).order_by()
        rows = rows.values_list("cause", "status", "route")
        counted = rows.annotate(Count("id"), Max("updated_at"), Max("id"))
        return [Part(*row) for row in counted]
    rows = _of_each_cause(
        tasks,
        "SELECT c.id, part.* FROM tasks_cause c CROSS JOIN LATERAL ("
        "SELECT status, route_id, COUNT(*), MAX(updated_at), MAX(id) FROM {} "
        "GROUP BY status, route_id) AS part",
    )
    return [Part(*row) for row in rows]


def moments(tasks: QuerySet, causes: list[int]) -> list[tuple]:
    """(cause, moment, number) of the tasks of some causes, by minutes."""
    if tasks.query.is_empty() or not causes:
        return []
    if connection.vendor != "postgresql":
        rows = tasks.filter(cause__in=causes).order_by("-id").values_list("cause", "updated_at")
        return [(cause, moment, 1) for cause, moment in rows[:EXACT_TO]]
    return _of_each_cause(
        tasks,
        "SELECT c.id, part.* FROM tasks_cause c CROSS JOIN LATERAL ("
        "SELECT date_trunc('minute', updated_at) AS moment, COUNT(*) FROM {} "
        "GROUP BY moment) AS part WHERE c.id = ANY(%s)",
        causes,
    )


def _of_each_cause(tasks: QuerySet, statement: str, *more) -> list[tuple]:
    """Rows of a statement over the newest tasks of the cause `c`, which stand at the braces. They
    are read by the index on causes in its order: another index beside it, that on statuses, would
    be read as a whole for each cause."""
    own = tasks.filter(cause=RawSQL("c.id", []))
    newest = own.order_by("-id").values("id", "status", "route_id", "updated_at")
    sql, parameters = newest[: EXACT_TO + 1].query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(statement.format(f"({sql}) AS newest"), [*parameters, *more])
        return cursor.fetchall()
