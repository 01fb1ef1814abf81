"""Finding: the tasks that match a filter, among millions as fast as among a few.

A database that is asked for the newest fifty that match either walks back from the newest task,
which is quick where matches are dense and endless where they are rare, or fetches all that match
and sorts them, which is the other way round; it chooses by what it believes of the data. Here
nothing is believed: a page is first looked for near the place where it can begin, further on as
long as that pays, and only what is still missing then is looked for everywhere, by the indexes that
find all matches best. On SQLite a scan of the tasks is accepted.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from alumio.states import StateQuerySet
from tasks import parts
from tasks.reach import Reach

NEAR = 50_000
"""Ids around the beginning in which to look first."""
FAR = 200_000
"""Ids to walk through at once at most."""
FALLING, RISING = (("-id",), ("-pk",)), (("id",), ("pk",))


class TaskQuerySet(StateQuerySet):
    """Tasks. Where they have a reach, the first ones by id (`order_by("-id")[:50]`) come fast."""

    reach: Reach | None = None

    def _clone(self):
        clone = super()._clone()
        clone.reach = self.reach
        return clone

    def _fetch_all(self):
        if self._result_cache is None and self._asks_for_first():
            self._result_cache = _first(self)
        super()._fetch_all()

    def count(self) -> int:
        """As any queryset's; of its first so many, whatever they are, without a look at others."""
        query, most = self.query, self.query.high_mark
        if not self.has_reach or query.low_mark or not most:
            return super().count()
        everything = self._chain()
        everything.query.clear_limits()
        if everything.is_dense():
            return everything.within_reach()[:most].count()
        select = "SELECT count(*) FROM (SELECT FROM found LIMIT %s) AS few"
        rows = everywhere(self.reach, everything, select, most)
        return rows[0][0] if rows else 0

    @property
    def has_reach(self) -> bool:
        return bool(self.reach) and connection.vendor == "postgresql"

    def is_dense(self) -> bool:
        """Whether one in twenty matches, judged by the newest that can."""
        low, high = self.reach.span(self.query.where, falling=True)
        near = self.filter(id__range=(max(low, high - NEAR + 1), high)).without_reach()
        return near.order_by()[: NEAR // 20].count() == NEAR // 20

    def within_reach(self):
        """As a plain queryset with the bounds of the reach: for what is dense."""
        return self.filter(id__range=self.reach.span(self.query.where, True)).without_reach()

    def without_reach(self):
        plain = self._chain()
        plain.reach = None
        return plain

    def _asks_for_first(self) -> bool:
        query = self.query
        return (
            self.has_reach
            and query.low_mark == 0
            and query.high_mark is not None
            and self._order in FALLING + RISING
            and not (query.distinct or query.combinator or query.select_for_update)
            and not query.is_empty()
        )

    @property
    def _order(self) -> tuple:
        return tuple(self.query.order_by or self.query.get_meta().ordering)


def _first(tasks: TaskQuerySet) -> list:
    """The first rows of a queryset by id: near their beginning, else from everywhere."""
    falling, wanted = tasks._order in FALLING, tasks.query.high_mark
    everything = tasks.without_reach()
    everything.query.clear_limits()
    low, high = tasks.reach.span(tasks.query.where, falling)
    rows, width = [], NEAR
    while low <= high and len(rows) < wanted:
        if width > FAR:
            rest = everything.filter(id__range=(low, high))
            return rows + _from_everywhere(tasks.reach, rest, wanted - len(rows), falling)
        window = (high - width + 1, high) if falling else (low, low + width - 1)
        found = list(everything.filter(id__range=window)[: wanted - len(rows)])
        rows += found
        low, high = (low, window[0] - 1) if falling else (window[1] + 1, high)
        width = 2 * width * (wanted - len(rows)) // max(1, len(found))
    return rows


def _from_everywhere(reach: Reach, tasks, wanted: int, falling: bool) -> list:
    select = "SELECT id FROM found ORDER BY id DESC LIMIT %s"
    select = select if falling else select.replace("DESC", "ASC")
    ids = everywhere(reach, tasks, select, wanted)
    return list(tasks.filter(id__in=[id for (id,) in ids])) if ids else []


def everywhere(reach: Reach, tasks, select: str, *values) -> list[tuple]:
    """What a SELECT says of `found`, the id and status of all tasks that match.

    They are found by the plan that is best for all of them, yet only as far as the SELECT reads.
    """
    plain = tasks.without_reach().order_by().values("id", "status")
    with _generous(), connection.cursor() as cursor:
        narrowed = parts.narrowed(plain, reach.needle, reach.fragment)
        statement, parameters = narrowed.query.sql_with_params()
        select = f"WITH found AS MATERIALIZED ({statement}) {select}"
        cursor.execute(select, [*parameters, *values])
        return cursor.fetchall()


@contextmanager
def _generous() -> Iterator[None]:
    """Memory for bitmaps and sorts of a million ids; compiling a query would not pay."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        yield
