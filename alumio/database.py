"""The database's own clock, its size, and patience with it when it is away for a moment."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

Result = TypeVar("Result")


def now() -> datetime:
    """The time by the database, so that all machines agree on it."""
    if connection.vendor == "sqlite":  # one machine, one clock
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


class Size(NamedTuple):
    """Bytes of the whole database; `free` of them wait inside the file to be used again, where the
    database can tell."""

    bytes: int
    free: int | None


def size() -> Size:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return Size(cursor.fetchone()[0], None)
        cursor.execute(
            "SELECT page_count * page_size, freelist_count * page_size "
            "FROM pragma_page_count(), pragma_page_size(), pragma_freelist_count()"
        )
        return Size(*cursor.fetchone())


def is_away(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, says that the database could not be asked."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError) or _broke_off(error):
            return True
        error = error.__cause__
    return False


def _broke_off(error: BaseException) -> bool:
    """Whether the connection ended within a COPY, for which PostgreSQL's library has no class.
    What the server itself reports has a code."""
    return type(error) is DatabaseError and getattr(error.__cause__, "pgcode", "") is None


def persistently(work: Callable[[], Result], seconds: float = 20.0) -> Result:
    """Do `work`, again and again while the database is away, for `seconds` at most.

    `work` is one whole transaction. Inside another one it is tried once only.
    """
    deadline, pause = time.monotonic() + seconds, 0.1
    while True:
        try:
            return work()
        except (DatabaseError, InterfaceError) as error:
            late = time.monotonic() + pause > deadline
            if late or connection.in_atomic_block or not is_away(error):
                raise
            connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 2.0)
