"""The import side of the data path: from raw records to chunks of drafts."""

import reprlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alumio import database, jsontext
from alumio.configuration import note_use, noting_uses
from connectors.models import Incoming
from connectors.registries import subscribers
from connectors.storage import Storages
from routes.models import Route
from tasks.causes import Causes, reason_of
from tasks.gate import Draft, Gate
from tasks.messages import storable
from tasks.run import Run
from tasks.status import Status
from tasks.variables import variables
from transformers.context import Context, LogLine
from transformers.entity import Entity
from transformers.errors import StepError
from transformers.pipeline import Pipeline

MAX_DRAFTS, MAX_BYTES = 2_000, 16_000_000
"""Drafts, and bytes of their data, after which a chunk is committed although records are few."""
MAX_AGE = 1.0
"""Seconds after which a chunk is committed at the end of a page."""
MAX_NOTED = 100
"""Filtered or faulty records that the process's own log names one by one."""


@dataclass(slots=True)
class Chunk:
    """What is committed together. `cursor` says where to go on after it."""

    cursor: dict | None
    drafts: list[Draft] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    bytes: int = 0
    tried: bool = False
    since: float = field(default_factory=time.monotonic)

    def find_causes(self, causes: Causes) -> None:
        """Give the rejected drafts the rows of their causes, before they are inserted."""
        refused = [draft for draft in self.drafts if draft.reason is not None]
        ids = causes.ids_of({draft.reason for draft in refused})
        for draft in refused:
            draft.cause = ids[draft.reason]

    @property
    def is_old(self) -> bool:
        return bool(self.counts["records"]) and time.monotonic() - self.since > MAX_AGE

    def is_full(self, records: int) -> bool:
        """Whether it is to be committed: few large records, or many made of one, count as well."""
        return (
            self.counts["records"] >= records
            or len(self.drafts) >= MAX_DRAFTS
            or self.bytes >= MAX_BYTES
        )

    def realtime_routes(self) -> set[Route]:
        return {d.route for d in self.drafts if d.route.realtime and d.status == Status.NEW}


@dataclass(slots=True)
class Place:
    """How far the records of a delivery were added to chunks: `done` of them; `ordinals` are the
    drafts that this made, by the route's key."""

    delivery: int
    records: Sequence
    done: int = 0
    ordinals: Counter = field(default_factory=Counter)

    @property
    def is_end(self) -> bool:
        return self.done >= len(self.records)

    def mark(self, draft: Draft) -> None:
        """Say in a draft which one of the delivery it is."""
        route = draft.route.pk
        draft.delivery, draft.ordinal = self.delivery, self.ordinals[route]
        self.ordinals[route] += 1


class Found(NamedTuple):
    """A raw record, and the cursor behind it."""

    record: Any
    cursor: dict


PAGE_END = object()


class Lane:
    """One enabled route of the incoming: its steps and its gate, built once."""

    def __init__(self, route: Route):
        self.route = route
        note_use(route)
        self.steps = Pipeline.build(route.transformers)
        self.gate = Gate(route)


