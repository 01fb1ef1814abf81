"""Made-up tasks in the shape of a busy instance: for sizing a machine, and for benchmarks.

Twenty routes of very different size carry products, prices, stock, orders, invoices and customers;
two of them came to rest long ago and one has just begun. Ids rise with the time of creation. Nearly
all tasks are finished soon after they came, some were retried much later; entities recur.
"""

import functools
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from alumio import bulk, database
from connectors.models import Incoming, Outgoing
from routes.models import Route
from tasks import identifiers
from tasks.insertion import searched
from tasks.models import Cause, Level, Message, Payload, Task
from tasks.status import Status

CHUNK = 10_000
PREFIX = "seed-"
"""Of the identifiers of all configurations that are made here."""
IMPORTED, EXPORTED = 900_000_001, 900_000_002
"""Numbers of processes that never were."""

TASK_COLUMNS = (
    "id", "identifier", "route_id", "status", "entity_schema", "entity_identifier",
    "created_at", "updated_at", "next_attempt_at", "attempt", "attempts", "generation", "deaths",
    "held_by", "imported_by", "size", "cause_id",
)  # fmt: skip
MESSAGE_COLUMNS = (
    "task_id", "phase", "attempt", "level", "created_at", "process", "text", "detail", "verb",
    "began_at",
)  # fmt: skip

ENDS = {
    Status.FINISHED: ("finish", Level.INFO, "Delivered."),
    Status.SKIPPED: ("drop", Level.INFO, "Skipped."),
    Status.WAITING: ("wait", Level.INFO, "Delivered."),
    Status.FAILED: ("fail", Level.ERROR, ""),
    Status.RETRY: ("postpone", Level.ERROR, ""),
}
"""The last line of a task that was exported: verb, level, text; of one with a cause, the cause."""
REJECTED = "Rejected: The entity has 1,480,112 bytes; at most 1,000,000 are allowed."
CAUSES = (
    ("The target answered 503 Service Unavailable.", "publisher", "erp.example.com"),
    ("The target answered 422: “price” must be positive.", "publisher", "shop.example.com"),
    ("The target did not answer within … seconds.", "publisher", "erp.example.com"),
    ("The target answered 401 Unauthorized.", "publisher", "crm.example.com"),
    ("There is no value at “customer.email”.", "step 2 › Customer", ""),
    ("The target answered 409: order … exists already.", "publisher", "shop.example.com"),
    ("“…” is not a number.", "step 1 › Prices", ""),
    ("The target answered 429 Too Many Requests.", "publisher", "shop.example.com"),
)
CAUSE_WEIGHTS = (40, 20, 15, 10, 6, 5, 3, 1)


@dataclass(frozen=True)
class Stream:
    """What a route carries: `recurs` times each entity comes back on average; `begins` and `ends`
    are parts of the whole time in which the route was used."""

    schema: str
    label: str
    recurs: int
    begins: float = 0.0
    ends: float = 1.0


STREAMS = (
    Stream("stock", "SKU-{:06d}", 40),
    Stream("order", "ORD-2026-{:07d}", 3),
    Stream("price", "SKU-{:06d}", 25),
    Stream("product", "SKU-{:06d}", 15),
    Stream("invoice", "INV-{:07d}", 2),
    Stream("customer", "CUST-{:06d}", 8),
    Stream("shipment", "SHP-{:08d}", 1),
    Stream("order", "ORD-2026-{:07d}", 4, 0.0, 0.3),
    Stream("product", "SKU-{:06d}", 10, 0.9, 1.0),
    Stream("category", "CAT-{:04d}", 50, 0.0, 0.5),
)


