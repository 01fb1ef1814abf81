"""Reading what was delivered: each delivery becomes tasks, once for each incoming of its webhook.

A process reads one webhook, oldest first. Each delivery is read whole or not at all: its tasks,
what its steps stored and the row that says so are committed together, so that a crash neither loses
nor doubles any. A disabled incoming is passed over; what it has not read waits until it is enabled.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Exists, OuterRef, Q

from alumio import bulk, database, jsontext
from alumio.configuration import note_use
from connectors.errors import ConnectorError
from connectors.models import Incoming
from connectors.received import Received
from scheduler.webhooks.call import parameters_of
from scheduler.webhooks.headers import Headers
from scheduler.webhooks.models import Delivery, DeliveryQuerySet, Reading, Webhook
from tasks import messages, pipeline
from tasks.gate import Draft
from tasks.importing import Chunk, Import, describe
from tasks.run import Run

BATCH = 500
"""Deliveries that are held at once, at most,"""
MAX_BYTES = 16_000_000
"""and bytes of their bodies: a larger one is held alone."""
MAX_SECONDS = 60.0
"""After which a process ends, so that the next one sees changed settings."""


def read_deliveries(webhook: Webhook, run: Run) -> Run:
    """Read what has been delivered. Returns the run, whose `counts` say what came of it. Raises
    Stopped or Lost, and in the end what keeps one of the incomings from being run; what was
    committed until then stays."""
    readers = Readers(webhook, run)
    began, last = time.monotonic(), 0
    try:
        while time.monotonic() - began < MAX_SECONDS and (batch := readers.next_batch(last)):
            readers.read(batch)
            last = batch[-1].pk
    finally:
        readers.close()
    if readers.broken:
        raise readers.broken
    return run


def incomings_of(webhook: Webhook) -> list[Incoming]:
    """The incomings of a webhook, in its order."""
    found = Incoming.objects.filter(identifier__in=webhook.incomings)
    by_name = {incoming.identifier: incoming for incoming in found}
    return [by_name[name] for name in webhook.incomings if name in by_name]


def unread_by(webhook: Webhook, able: Sequence[Incoming], are_all: bool) -> DeliveryQuerySet:
    """Unread deliveries that can be worked on now: all of them where the `able` incomings are all
    there are, else those that one of these has not read."""
    unread = Delivery.objects.unread().filter(webhook=webhook)
    if are_all:
        return unread
    left = Q(pk__in=[])
    for incoming in able:
        mine = Reading.objects.filter(delivery=OuterRef("pk"), incoming=incoming.identifier)
        left |= ~Exists(mine)
    return unread.filter(left)


class Readers:
    """All that read one webhook, built once."""

    def __init__(self, webhook: Webhook, run: Run):
        self.webhook, self.run = webhook, run
        self.incomings = incomings_of(webhook)
        self.broken: Exception | None = None
        self.each = [reader for each in self.incomings if (reader := self._reader(each))]
        self.are_all = len(self.each) == len(self.incomings)
        revisions = {f"{webhook.kind}:{webhook.identifier}": webhook.revision}
        for reader in self.each:
            revisions |= reader.work.revisions
        run.started(**revisions)

    def _reader(self, incoming: Incoming) -> "Reader | None":
        """None for one that cannot read now: calls wait for it."""
        if not incoming.enabled:
            self.run.note("warning", f"“{incoming.name}” is disabled: calls wait until it is not.")
            return None
        try:
            return Reader(self.webhook, incoming, self.run)
        except Exception as error:
            if database.is_away(error):
                raise
            self.run.note("error", f"“{incoming.name}” cannot be run: {describe(error)}")
            self.broken = error
            return None

    def next_batch(self, after: int) -> list[Delivery]:
        """The oldest deliveries behind `after` that are to be read. None once the webhook was
        changed: who reads what is accepted from then on is for the next process to see."""
        able = [reader.incoming for reader in self.each]
        unread = unread_by(self.webhook, able, self.are_all).filter(id__gt=after).order_by("id")
        ids, total = [], 0
        for id, size in unread.values_list("id", "size")[:BATCH]:
            total += size
            if ids and total > MAX_BYTES:
                break
            ids.append(id)
        rows = Delivery.objects.filter(id__among=ids).order_by("id")
        found = list(rows.prefetch_related("readings")) if ids else []
        # Asked behind the rows, so that all of these came before any change.
        return found if self._is_as_it_was() else []

    def _is_as_it_was(self) -> bool:
        same = Webhook.objects.filter(pk=self.webhook.pk, revision=self.webhook.revision)
        return same.exists()

    def read(self, batch: Sequence[Delivery]) -> None:
        for reader in self.each:
            for lot in reader.lots(batch):
                lot.ends = self.are_all and reader is self.each[-1]
                self.run.check()
                beside = partial(reader.conclude, lot)
                commit = partial(pipeline.commit, lot.chunk, reader.work, self.run, beside)
                database.persistently(commit)
                self.run.created(lot.chunk.realtime_routes())

    def close(self) -> None:
        for reader in self.each:
            reader.work.close()


@dataclass
class Lot:
    """Deliveries that are committed together. `counts` and `errors` are by delivery; `ends`: these
    were the last readings of theirs."""

    chunk: Chunk
    deliveries: list[Delivery] = field(default_factory=list)
    counts: dict[int, Counter] = field(default_factory=lambda: defaultdict(Counter))
    errors: dict[int, str] = field(default_factory=dict)
    ends: bool = False


class Reader:
    """One incoming of a webhook, ready to read."""

    def __init__(self, webhook: Webhook, incoming: Incoming, run: Run):
        self.webhook, self.incoming, self.run = webhook, incoming, run
        self.work = Import(incoming, run)
        note_use(incoming)
        self.work.revisions[f"{incoming.kind}:{incoming.identifier}"] = incoming.revision
        self.work.source = f"“{incoming.name}” from the webhook “{webhook.name}”, process {run.id}"

    def lots(self, batch: Sequence[Delivery]) -> Iterator[Lot]:
        """Read what of the batch was not read yet, in lots of about as many records as any other
        chunk."""
        lot = self._new_lot()
        for delivery in batch:
            lot.deliveries.append(delivery)
            lot.chunk.cursor |= {"delivery": delivery.pk, "done": 0}
            if self.incoming.identifier not in {r.incoming for r in delivery.readings.all()}:
                self._read(delivery, lot)
            if lot.chunk.is_full(pipeline.CHUNK):
                yield lot
                lot = self._new_lot()
        if lot.deliveries:
            yield lot

    def _new_lot(self) -> Lot:
        return Lot(Chunk({"incoming": self.incoming.identifier}))

    def _read(self, delivery: Delivery, lot: Lot) -> None:
        """Everything that the body holds, or nothing: a call that breaks off in the middle makes no
        tasks."""
        before, counts = lot.chunk.counts.copy(), lot.counts[delivery.pk]
        try:
            records = list(self.work.subscriber.parse(self._received(delivery)).records)
        except Exception as error:
            if database.is_away(error):
                raise
            text = str(error) if isinstance(error, ConnectorError) else describe(error)
            lot.errors[delivery.pk] = messages.storable(text)
            lot.chunk.counts["unreadable"] += 1
            return
        self.work.read(records, scope_of(self.webhook, delivery), delivery.pk, lot.chunk)
        counts.update(lot.chunk.counts - before)

    def _received(self, delivery: Delivery) -> Received:
        where = f"The call {delivery.identifier}"
        return Received(bytes(delivery.body), delivery.headers, where)

    def conclude(self, lot: Lot, drafts: Sequence[Draft]) -> None:
        """Write down what came of each delivery, in the transaction of its tasks. That may be tried
        again, so the lot stays as it is."""
        counts = {id: counted.copy() for id, counted in lot.counts.items()}
        for draft in drafts:
            counts[draft.delivery][str(draft.status)] += 1
        read = [each for each in lot.deliveries if each.pk in counts]
        now = database.now()
        bulk.insert(
            Reading,
            ("delivery_id", "incoming", "process", "ended_at", "counts", "error"),
            [
                (
                    each.pk,
                    self.incoming.identifier,
                    self.run.id or None,
                    now,
                    jsontext.dumps(counts[each.pk]),
                    lot.errors.get(each.pk, ""),
                )
                for each in read
            ],
        )
        if lot.ends:
            self._end(lot)

    @staticmethod
    def _end(lot: Lot) -> None:
        ids = {each.pk for each in lot.deliveries}
        # Asked anew: what was read beside a delivery does not have the readings of this process.
        faulty = Reading.objects.filter(delivery__in=ids).exclude(error="")
        bad = set(faulty.values_list("delivery", flat=True))
        good = ids - bad
        Delivery.objects.filter(id__among=good).move("process")
        Delivery.objects.filter(id__among=bad).move("refuse")


def scope_of(webhook: Webhook, delivery: Delivery) -> dict:
    """What steps see of the call, such as `@{scope.webhook.headers.NAME}`."""
    call = {
        "identifier": webhook.identifier,
        "name": webhook.name,
        "delivery": delivery.identifier,
        "method": delivery.method,
        "headers": Headers(delivery.headers),
        "query": parameters_of(delivery.query),
    }
    return {"webhook": call, "webhook_id": webhook.pk}
