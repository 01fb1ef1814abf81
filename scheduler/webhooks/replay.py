"""Replays: what was delivered is read anew, as a delivery of its own with the same body.

A replay has no key, so that none is taken for a repeat; its tasks are new ones. Chosen is what was
there at the click and has been read: what still waits would be read twice. Few are replayed at
once, more by a process, in short transactions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from alumio import audit, database
from alumio.audit import Actor
from scheduler import asked, doorbell
from scheduler.models import Kind
from scheduler.webhooks.filters import DeliveryFilter
from scheduler.webhooks.models import Delivery, DeliveryQuerySet, Progress
from tasks import identifiers
from tasks.once import once
from tasks.run import Run

MOST_AT_ONCE = 1_000
MOST_BYTES = 50_000_000
"""Deliveries, and bytes of their bodies, up to which they are replayed while the person waits."""
CHUNK = 500
CHUNK_BYTES = 16_000_000
_COPIED = "webhook_id, method, query, headers, sender, size, body"


@dataclass(frozen=True)
class Choice:
    """Deliveries by identifier or, where `criteria` are given, all that match and are not newer
    than the one with the id `newest`."""

    identifiers: tuple[str, ...] = ()
    criteria: dict | None = None
    newest: int = 0

    @classmethod
    def matching(cls, criteria: dict, newest: int | None = None) -> "Choice":
        """What a valid DeliveryFilter asks for, up to now unless told."""
        return cls(criteria=criteria, newest=newest_delivery() if newest is None else newest)

    @property
    def matches(self) -> DeliveryQuerySet:
        """All that were chosen, also those that cannot be replayed yet."""
        if self.criteria is None:
            return Delivery.objects.filter(identifier__in=self.identifiers)
        until = Delivery.objects.filter(id__lte=self.newest)
        return DeliveryFilter(self.criteria).apply(until)

    @property
    def rows(self) -> DeliveryQuerySet:
        return self.matches.exclude(status=Progress.RECEIVED)

    def as_json(self) -> dict:
        """For the arguments of a process; `read` reads it."""
        return {"identifiers": self.identifiers, "criteria": self.criteria, "newest": self.newest}

    @classmethod
    def read(cls, value: dict) -> "Choice":
        return cls(tuple(value["identifiers"]), value["criteria"], value["newest"])


@dataclass(frozen=True)
class Replayed:
    """The identifiers of the new deliveries; `unread`: how many were left, since they still wait
    to be read."""

    identifiers: Sequence[str]
    unread: int = 0


@dataclass(frozen=True)
class Queued:
    """A process does it."""

    process: int


def newest_delivery() -> int:
    return Delivery.objects.order_by("-id").values_list("id", flat=True).first() or 0


def replay(choice: Choice, actor: Actor) -> Replayed | Queued:
    """Replay what was chosen, at once or in the background, and note it in the audit trail."""
    few = list(choice.rows.order_by("id").values_list("id", "size")[: MOST_AT_ONCE + 1])
    is_many = len(few) > MOST_AT_ONCE
    if is_many or (len(few) > 1 and sum(size for _, size in few) > MOST_BYTES):
        return _queue(choice, actor)

    @transaction.atomic
    def work() -> Replayed:
        made = copy(id for id, _ in few)
        _record(choice, actor, len(made))
        return Replayed(made, choice.matches.unread().filter(id__lte=newest).count())

    newest = choice.newest or newest_delivery()
    replayed = database.persistently(work)
    doorbell.ring()
    return replayed


def copy(ids: Iterable[int]) -> list[str]:
    """Insert each of these deliveries once more, to be read. Returns the new identifiers."""
    ids = sorted(ids)
    if not ids:
        return []
    made, moment = identifiers.make(len(ids)), database.now()
    moment = connection.ops.adapt_datetimefield_value(moment)
    pairs = [value for pair in zip(ids, made, strict=True) for value in pair]
    table, own = Delivery._meta.db_table, ", ".join(f"d.{n}" for n in _COPIED.split(", "))
    statement = (
        f"WITH made (old, identifier) AS (VALUES {', '.join(['(%s, %s)'] * len(ids))}) "  # noqa: S608
        f"INSERT INTO {table} "
        f"(identifier, status, received_at, updated_at, replay_of_id, {_COPIED}) "
        f"SELECT made.identifier, %s, %s, %s, d.id, {own} "
        f"FROM made JOIN {table} d ON d.id = made.old ORDER BY d.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*pairs, Progress.RECEIVED.value, moment, moment])
    return made


def _record(choice: Choice, actor: Actor, number: int | None, process: int | None = None) -> None:
    if choice.criteria is None and len(choice.identifiers) == 1:
        (one,) = choice.identifiers
        about = {"kind": "delivery", "identifier": one[:26], "changed": number}
        audit.record(actor, "replay", one, **about)
        return
    criteria = choice.criteria
    if criteria is None:
        criteria = {"identifiers": [each[:26] for each in choice.identifiers]}
    audit.record(actor, "replay-many", criteria=criteria, changed=number, process=process)


# ---------------------------------------------------------------- in the background


def _queue(choice: Choice, actor: Actor) -> Queued:
    """Queue a process for it, unless the very same choice waits already."""
    total = choice.rows.count()
    with transaction.atomic():
        queued = asked.enqueue(
            Kind.REPLAY,
            actor,
            title=f"Replay {total:,} calls",
            arguments={"choice": choice.as_json(), "total": total, "actor": actor.as_json()},
            key=asked.digest(choice.as_json()),
        )
        if queued.process:
            _record(choice, actor, total, queued.process.pk)
    process = queued.process or queued.duplicate_of
    return Queued(process.pk) if process else _queue(choice, actor)


def replay_in_background(arguments: dict, run: Run) -> str:
    """The chore: copy in short transactions, each with the cursor behind it."""
    choice, last = Choice.read(arguments["choice"]), (run.cursor or {}).get("last", 0)
    run.started(total=arguments["total"])
    while last is not None:
        run.check()
        last = _copy_chunk(choice, last, run)
    return f"{run.counts['replayed']:,} replayed."


def _copy_chunk(choice: Choice, last: int, run: Run) -> int | None:
    """Copy a chunk behind the row `last`, once. Returns the row to go on from; None at the end."""

    def work() -> dict:
        ids = next_ids(choice.rows, last)
        run.counts["replayed"] += len(copy(ids))
        return {"last": ids[-1] if ids else last}

    end = once(run, work)["last"]
    return end if end > last else None


def next_ids(rows: DeliveryQuerySet, last: int) -> list[int]:
    ids, total = [], 0
    sizes = rows.filter(id__gt=last).order_by("id").values_list("id", "size")
    for id, size in sizes[:CHUNK]:
        total += size
        if ids and total > CHUNK_BYTES:
            break
        ids.append(id)
    return ids
