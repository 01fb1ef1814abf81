"""Parts of words: by PostgreSQL's index of trigrams, where it serves.

The index is on what `Payload.search` says of the entity, since that is written once per task; the
task's own identifier is left out, as it would cost more than a whole import: it is random. What the
index finds is a superset of what a filter means, which says so itself besides. Words of one or two
characters have no trigrams, and of a word that is nearly everywhere an index is no help.
"""

import json

from django.core.cache import cache
from django.db import connection

INDEX = "task_search"
ENTITY = "substr(search, strpos(search, ' ') + 1)"
"""As the index has it (migration 0006)."""
FEW = 200_000
"""Tasks up to which looking them up one by one costs less than looking through all."""
LOOK_AGAIN = 60
"""Seconds after which to look whether the index is there."""


def narrowed(tasks, needle: str):
    """The queryset, told to look only at tasks that the index finds for a part of a word, where
    that is worth while."""
    if len(needle) < 3 or not is_indexed() or expected(needle) > FEW:
        return tasks
    found = f"SELECT task_id FROM tasks_payload WHERE {ENTITY} LIKE %s"  # noqa: S608
    clause = f"tasks_task.id = ANY(ARRAY({found}))"
    return tasks.extra(where=[clause], params=[pattern(needle)])  # noqa: S610


def is_indexed() -> bool:
    """Whether this database could make the index: it needs the extension pg_trgm."""
    return cache.get_or_set(f"has-{INDEX}", _has_index, LOOK_AGAIN)


def expected(needle: str) -> int:
    """How many rows the database expects to hold a part of a word, by its sample of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (FORMAT JSON) SELECT FROM tasks_payload WHERE {ENTITY} LIKE %s",
            [pattern(needle)],
        )
        (plan,) = cursor.fetchone()
    plan = plan if isinstance(plan, list) else json.loads(plan)
    return plan[0]["Plan"]["Plan Rows"]


def pattern(needle: str) -> str:
    return f"%{connection.ops.prep_for_like_query(needle)}%"


def _has_index() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [INDEX])
        return cursor.fetchone()[0]
