"""Log lines of tasks, written in bulk."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

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