class Import:
    """One incoming and its enabled routes, or only the given ones, built once, ready to run."""

    def __init__(self, incoming: Incoming, run: Run, routes: Iterable[Route] | None = None):
        self.incoming, self.run = incoming, run
        if routes is None:
            routes = incoming.routes.filter(enabled=True).order_by("pk")
        with noting_uses() as self.revisions:
            self._build(incoming, routes)
        self.source = f"“{incoming.name}”" + (f", process {run.id}" if run.id else "")
        self.storages, self.causes = Storages(), Causes()
        self.scope = {"incoming": incoming.identifier, "process": run.id, "import": run.id}
        self._own_scope = self.scope
        self.variables = variables()
        self.untouched = self._context()  # for records that no step of the incoming sees
        self.noted = 0

    def _build(self, incoming: Incoming, routes: Iterable[Route]) -> None:
        self.lanes = [Lane(route) for route in routes]
        self.steps = Pipeline.build(incoming.transformers)
        self.changes = bool(self.steps) or any(lane.steps for lane in self.lanes)
        self.schema = incoming.entity_schema.identifier if incoming.entity_schema else None
        if incoming.entity_schema:
            note_use(incoming.entity_schema)
        self.subscriber = subscribers.build(incoming.subscriber)

    def close(self) -> None:
        self.subscriber.close()

    def chunks(self, cursor: dict | None, size: int) -> Iterator[Chunk]:
        """Chunks of about `size` raw records: parts of large pages, several small pages together.

        `cursor` is that of the last committed chunk: its page is fetched again and what was
        committed of it is passed over. What was read before the source fails comes before its
        error; a slow source keeps nothing waiting for more than a second after its page.
        """
        source, chunk = self._source(cursor), Chunk(cursor)
        while True:
            try:
                found = next(source, None)
            except Exception:
                if chunk.counts["records"]:
                    yield chunk
                raise
            if found is None:
                break
            if isinstance(found, Found):
                chunk.cursor = found.cursor
                self._add(found.record, chunk)
            if chunk.is_full(size) or (found is PAGE_END and chunk.is_old):
                yield chunk
                chunk = Chunk(chunk.cursor)
        if chunk.counts["records"]:
            yield chunk

    def read(self, place: Place, scope: dict, chunk: Chunk, size: int) -> None:
        """Add what came without our asking: the records of a delivery behind the place, until the
        chunk has `size` of them. Steps see `scope` beside that of the import."""
        self.scope = self._own_scope | scope
        self.untouched = self._context()
        before = len(chunk.drafts)
        while not (place.is_end or chunk.is_full(size)):
            record = place.records[place.done]
            place.done += 1
            chunk.cursor["done"] = place.done
            self._add(record, chunk)
        for draft in chunk.drafts[before:]:
            place.mark(draft)

    def _source(self, cursor: dict | None) -> Iterator["Found | object"]:
        """The source's records behind the cursor, and PAGE_END after each page."""
        page_cursor, done = (cursor["page"], cursor["done"]) if cursor else (None, 0)
        context = self._context()
        try:
            for page in self.subscriber.subscribe(context, page_cursor):
                for position, record in enumerate(page.records, 1):
                    if position > done:
                        yield Found(record, {"page": page.cursor, "done": position})
                done = 0
                self._note(context)
                yield PAGE_END
        finally:
            self._note(context)

    def _add(self, record, chunk: Chunk) -> None:
        """Run one raw record through the incoming's steps and each route's."""
        chunk.counts["records"] += 1
        context = self._context() if self.steps else self.untouched
        before = len(chunk.drafts)
        # Steps may change the record in place; one that they refuse is kept as it came.
        text = readable(record) if self.changes else None
        try:
            entities = list(self.steps.run(Entity(record, self.schema), context))
        except Exception as error:
            self._reject_everywhere(text or readable(record), error, context, chunk)
            return
        context.storages.merge()
        messages = context.messages
        for lane in self.lanes:
            messages = self._add_to_lane(lane, text, entities, context, chunk)
        chunk.bytes += sum(draft.size for draft in chunk.drafts[before:])
        if len(chunk.drafts) == before:
            chunk.counts["filtered"] += 1
            self._note_filtered(messages)

    def _add_to_lane(self, lane: Lane, text, entities, context, chunk: Chunk) -> list[LogLine]:
        """Add what the route makes of the entities. Returns all that was logged on the way."""
        own = self._context_of(lane, context) if lane.steps else context
        alone = len(self.lanes) == 1
        for entity in entities:
            before = len(chunk.drafts)
            data = entity.data if alone else jsontext.copy(entity.data)
            try:
                for made in lane.steps.run(Entity(data, entity.schema), own):
                    chunk.drafts.append(lane.gate.admit(made, list(own.messages)))
                own.storages.merge()
            except Exception as error:
                # All that it becomes or nothing: a rejected one is imported again as a whole.
                del chunk.drafts[before:]
                own.storages = self.storages.layer()
                whole = text if text and len(entities) == 1 else readable(entity.data)
                self._reject(lane, whole, error, own, chunk, "route")
        return own.messages

    def _context_of(self, lane: Lane, context: Context) -> Context:
        """A context for one record on one route; it begins with what the incoming set."""
        return Context(
            scope={**self.scope, "route": lane.route.identifier},
            globals=dict(context.globals),
            variables=self.variables,
            storages=self.storages.layer(),
            messages=list(context.messages),
        )

    def _reject(self, lane: Lane, text: str, error, context, chunk: Chunk, place: str) -> None:
        if database.is_away(error):
            raise error  # the record is not to blame
        reasons, why = [describe(error)], reason_of(error, place)
        chunk.drafts.append(lane.gate.reject(text, self.schema, reasons, context.messages, why))

    def _reject_everywhere(self, text: str, error, context, chunk: Chunk) -> None:
        if database.is_away(error):
            raise error
        for lane in self.lanes:
            self._reject(lane, text, error, context, chunk, "incoming")
        if not self.lanes:
            chunk.counts["faulty"] += 1
            self._note_once(
                "error", f"Record {chunk.cursor['done']} of its page: {describe(error)}"
            )

    def _note_filtered(self, messages: list[LogLine]) -> None:
        reason = messages[-1].text if messages else "No step let the entity pass."
        if self.lanes:
            self._note_once("info", f"Filtered: {reason}")

    def _note_once(self, level: str, text: str) -> None:
        self.noted += 1
        if self.noted <= MAX_NOTED:
            self.run.note(level, text)
        elif self.noted == MAX_NOTED + 1:
            self.run.note("notice", "More of these are counted, not listed.")

    def _note(self, context: Context) -> None:
        """Hand what the subscriber logged over to the process."""
        for line in context.messages:
            self.run.note(*line)
        context.messages.clear()

    def _context(self) -> Context:
        """A context for one record: what it stores counts only once its steps have succeeded."""
        return Context(
            scope=dict(self.scope), variables=self.variables, storages=self.storages.layer()
        )


def readable(record) -> str:
    """A record as JSON text; of one that JSON cannot say, as much as can be shown."""
    try:
        return jsontext.dumps(record)
    except Exception:
        return storable(reprlib.repr(record))


def describe(error: Exception) -> str:
    """What to say of an error: steps explain themselves, anything else is named."""
    return str(error) if isinstance(error, StepError) else f"{type(error).__name__}: {error}"
