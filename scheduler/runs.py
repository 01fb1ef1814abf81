"""A running process: its lease, its progress, its log."""

import contextlib
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable

from django.conf import settings
from django.db import Error, connections
from django.db.models.functions import Now

from alumio import bulk, database
from routes.models import Route
from scheduler import queue
from scheduler.models import Process, ProcessMessage, Trigger
from scheduler.status import Status
from tasks import messages
from tasks.run import Lost, Run, Stopped

log = logging.getLogger(__name__)

LEASE: float = settings.ALUMIO_LEASE_SECONDS
"""Seconds. A running process that was not heard of for a LEASE is lost."""
HEARTBEAT = LEASE * 0.15
MARGIN = LEASE / 4
"""Seconds: between two heartbeats; before the lease's end, when nothing is sent any more."""
NOT_DONE = ("new", "fenced", "interrupted")
PROGRESS = 0.5
"""Seconds between two writes of the counts, where nothing else has to be written."""


class ProcessRun(Run):
    """The Run of a Process row. Use it as a context: inside, a thread renews the lease."""

    def __init__(self, process: Process):
        super().__init__()
        self.process, self.id, self.cursor = process, process.pk, process.cursor
        self.counts.update(process.counts)
        self._beaten_at = time.monotonic()
        self._lost = self._stop_asked = self.goes_on = False
        self._ended = threading.Event()
        self._written_at = 0.0
        self._thread = threading.Thread(target=self._beat, name=f"lease-{self.id}", daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join(timeout=5)
        if not self._lost:
            database.persistently(self._write_lines)

    # -- what the data path asks ----------------------------------------------------------------

    def check(self) -> None:
        if self._lost or time.monotonic() - self._beaten_at > LEASE:
            raise Lost(f"Process {self.id} was given up.")
        if self._stop_asked:
            raise Stopped(f"Process {self.id} was asked to stop.")
        if self.lines:
            database.persistently(self._write_lines)

    def may_send(self) -> bool:
        held = time.monotonic() - self._beaten_at < LEASE - MARGIN
        return held and not (self._lost or self._stop_asked)

    def keep(self, cursor=None) -> None:
        values = {"counts": dict(self.counts), "done": self.done, "heartbeat_at": Now()}
        if cursor is not None:
            values["cursor"] = cursor
        elif time.monotonic() - self._written_at < PROGRESS:
            return
        self._written_at = time.monotonic()
        if not self._row().update(**values):
            self._lost = True
            raise Lost(f"Process {self.id} was given up.")

    def has_kept(self, cursor) -> bool:
        kept, counts = self._row().values_list("cursor", "counts").first() or (None, {})
        if kept is None or kept != json.loads(json.dumps(cursor)):
            return False
        self.counts = Counter(counts)
        return True

    def note(self, level: str, text: str, detail=None) -> None:
        self.lines.append((level, text, detail))

    def started(self, total: int | None = None, **revisions: int) -> None:
        row = self._row()
        database.persistently(lambda: row.update(total=total, revisions=revisions))

    def created(self, routes: Iterable[Route]) -> None:
        for route in routes:
            with contextlib.suppress(queue.Disabled):
                database.persistently(lambda route=route: queue.enqueue(route, Trigger.REALTIME))

    # -- the row --------------------------------------------------------------------------------

    @property
    def done(self) -> int:
        """Records fetched, tasks exported, or what else was counted."""
        if "records" in self.counts:
            return self.counts["records"]
        return sum(n for name, n in self.counts.items() if name not in NOT_DONE)

    def ask_to_stop(self, goes_on: bool = False) -> None:
        """Stop after the tasks in hand. `goes_on`: only this worker ends, the rest stays to do."""
        self.goes_on, self._stop_asked = goes_on, True

    def _row(self):
        return Process.objects.filter(pk=self.id, status=Status.RUNNING)

    def _write_lines(self) -> None:
        if not self.lines:
            return
        now = database.now()
        bulk.insert(
            ProcessMessage,
            ("process_id", "level", "created_at", "text", "detail"),
            [
                (
                    self.id,
                    messages.LEVELS.get(level, 200),
                    now,
                    messages.storable(text),
                    messages.detail_text(detail),
                )
                for level, text, detail in self.lines
            ],
        )
        self.lines = []

    # -- the lease ------------------------------------------------------------------------------

    def _beat(self) -> None:
        try:
            while not self._ended.wait(HEARTBEAT):
                self._beat_once()
        finally:
            connections.close_all()

    def _beat_once(self) -> None:
        asked_at = time.monotonic()
        try:
            if not self._row().update(heartbeat_at=Now()):
                self._lost = not self._ended.is_set()
                return
            self._beaten_at = asked_at
            self._stop_asked |= self._row().filter(stop_requested=True).exists()
        except Error as error:
            log.warning("Process %s could not renew its lease: %s", self.id, error)
            connections.close_all()
