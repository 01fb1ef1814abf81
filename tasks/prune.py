"""Pruning: tasks that the rules of retention give up leave with all that belongs to them.

Each chunk is one short transaction: its tasks are locked, so that the database judges them once
more (what a person has just retried stays), and go with their data, versions, messages and memory.
What somebody else holds at this moment is passed over; the next prune finds it.
"""

import time
from collections.abc import Mapping
from typing import NamedTuple

from django.db import connection, transaction

from alumio import database
from tasks.models import Memory, Message, Payload, PayloadVersion, Task
from tasks.retention import Share, Span
from tasks.run import Run
from tasks.status import Status

CHUNK = 2_000
REST = 0.5
"""Of the time that a chunk took, how long is rested, for others who wait for the database."""
NOT_SENT = (Status.NEW, Status.RETRY, Status.FAILED, Status.REJECTED)
"""Statuses of tasks that were not delivered. What is remembered of their entities goes with them:
left behind, it would say that the entities have arrived."""


class Chunk(NamedTuple):
    """`last` is the last id that was looked at; `bytes` of entity data went."""

    last: int
    bytes: int


def prune(found: Mapping[Share, Span], run: Run, freed: int = 0) -> int:
    """Remove what the shares say. `run` counts it by status; its cursor holds the bytes freed.

    Nothing is lost when this ends in the middle: what is gone is gone and counted, the rest goes
    the next time. `freed` are the bytes counted before; the new sum is returned.
    """
    for share, span in found.items():
        last, end = 0, span.last
        while last < end:
            run.check()
            began = time.monotonic()
            chunk = database.persistently(lambda: _remove(share, last, end, freed, run))  # noqa: B023
            last, freed = chunk.last, freed + chunk.bytes
            time.sleep(REST * (time.monotonic() - began))
    return freed


def _remove(share: Share, last: int, end: int, freed: int, run: Run) -> Chunk:
    counts = run.counts.copy()
    try:
        with transaction.atomic():
            due = share.due().filter(id__gt=last, id__lte=end).order_by("id")
            rows = due.select_for_update(of=("self",), skip_locked=True).values_list("id", "size")
            sizes = dict(rows[:CHUNK])
            if not sizes:
                return Chunk(end, 0)
            gone = _delete(share, sizes.keys() - _remembered_elsewhere(sizes))
            size = sum(sizes[id] for id in gone)
            run.counts[f"{share.status} tasks"] += len(gone)
            run.keep({"bytes": freed + size})
            return Chunk(max(sizes), size)
    except BaseException:
        run.counts = counts
        raise


def _remembered_elsewhere(ids) -> set[int]:
    """Tasks whose memory an import is changing right now. To wait for it could be a deadlock, since
    it may wait for memories that we hold."""
    memories = Memory.objects.filter(task__in=list(ids)).order_by("id")
    mine = set(memories.select_for_update(skip_locked=True).values_list("task", flat=True))
    return set(memories.values_list("task", flat=True)) - mine


def _delete(share: Share, ids: set[int]) -> set[int]:
    """Straight deletes: the tables have no constraint that would do it, and Django's own way reads
    each row first."""
    memories = Memory.objects.filter(task__in=ids)
    if share.status in NOT_SENT:
        memories._raw_delete(connection.alias)
    else:
        memories.update(task=None)
    for belonging in (Payload, PayloadVersion, Message):
        belonging.objects.filter(task__in=ids)._raw_delete(connection.alias)
    Task.objects.filter(id__in=ids)._raw_delete(connection.alias)
    return ids
