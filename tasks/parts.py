"""Parts of words: the tasks whose identifier, or whose entity's, contains a text.

Parts of an entity's identifier are found by PostgreSQL's index of trigrams. It is on what
`Payload.search` says of the entity, since that is written once per task; the task's own identifier
is left out: it is random, and to index its parts would cost more than the whole import. What has no
index, also words of one or two characters, is looked for once among all tasks and then remembered,
as identifiers never change. What is found here is a superset of what a filter means, which says so
itself besides; of a word that is nearly everywhere neither is any help.
"""

import hashlib
import json
from functools import partial

from django.core.cache import cache
from django.db import connection

INDEX = "task_search"
ENTITY = "substr(search, strpos(search, ' ') + 1)"
"""As the index has it (migration 0006)."""
CHEAP = 20_000
"""The database's own estimate of its work, below which no help is needed; a page read is 1."""
FEW = 200_000
"""Tasks up to which looking them up one by one costs less than looking through all."""
MOST_REMEMBERED = 5_000
REMEMBERED_SECONDS = 300
UNSETTLED = 10_000
"""The newest ids, which are always looked through: some may be of imports not committed yet."""
LOOK_AGAIN = 60
"""Seconds after which to look whether the index is there."""


def narrowed(tasks, needle: str, fragment: str):
    """The queryset, told to look only at tasks with a part of a word, where that is worth while.

    `needle` is a part of an entity's identifier, `fragment` one of a task's, both in capitals.
    """
    if not (needle or fragment) or cost(tasks) < CHEAP:
        return tasks
    if fragment:
        tasks = _among(tasks, _remembered("identifier", fragment))
    if needle and len(needle) >= 3 and is_indexed():
        return _by_index(tasks, needle)
    return _among(tasks, _remembered("upper(entity_identifier)", needle)) if needle else tasks


def cost(tasks) -> float:
    """What the database thinks that it costs to find all these."""
    return json.loads(tasks.explain(format="json"))[0]["Plan"]["Total Cost"]


def is_indexed() -> bool:
    """Whether this database could make the index: it needs the extension pg_trgm."""
    return cache.get_or_set(f"has-{INDEX}", _has_index, LOOK_AGAIN)


def _has_index() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [INDEX])
        return cursor.fetchone()[0]


def _by_index(tasks, needle: str):
    found = f"SELECT task_id FROM tasks_payload WHERE {ENTITY} LIKE %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {found}", [pattern(needle)])
        (plan,) = cursor.fetchone()
    if plan[0]["Plan"]["Plan Rows"] > FEW:
        return tasks
    clause = f"tasks_task.id = ANY(ARRAY({found}))"
    return tasks.extra(where=[clause], params=[pattern(needle)])  # noqa: S610


def _among(tasks, remembered: tuple[list[int], int] | tuple[()]):
    if not remembered:
        return tasks
    clause = "(tasks_task.id = ANY(%s) OR tasks_task.id > %s)"
    return tasks.extra(where=[clause], params=list(remembered))  # noqa: S610


def _remembered(column: str, part: str) -> tuple[list[int], int] | tuple[()]:
    """The tasks that have the part, and the id up to which they were looked for; () for many."""
    name = "tasks-with-" + hashlib.sha256(f"{column} {part}".encode()).hexdigest()
    return cache.get_or_set(name, partial(_look_for, column, part), REMEMBERED_SECONDS)


def _look_for(column: str, part: str) -> tuple[list[int], int] | tuple[()]:
    statement = (
        f"WITH found AS MATERIALIZED (SELECT id FROM tasks_task WHERE {column} LIKE %s) "  # noqa: S608
        "SELECT array(SELECT id FROM found LIMIT %s), (SELECT max(id) FROM tasks_task)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [pattern(part), MOST_REMEMBERED + 1])
        ids, newest = cursor.fetchone()
    return () if len(ids) > MOST_REMEMBERED else (ids, (newest or 0) - UNSETTLED)


def pattern(part: str) -> str:
    return f"%{connection.ops.prep_for_like_query(part)}%"
