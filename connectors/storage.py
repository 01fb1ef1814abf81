"""Storages as steps see them: `storages["orders"].get(key)`, `.put(key, value)`, `.delete(key)`.

Reads see what was written before; writes are buffered, and written in the transaction of what they
belong to. `layer()` gives a buffer on top, for one record: `merge()` keeps what it wrote, dropping
it forgets it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from alumio import database, jsontext
from alumio.configuration import named
from connectors.models import Storage, StorageItem
from transformers.errors import TransformError
from transformers.paths import MISSING

__all__ = [
    "MISSING",
    "StorageError",
    "Storages",
    "find",
    "live_items",
    "read_all",
    "remove_expired",
]

_DELETED = object()
_READ = f"SELECT value FROM {StorageItem._meta.db_table} WHERE storage_id = %s AND key = %s"  # noqa: S608
PAGE = 500
LONGEST_KEY = 512


class StorageError(TransformError):
    """A storage cannot be used. The text says which and what to do."""


def find(identifier: str) -> Storage:
    """The storage of this identifier. Raises StorageError."""
    row = named(Storage, identifier)
    if row is None:
        raise StorageError(f"There is no storage called “{identifier}”. Create it first.")
    if not row.enabled:
        raise StorageError(f"The storage “{row.name}” is disabled. Enable it to use it.")
    return row


class Storages:
    """All storages, by identifier. Not for several threads at once."""

    def __init__(self, below: "Storages | None" = None):
        self._below = below
        self._rows: dict[str, Storage] = below._rows if below else {}
        self._reads: dict[tuple[str, str], object] = below._reads if below else {}
        self._writes: dict[tuple[str, str], object] = {}

    def __getitem__(self, identifier: str) -> "Port":
        return Port(self, self._row(identifier))

    def layer(self) -> "Storages":
        return Storages(self)

    def apart(self) -> "Storages":
        """An empty buffer for another thread; only what is known of the storages is shared."""
        other = Storages()
        other._rows = self._rows
        return other

    def written(self) -> Iterator[tuple[str, str, object]]:
        """What is written here and not handed over: storage, key, and the value or MISSING."""
        for (identifier, key), value in self._writes.items():
            yield identifier, key, MISSING if value is _DELETED else jsontext.loads(value)

    def merge(self, into: "Storages | None" = None) -> None:
        """Hand what was written over to the layer below, or to another one."""
        (into or self._below)._writes.update(self._writes)

    def flush(self) -> None:
        """Write everything in the current transaction. It stays buffered until `clear`, because a
        transaction that failed is tried again."""
        if not self._writes:
            return
        now, kept = database.now(), []
        # In the order of keys: two processes that write the same items then wait, not deadlock.
        for identifier, key in sorted(self._writes):
            storage, value = self._rows[identifier], self._writes[identifier, key]
            if value is _DELETED:
                StorageItem.objects.filter(storage=storage, key=key).delete()
            else:
                kept.append(StorageItem(storage=storage, key=key, value=value, updated_at=now))
        StorageItem.objects.bulk_create(
            kept,
            batch_size=PAGE,
            update_conflicts=True,
            unique_fields=["storage", "key"],
            update_fields=["value", "updated_at"],
        )

    def clear(self) -> None:
        """Forget what was written, and what was read: others may have written meanwhile."""
        self._writes.clear()
        self._reads.clear()

    def _row(self, identifier: str) -> Storage:
        if identifier not in self._rows:
            self._rows[identifier] = database.persistently(lambda: find(identifier))
        return self._rows[identifier]

    def _written(self, identifier: str, key: str):
        layer = self
        while layer is not None:
            if (identifier, key) in layer._writes:
                return layer._writes[identifier, key]
            layer = layer._below
        return MISSING


class Port:
    """One storage, through the buffer it was asked from."""

    def __init__(self, buffer: Storages, storage: Storage):
        self._buffer, self._storage = buffer, storage

    def get(self, key: str):
        """The stored value, or MISSING."""
        place = self._storage.identifier, str(key)
        value = self._buffer._written(*place)
        if value is MISSING:
            value = self._buffer._reads.get(place)
            if value is None:
                value = database.persistently(lambda: self._stored(str(key)))
                self._buffer._reads[place] = value
        return MISSING if value is _DELETED else jsontext.loads(value)

    def _stored(self, key: str):
        """The text in the database, or _DELETED. Plain SQL: this is asked for every record."""
        sql, parameters = _READ, [self._storage.pk, key]
        if self._storage.time_to_live:
            oldest = connection.ops.adapt_datetimefield_value(_oldest(self._storage))
            sql, parameters = f"{_READ} AND updated_at >= %s", [*parameters, oldest]
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            row = cursor.fetchone()
        return row[0] if row else _DELETED

    def put(self, key: str, value) -> None:
        if not 0 < len(str(key)) <= LONGEST_KEY or "\0" in str(key):
            text = f"A storage key has 1 to {LONGEST_KEY} characters"
            raise StorageError(f"{text}, which “{str(key)[:60]}” has not.")
        self._buffer._writes[self._storage.identifier, str(key)] = jsontext.dumps(value)

    def delete(self, key: str) -> None:
        self._buffer._writes[self._storage.identifier, str(key)] = _DELETED


def live_items(storage: Storage):
    """The items that are not older than the storage's time to live."""
    items = StorageItem.objects.filter(storage=storage)
    return items.filter(updated_at__gte=_oldest(storage)) if storage.time_to_live else items


def _oldest(storage: Storage) -> datetime:
    return database.now() - timedelta(seconds=storage.time_to_live)


def read_all(storage: Storage, after: str = "") -> Iterator[tuple[str, object]]:
    """All (key, value) with keys behind `after`, in the order of keys, a page at a time."""
    while True:
        rows = live_items(storage).filter(key__gt=after).order_by("key")
        page = list(rows.values_list("key", "value")[:PAGE])
        for key, value in page:
            yield key, jsontext.loads(value)
        if len(page) < PAGE:
            return
        after = page[-1][0]


def remove_expired() -> int:
    """Remove the items older than their storage's time to live. Returns how many."""
    removed = 0
    for storage in Storage.objects.exclude(time_to_live=None):
        expired = StorageItem.objects.filter(storage=storage, updated_at__lt=_oldest(storage))
        while ids := list(expired.values_list("pk", flat=True)[:PAGE]):
            removed += StorageItem.objects.filter(pk__in=ids).delete()[0]
    return removed