class Seeding:
    """Makes `total` tasks on `routes` routes over `days` days until now, `CHUNK` a transaction.

    The same `seed` gives the same tasks again, save their identifiers and moments.
    """

    def __init__(self, total: int, routes: int, days: int, seed: int = 1):
        self.total, self.days = total, days
        self.random = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
        self.until = database.now()
        self.streams = [STREAMS[number % len(STREAMS)] for number in range(routes)]
        self.weights = [(number + 1) ** -1.5 for number in range(routes)]
        share = sum(self.weights)
        self.entities = [
            max(1, round(total * weight / share / stream.recurs))
            for weight, stream in zip(self.weights, self.streams, strict=True)
        ]

    def run(self) -> Iterator[int]:
        """Make everything; yields how many tasks each transaction made."""
        self.routes = [_route(n + 1, s) for n, s in enumerate(self.streams)]
        self.causes = _causes(self.until - timedelta(days=self.days))
        for start in range(0, self.total, CHUNK):
            count = min(CHUNK, self.total - start)
            with transaction.atomic():
                self._insert(start, count)
            yield count

    def _insert(self, start: int, count: int) -> None:
        ids = bulk.reserve_ids(Task, count)
        tasks, payloads, messages = [], [], []
        for id, drawn in zip(ids, self._draw(start, count), strict=True):
            task, data = self._task(id, *drawn)
            tasks.append(task)
            payloads.append((id, data, searched(task[1], task[5])))
            messages += _messages(task, self.causes.get(task[-1]))
        bulk.insert(Task, TASK_COLUMNS, tasks)
        bulk.insert(Payload, ("task_id", "data", "search"), payloads)
        bulk.insert(Message, MESSAGE_COLUMNS, messages)

    def _draw(self, start: int, count: int) -> Iterator[tuple]:
        """(identifier, age from 0 to 1, moment, route, status) of the next tasks."""
        began, length = self.until - timedelta(days=self.days), timedelta(days=self.days)
        middle = (start + count / 2) / self.total
        used = [s.begins <= middle <= s.ends for s in self.streams]
        weights = [w if u else 0 for w, u in zip(self.weights, used, strict=True)]
        routes = self.random.choices(range(len(weights)), weights, k=count)
        names = identifiers.make(count, began + length * (start / self.total))
        for number, name in enumerate(names):
            part = (start + number) / self.total
            (status,) = self.random.choices(*_statuses(part > 0.99, part > 0.999))
            yield name, part, began + length * part, routes[number], status

    def _task(self, id, name, part, created, number, status) -> tuple[tuple, str]:
        """The columns of a task, and its data."""
        stream, chance = self.streams[number], self.random.random()
        key = self._key(stream, self.entities[number], part, chance)
        if status == Status.PROCESSING:
            key = id  # of one entity never two are under way
        entity = stream.label.format(key)
        attempts = {Status.NEW: 0, Status.REJECTED: 0, Status.RETRY: 2}.get(status, 1)
        generation = 2 if chance > 0.99 and attempts else 1
        attempt = attempts * generation
        updated = self._updated(created, attempts, generation, chance)
        data = (
            f'{{"id":"{entity}","quantity":{id % 97},"price":{id % 9973 / 100},"note":"Made up"}}'
        )
        cause = None
        if status in (Status.FAILED, Status.RETRY):
            (cause,) = self.random.choices(list(self.causes), CAUSE_WEIGHTS)
        task = (
            id, name, self.routes[number], str(status), stream.schema, entity, created, updated,
            self.until + timedelta(hours=chance) if status == Status.RETRY else None,
            attempt, attempts, generation, 0,
            EXPORTED if status == Status.PROCESSING else None, IMPORTED, len(data), cause,
        )  # fmt: skip
        return task, data

    def _key(self, stream: Stream, entities: int, part: float, chance: float) -> int:
        """Which entity: master data comes back at any time, documents within days of each other."""
        if stream.recurs >= 8:
            return int(entities * self.random.random())
        return max(0, int(entities * (part - chance * 0.02)))

    def _updated(self, created, attempts, generation, chance) -> datetime:
        """Seconds after the creation; for what a person retried, any time until now."""
        if not attempts:
            return created
        if generation > 1:
            return created + (self.until - created) * self.random.random()
        return min(self.until, created + timedelta(seconds=30 + 600 * chance))


@functools.cache
def _statuses(recent: bool, newest: bool) -> tuple[list[Status], list[float]]:
    """The statuses of tasks of an age, with weights: what is open is new, the rest lasts."""
    weights = {
        Status.FINISHED: 95,
        Status.FAILED: 1.5,
        Status.SKIPPED: 1.5,
        Status.WAITING: 0.5,
        Status.REJECTED: 0.5,
        Status.NEW: 30 if recent else 0.05,
        Status.RETRY: 5 if recent else 0.05,
        Status.PROCESSING: 40 if newest else 0,
    }
    return list(weights), list(weights.values())


def _messages(task: tuple, cause: Cause | None) -> Iterator[tuple]:
    """A line of the import and, for what was exported, one of the export."""
    id, status, created, updated, attempt = task[0], task[3], task[6], task[7], task[9]
    refused = status == Status.REJECTED
    level = (Level.ERROR if refused else Level.INFO).value
    text = REJECTED if refused else "Imported by made-up data."
    yield id, "import", 0, level, created, IMPORTED, text, "", "", None
    if status in ENDS:
        verb, level, text = ENDS[status]
        text = cause.text if cause else text
        yield id, "export", attempt, level.value, updated, EXPORTED, text, "", verb, created


def _route(number: int, stream: Stream) -> int:
    """The id of a route that imports nothing and delivers nothing, made where it is missing."""
    identifier = f"{PREFIX}{number:02d}-{stream.schema}"
    found = Route.objects.filter(identifier=identifier).values_list("pk", flat=True).first()
    if found:
        return found
    common = {"identifier": identifier, "name": f"Made-up {stream.schema} {number}"}
    subscriber = {"prototype": "no-data-subscriber", "parameters": {}}
    publisher = {"prototype": "no-action-publisher", "parameters": {}}
    incoming = Incoming(**common, subscriber=subscriber, enabled=False).store()
    outgoing = Outgoing(**common, publisher=publisher, enabled=False).store()
    return Route(**common, incoming=incoming, outgoing=outgoing, enabled=False).store().pk


def _causes(seen: datetime) -> dict[int, Cause]:
    made = {}
    for parts in CAUSES:
        text, step, target = parts
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        values = {"text": text, "step": step, "target": target, "first_seen_at": seen}
        cause, _ = Cause.objects.get_or_create(digest=digest, defaults=values)
        made[cause.pk] = cause
    return made


def foreign_tasks() -> bool:
    """Whether there are tasks that were not made here."""
    others = Route.objects.exclude(identifier__startswith=PREFIX)
    return any(Task.objects.filter(route=route).exists() for route in others.only("pk"))
