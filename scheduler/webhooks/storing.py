"""Storing what was accepted: durable before it is answered, in as few commits as calls allow.

One thread of a web program stores. While it commits, calls gather; what has gathered is stored with
the next statement, which is one commit. A lone call waits for nobody.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from django.db import InterfaceError, OperationalError, connection

from alumio import jsontext
from alumio.database import is_away
from scheduler.webhooks.call import Call
from scheduler.webhooks.models import Delivery, Progress
from scheduler.webhooks.repeats import answering
from tasks import identifiers

log = logging.getLogger(__name__)

MOST = 200
"""Calls that are stored with one statement,"""
MOST_BYTES = 8 * 1024 * 1024
"""and bytes of their bodies: a larger one is stored alone."""
COLUMNS = (
    "identifier",
    "webhook_id",
    "status",
    "received_at",
    "updated_at",
    "method",
    "query",
    "headers",
    "sender",
    "size",
    "body",
    "key",
)
_TABLE = Delivery._meta.db_table
_INSERT = f"INSERT INTO {_TABLE} ({', '.join(COLUMNS)}) VALUES "  # noqa: S608 - our own names
_ROW = f"({', '.join(['%s'] * len(COLUMNS))})"
_KEEP = " ON CONFLICT DO NOTHING RETURNING identifier"


@dataclass
class Storable:
    """One call on its way into the database. Once it is stored, `identifier` is its delivery's,
    unless a call with the same key came before: then that of the delivery whose outcome a repeat is
    told, and `is_repeat` is true."""

    webhook: int
    call: Call
    headers: dict[str, str]
    query: str
    key: str | None
    key_hours: int
    identifier: str = ""
    is_repeat: bool = False
    is_wanted: bool = True
    """False once nobody waits for it any more: its caller was told to send it again."""
    error: Exception | None = None

    @property
    def received_at(self) -> datetime:
        return datetime.fromtimestamp(self.call.received_at, UTC)


class Writer:
    """Stores what it is given, in a thread of its own. `told` is called there with each group that
    was tried: with an `error` on what was not stored."""

    def __init__(self, told: Callable[[Sequence[Storable]], None]):
        self._told, self._given = told, SimpleQueue()
        self._held: Storable | None = None
        self._thread = threading.Thread(target=self._write, name="webhooks", daemon=True)
        self._thread.start()

    def give(self, storable: Storable) -> None:
        self._given.put(storable)

    def _write(self) -> None:
        """Nothing may end this thread: without it no call could be accepted."""
        while True:
            group = self._next_group()
            try:
                store_all(group)
            except BaseException as error:
                log.exception("Calls were not stored")
                for storable in group:
                    storable.error = OperationalError(str(error))
            try:
                self._told(group)
            except RuntimeError:  # the program ends: its event loop is closed
                log.warning("%s callers had gone before they were told", len(group))

    def _next_group(self) -> list[Storable]:
        """What waits now, at least one call."""
        group, size = [], 0
        storable = self._held or self._given.get()
        self._held = None
        while storable:
            if storable.is_wanted:
                size += len(storable.call.body)
                if group and (size > MOST_BYTES or len(group) == MOST):
                    self._held = storable
                    break
                group.append(storable)
            storable = self._another(wait=not group)
        return group

    def _another(self, wait: bool) -> Storable | None:
        try:
            return self._given.get(block=wait)
        except Empty:
            return None


def store_all(group: Sequence[Storable]) -> None:
    """Store them; what cannot be stored gets its `error`, and keeps no other from being stored."""
    for storable, identifier in zip(group, identifiers.make(len(group)), strict=True):
        storable.identifier = identifier
    _try(group)
    if len(group) > 1 and group[0].error and not is_away(group[0].error):
        for storable in group:
            storable.error = None
            _try([storable])


def _try(group: Sequence[Storable]) -> None:
    try:
        store(group)
    except Exception as error:
        if not connection.in_atomic_block:
            connection.close()
        for storable in group:
            storable.error = error


def store(group: Sequence[Storable]) -> None:
    """Store them all. A connection that is gone is made anew once: the identifiers tell what
    arrived after all. Raises the database's errors."""
    try:
        _store(group)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        _store(group)


def _store(group: Sequence[Storable]) -> None:
    kept = _insert(group)
    if len(kept) < len(group):
        for storable in group:
            if storable.identifier not in kept:
                _settle_conflict(storable)


def _insert(group: Sequence[Storable]) -> set[str]:
    """Insert what is not there yet. Returns the identifiers that were inserted."""
    adapt = connection.ops.adapt_datetimefield_value
    values = [value for storable in group for value in _row(storable, adapt)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + ",".join([_ROW] * len(group)) + _KEEP, values)
        return {identifier for (identifier,) in cursor.fetchall()}


def _row(storable: Storable, adapt) -> tuple:
    call, moment = storable.call, adapt(storable.received_at)
    return (
        storable.identifier,
        storable.webhook,
        Progress.RECEIVED.value,
        moment,
        moment,
        call.method,
        storable.query,
        jsontext.dumps(storable.headers),
        call.sender or "",
        len(call.body),
        call.body,
        storable.key,
    )


def _settle_conflict(storable: Storable) -> None:
    """It was stored before its connection broke, or another call has its key: within the window
    that is the same call; an older one gives the key up."""
    if Delivery.objects.filter(identifier=storable.identifier).exists():
        return
    for _ in range(3):
        mine = Delivery.objects.filter(webhook=storable.webhook, key=storable.key)
        since = storable.received_at - timedelta(hours=storable.key_hours)
        older = mine.only("identifier", "status", "received_at").first()
        if older and older.received_at > since:
            storable.identifier, storable.is_repeat = answering(older), True
            return
        mine.filter(received_at__lte=since).update(key=None)
        if _insert([storable]):
            return
    raise OperationalError(f"The key {storable.key!r} changes hands too often.")
