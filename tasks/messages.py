"""Log lines of tasks, written in bulk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from alumio import bulk, jsontext
from tasks.models import Level, Message
from transformers.context import LogLine

COLUMNS = (
    "task_id",
    "phase",
    "attempt",
    "level",
    "created_at",
    "process",
    "text",
    "detail",
    "verb",
    "began_at",
)
LEVELS = {level.label: level.value for level in Level}


class Entry(NamedTuple):
    """One log line of one task. `verb`: the change of status that it tells of; `began_at`: since
    when the task was held, where that ended an attempt."""

    task: int
    phase: str
    attempt: int
    line: LogLine
    verb: str = ""
    began_at: datetime | None = None


def write(entries: Iterable[Entry], process: int | None, at: datetime) -> None:
    """Insert the lines in the current transaction."""
    rows = [
        (
            entry.task,
            entry.phase,
            entry.attempt,
            LEVELS.get(entry.line.level, Level.INFO.value),
            at,
            process or None,
            storable(entry.line.text),
            detail_text(entry.line.detail),
            entry.verb,
            entry.began_at,
        )
        for entry in entries
    ]
    if rows:
        bulk.insert(Message, COLUMNS, rows)


def write_same(
    tasks: Sequence[tuple[int, int]], phase: str, line: LogLine, verb: str, process, at: datetime
) -> None:
    """Insert the same line for many tasks, given as (id, attempt), in the current transaction.

    PostgreSQL makes the rows itself: that takes half of the time of sending them one by one.
    """
    if connection.vendor != "postgresql":
        write((Entry(id, phase, attempt, line, verb) for id, attempt in tasks), process, at)
        return
    same = [phase, LEVELS[line.level], at, process or None, storable(line.text), "", verb]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_message "
            "(phase, level, created_at, process, text, detail, verb, task_id, attempt) "
            "SELECT %s, %s, %s, %s, %s, %s, %s, id, attempt "
            "FROM unnest(%s::bigint[], %s::int[]) AS tasks (id, attempt)",
            [*same, *(bulk.array(column) for column in zip(*tasks, strict=True))],
        )


def storable(text: str) -> str:
    """The text without what a database cannot keep: NUL and halves of surrogate pairs."""
    if "\x00" in text:
        text = text.replace("\x00", "\\u0000")
    return text if text.isascii() else text.encode(errors="replace").decode()


def detail_text(detail) -> str:
    if detail in (None, "", {}, []):
        return ""
    try:
        return storable(jsontext.dumps(detail))
    except jsontext.JSONTextError:
        return storable(repr(detail))
