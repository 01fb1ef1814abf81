"""The data path in a dry run: its own import and export, watched, and keeping nothing."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from alumio import jsontext
from connectors import rehearsal
from connectors.storage import MISSING, Storages
from tasks.claim import Claimed
from tasks.delivery import Export
from tasks.importing import Chunk, Found, Import
from tasks.outcome import Outcome
from tasks.run import Run
from tasks.trying.line import NOTHING, Line
from tasks.trying.shown import Window
from tasks.trying.sources import Answer, Fetched, Given, Pasted, Source, answered
from tasks.trying.trial import Delivery
from tasks.trying.watching import Watcher

Clock = Callable[[], datetime]


class Overlay(Storages):
    """Storages as one record of a trial sees them: what it writes is seen by itself and by those
    behind it, and is never written."""

    def apart(self) -> Storages:
        return self.layer()

    def told(self, window: Window) -> list[dict]:
        """What the record would store."""
        return [
            {"storage": name, "key": window.redactor.text(key)}
            | ({"deleted": True} if value is MISSING else {"value": window.data(value).value})
            for name, key, value in self.written()
        ]


class DryImport(Import):
    """An import that is watched. Of a source that is not asked it needs the parser at most."""

    def __init__(self, line: Line, source: Source, watcher: Watcher, now: Clock, *, alone: bool):
        """`line` is complete; `alone`: only the incoming of it is tried."""
        self.given_by, self.watcher, self.now = source, watcher, now
        super().__init__(line.incoming, Run(), [] if alone else [line.route])

    def _build(self, incoming, routes):
        if isinstance(self.given_by, Given):
            incoming.subscriber = NOTHING
        super()._build(incoming, routes)
        self.steps = self.watcher.watch("incoming", self.steps)
        for lane in self.lanes:
            lane.steps = self.watcher.watch("route", lane.steps)

    def secrets(self, context) -> list[str]:
        """What the source must never show."""
        return self.subscriber.secrets(context)

    def records(self, most: int) -> Iterator[Any]:
        """At most so many raw records; the source is asked for one only when it is wanted. Raises
        what the source raises."""
        if not isinstance(self.given_by, Fetched):
            self.subscriber = Pasted(self._pasted())
        found = self._source(None)
        try:
            for _ in range(most):
                with rehearsal.opened():
                    item = next((each for each in found if isinstance(each, Found)), None)
                if item is None:
                    return
                yield item.record
        finally:
            found.close()

    def run_one(self, record, storages: Overlay) -> Chunk:
        """What would be committed for one raw record."""
        chunk = Chunk({"done": 1})
        self.storages = storages
        self.untouched = self._context()
        self._add(record, chunk)
        return chunk

    def _pasted(self) -> Iterator[Any]:
        if isinstance(self.given_by, Answer):
            return answered(self.given_by.text, self.subscriber)
        return map(jsontext.copy, self.given_by.records)

    def _context(self):
        context = super()._context()
        context.now = self.now
        return context

    def _context_of(self, lane, context):
        own = super()._context_of(lane, context)
        own.now = self.now
        return own

    def _note_once(self, level, text):
        """The trace of the record tells it."""


class DryExport(Export):
    """An export that is watched and publishes nothing. `planned` is what the task that it was given
    last would publish; `publishes` is False where the line ends before its publisher."""

    def __init__(self, line: Line, watcher: Watcher, now: Clock, publishes: bool = True):
        super().__init__(line.route)
        self.watcher, self.now, self.publishes = watcher, now, publishes
        self.steps = watcher.watch("outgoing", self.steps)
        self.planned: list[Delivery] = []

    def run_one(self, task: Claimed, storages: Overlay) -> Outcome:
        """What would come of the task."""
        self.storages, self.planned = storages, []
        outcome = self.deliver(task)
        outcome.storages.merge()
        return outcome

    def _context(self, scope, kept):
        context = super()._context(scope, kept)
        context.now = self.now
        return context

    def _publish(self, entity, context, kept, which):
        delivery = Delivery(self.watcher.window.entity(entity))
        self.planned.append(delivery)
        if self.publishes:
            plan = self.publisher.rehearse(entity, context)
            redactor = self.watcher.window.redactor
            delivery.text = redactor.text(plan.text)
            delivery.request = redactor.value((plan.detail or {}).get("request"))
