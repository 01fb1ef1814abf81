"""The dry run: real records through a line, saved or not, with nothing stored and nothing sent.

    trial = try_out(Line.of(route), Fetched())
    trial = try_out(Line(incoming, route, draft), sources.pasted(text), until=Until("route", 2))

It runs the data path's own import and export (`tasks.trying.ends`): the steps work as they always
do, storages forget what was written, publishers only say what they would send, and the one
outgoing door is shut but for the source. It is bounded in time, records, entities and size.
"""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from alumio import database, jsontext
from alumio.configuration import standing_in
from alumio.located import Located
from connectors import dialer, rehearsal
from connectors.credentials import in_variables
from connectors.errors import ConnectorError
from connectors.models import Incoming
from tasks import unchanged
from tasks.claim import Claimed
from tasks.gate import Draft, Gate
from tasks.importing import describe
from tasks.outcome import DELIVERED, ERROR
from tasks.status import Status
from tasks.trying import trial
from tasks.trying.budget import SECONDS, Budget
from tasks.trying.ends import Clock, DryExport, DryImport, Overlay
from tasks.trying.line import NAMELESS, Line, Until
from tasks.trying.shown import Window
from tasks.trying.sources import (
    MOST_RECORDS,
    RECORDS,
    Answer,
    Fetched,
    Imported,
    Source,
    Unusable,
)
from tasks.trying.trial import Record, TaskTrace, Trial
from tasks.trying.watching import Watcher
from tasks.variables import variables
from transformers.context import Context, LogLine
from transformers.entity import Entity
from transformers.errors import StepError
from transformers.pipeline import Pipeline


def fetch(incoming: Incoming, records: int, seconds: float = SECONDS) -> list:
    """The first raw records of a source, which is really asked. Raises what it raises."""
    line = Line(incoming).complete()
    watcher, now = Watcher(Window(), Budget(seconds)), partial(datetime.now, UTC)
    with (
        rehearsal.rehearsing(),
        dialer.deadline(seconds),
        closing(DryImport(line, Fetched(), watcher, now, alone=True)) as work,
    ):
        return list(work.records(records))


def try_out(
    line: Line,
    source: Source,
    *,
    records: int = RECORDS,
    until: Until | None = None,
    asks: bool = False,
    seconds: float = SECONDS,
    now: Clock | None = None,
) -> Trial:
    """Run up to `records` of the source's records (at most 50) through the line, or up to a step.

    `asks` lets steps look things up with GET and HEAD; otherwise such a step is passed over and
    says so. `now` is the clock that the steps read. What goes wrong is told by the trial; only a
    database that is away raises.
    """
    run = _DryRun(line, until, Budget(seconds), now or partial(datetime.now, UTC))
    run.trial.asks = asks
    with rehearsal.rehearsing(asks), dialer.deadline(seconds), standing_in(line.stand_ins):
        run.go(source, min(records, MOST_RECORDS))
    return run.trial


