"""Reach: between which ids the tasks that match a filter can be, by looks into ends of indexes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from tasks.status import Status

SMALL = 50_000
"""Ids among which it is not worth while to look for a closer reach."""
SLACK = timedelta(hours=1)
"""Ids grow with the time of creation, save for imports side by side and corrected clocks."""
LAST_ID = 2**63 - 1

BEFORE = """COALESCE((SELECT id FROM tasks_task WHERE created_at < %s
    ORDER BY created_at DESC, id DESC LIMIT 1), 0)"""
AFTER = "(SELECT id FROM tasks_task WHERE created_at >= %s ORDER BY created_at, id LIMIT 1)"
BY_ROUTE = """COALESCE((SELECT {end}(one.id)
    FROM (SELECT id FROM routes_route WHERE %s OR id = ANY(%s)) AS r,
    unnest(%s::text[]) AS s (name),
    LATERAL (SELECT id FROM tasks_task WHERE route_id = r.id AND status = s.name
        AND id BETWEEN %s AND %s ORDER BY id {order} LIMIT 1) AS one), %s)"""
BY_SCHEMA = """COALESCE((SELECT {end}(one.id)
    FROM unnest(%s::text[]) AS e (name), unnest(%s::text[]) AS s (name),
    LATERAL (SELECT id FROM tasks_task WHERE entity_schema = e.name AND status = s.name
        AND id BETWEEN %s AND %s ORDER BY id {order} LIMIT 1) AS one), %s)"""
FROM_THE_END = {"end": "max", "order": "DESC"}
FROM_THE_BEGINNING = {"end": "min", "order": "ASC"}


@dataclass(frozen=True)
class Reach:
    """What a filter says of where its tasks can be; empty means anywhere.

    `after` and `before` bound the creation; `needle` is a part of the entity's identifier and
    `fragment` of the task's own, both in capitals; `counted` is the number of conditions where
    these ask for what counters are kept of.
    """

    routes: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    needle: str = ""
    fragment: str = ""
    counted: int = 0

    def span(self, where, falling: bool) -> tuple[int, int]:
        """The first and the last id that a match can have; crossed where there is none.

        `where` are the conditions of the query, which may bound the id as a cursor does. The end
        where a list begins, the last where ids are `falling`, is the closer one.
        """
        low, high = asked(where)
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id), max(id) FROM tasks_task")
            first, last = cursor.fetchone()
            if first is None:
                return 1, 0
            low, high = max(low, first), min(high, last)
            if high - low < SMALL:
                return low, high
            cursor.execute(*self._statement(low, high, falling))
            return cursor.fetchone()

    def _statement(self, low: int, high: int, falling: bool) -> tuple[str, list]:
        """What answers low and high, brought closer."""
        least, most = [("%s", [low])], [("%s", [high])]
        if self.after:
            least.append((BEFORE, [self.after - SLACK]))
        if self.before:
            most.append((AFTER, [self.before + SLACK]))
        (most if falling else least).extend(self._beginnings(low, high, falling))
        bounds = (", ".join(sql for sql, _ in bound) for bound in (least, most))
        values = [value for _, some in least + most for value in some]
        return "SELECT GREATEST({}), LEAST({})".format(*bounds), values

    def _beginnings(self, low: int, high: int, falling: bool) -> list[tuple[str, list]]:
        """Where the tasks of the routes with these statuses begin, and those of the schemas."""
        words = FROM_THE_END if falling else FROM_THE_BEGINNING
        nowhere = low - 1 if falling else high + 1
        statuses, found = list(self.statuses or Status.values), []
        if self.routes or self.statuses:
            values = [not self.routes, list(self.routes), statuses, low, high, nowhere]
            found.append((BY_ROUTE.format(**words), values))
        if self.schemas:
            values = [list(self.schemas), statuses, low, high, nowhere]
            found.append((BY_SCHEMA.format(**words), values))
        return found


def asked(where) -> tuple[int, int]:
    """The bounds of the id among the conditions of a query."""
    low, high = 0, LAST_ID
    for condition in where.children if where.connector == "AND" and not where.negated else ():
        lhs = getattr(condition, "lhs", None)
        if getattr(getattr(lhs, "target", None), "primary_key", False):
            if isinstance(condition, LessThan | LessThanOrEqual):
                high = min(high, condition.rhs - isinstance(condition, LessThan))
            elif isinstance(condition, GreaterThan | GreaterThanOrEqual):
                low = max(low, condition.rhs + isinstance(condition, GreaterThan))
    return low, high
