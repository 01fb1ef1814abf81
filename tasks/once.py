"""A transaction of a chore that counts once, however often it is tried."""

from collections.abc import Callable

from django.db import transaction

from alumio import database
from tasks.run import Run


def once(run: Run, work: Callable[[], dict]) -> dict:
    """Do `work` in one transaction with the counts of the run and the cursor that `work` returns.

    It is tried again while the database is away. Where the answer to a commit got lost with the
    connection, the cursor says whether that commit counted. Returns the cursor.
    """
    tried: list[dict] = []

    def attempt() -> None:
        if tried and run.has_kept(tried[-1]):
            return
        before = run.counts.copy()
        try:
            with transaction.atomic():
                tried.append(work())
                run.keep(tried[-1])
        except BaseException:
            run.counts = before
            raise

    database.persistently(attempt)
    return tried[-1]