class _DryRun:
    """One trial while it runs. `seen` is what its records so far would have stored."""

    def __init__(self, line: Line, until: Until | None, budget: Budget, now: Clock):
        self.line = line.cut(until)
        self.until, self.budget, self.now = until, budget, now
        self.trial = Trial(until=until)
        self.trial.skips_after = bool(line.outgoing and line.outgoing.after_transformers)
        self.window = Window()
        self.watcher = Watcher(self.window, budget)
        self.seen = Overlay()
        self.export: DryExport | None = None

    def go(self, source: Source, most: int) -> None:
        context = Context(variables=variables())
        self.window.redactor.learn(*in_variables(context))
        try:
            if self.line.outgoing:
                self.export = DryExport(
                    self.line.complete(), self.watcher, self.now, publishes=self.until is None
                )
                self.window.redactor.learn(*self.export.publisher.secrets(context))
            self._go(source, most, context)
        except Exception as error:
            if database.is_away(error):
                raise
            self.trial.error = self.window.redactor.text(told(error))
            detail = getattr(error, "detail", None)
            self.trial.detail = detail and self.window.redactor.value(detail)
        finally:
            if self.export:
                self.export.close()
            self.budget.check()
            self.trial.redactor = self.window.redactor
            self.trial.ended, self.trial.seconds = self.budget.why, self.budget.spent

    def _go(self, source: Source, most: int, context: Context) -> None:
        if isinstance(source, Fetched | Answer) and not self.line.incoming:
            raise Unusable("There is no incoming that could give records, or read them.")
        if isinstance(source, Imported):
            self._try_tasks(source.tasks, source.steps)
        elif self.line.incoming or self.line.route:
            self._try_records(source, most, context)
        else:
            texts = map(jsontext.dumps, source.records[:most])
            self._try_tasks([replace(AS_TASK, data=text) for text in texts])

    # -- records of the source ------------------------------------------------------------------

    def _try_records(self, source: Source, most: int, context: Context) -> None:
        line, alone = self.line.complete(), self.line.route is None
        with closing(DryImport(line, source, self.watcher, self.now, alone=alone)) as work:
            self.window.redactor.learn(*work.secrets(context))
            try:
                for raw in work.records(most):
                    self._try_record(work, raw)
                    if not self.budget.check():
                        break
            finally:
                lines = [LogLine(*line) for line in work.run.lines]
                self.trial.messages = self.window.lines(lines)

    def _try_record(self, work: DryImport, raw) -> None:
        record = self._begin(self.window.data(raw))
        storages, began = self._start()
        drafts = work.run_one(raw, storages).drafts
        record.entities = self.watcher.given.get("route" if work.lanes else "incoming", [])
        if self._has_gate:
            record.tasks = [self._try_draft(draft, storages) for draft in drafts]
        elif failed := [v.error for step in record.steps for v in step.visits if v.error]:
            record.error = failed[0]
        self._end(record, storages, began)

    @property
    def _has_gate(self) -> bool:
        """Whether what is tried goes as far as the gate, which comes behind the route's steps."""
        return bool(self.line.route) and (self.until is None or self.until.place == "outgoing")

    # -- tasks ----------------------------------------------------------------------------------

    def _try_tasks(self, tasks: Sequence[Claimed], steps: Sequence[dict | str] = ()) -> None:
        """What the gate says of their data today, and what the outgoing makes of it."""
        gate = Gate(self.line.complete().route)
        steps = self.watcher.watch("route", Pipeline.build(steps))
        for task in tasks:
            record = self._begin(self.window.stored(task.data, task.schema))
            storages, began = self._start()
            entity = Entity(jsontext.loads(task.data), task.schema or None)
            context = Context(variables=variables(), storages=storages.layer(), now=self.now)
            try:
                for made in list(steps.run(entity, context)):
                    draft = gate.admit(made, [])
                    record.tasks.append(self._try_draft(draft, storages, task))
            except StepError as error:
                record.error = self.window.redactor.text(str(error))
            self._end(record, storages, began)
            if not self.budget.check():
                break

    def _try_draft(self, draft: Draft, storages: Overlay, task: Claimed | None = None) -> TaskTrace:
        found = TaskTrace(
            self.window.stored(draft.data, draft.schema),
            trial.PASSED,
            identifier=self.window.redactor.text(draft.identifier),
            size=draft.size,
            limit=Gate(draft.route).limit,
        )
        if draft.status == Status.REJECTED:
            found.outcome, told = trial.REJECTED, (line.text for line in draft.messages)
            found.refusals = [
                self.window.redactor.text(text.removeprefix("Rejected: "))
                for text in told
                if text.startswith("Rejected: ")
            ]
            return found
        if self.export:
            self._try_delivery(found, replace(task or AS_TASK, **about(draft)), storages)
        if task is None and (why := why_unchanged(draft)):
            found.unchanged = why
            found.outcome = trial.UNCHANGED if found.outcome == trial.SENT else found.outcome
        return found

    def _try_delivery(self, found: TaskTrace, task: Claimed, storages: Overlay) -> None:
        outcome = self.export.run_one(task, storages)
        found.deliveries, found.messages = self.export.planned, self.window.lines(outcome.messages)
        if outcome.result == DELIVERED:
            found.outcome = trial.SENT if self.export.publishes else trial.PASSED
        elif outcome.result == ERROR:
            found.outcome, found.error = trial.FAILED, found.messages[-1].text
        else:
            found.outcome = trial.DROPPED

    # -- one record -----------------------------------------------------------------------------

    def _begin(self, data) -> Record:
        record = Record(len(self.trial.records) + 1, data, self.watcher.begin())
        self.trial.records.append(record)
        return record

    def _start(self) -> tuple[Overlay, float]:
        return Overlay(self.seen), time.perf_counter()

    def _end(self, record: Record, storages: Overlay, began: float) -> None:
        record.seconds = time.perf_counter() - began
        record.is_whole = not self.budget.why
        record.writes = storages.told(self.window)
        storages.merge()


def told(error: Exception) -> str:
    """Why a trial could not begin, or its source failed, in words."""
    known = isinstance(error, ConnectorError | Located | Unusable)
    return str(error) if known else describe(error)


def why_unchanged(draft: Draft) -> str:
    """What the route would do with an entity that is as it was; empty where it is not."""
    if draft.route.pk is None:
        return ""  # a route that is not saved remembers nothing
    kept, _ = unchanged.sift([draft], looking=True)
    if not kept:
        return "Unchanged since it was last sent: it would be ignored."
    if kept[0].status == Status.SKIPPED:
        return f"{kept[0].messages[-1].text} It would become a Skipped task."
    return ""


def about(draft: Draft) -> dict:
    """What a claimed task says of its entity."""
    return {"data": draft.data, "schema": draft.schema, "entity": draft.identifier}


AS_TASK = Claimed(0, NAMELESS, "", "", 1, 1, 1, 0, datetime.min.replace(tzinfo=UTC), "null")
"""Stands for the task that would come of a record; its idempotency key says so."""
