"""One incoming of a webhook reads deliveries, in lots that are committed one by one.

A call whose body cannot be read to its end makes no tasks. One with many records is part of several
lots, each committed with the place behind it: whoever goes on after a crash begins there, and
others write in between.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alumio import bulk, database, jsontext
from alumio.configuration import note_use
from connectors.errors import ConnectorError
from connectors.models import Incoming
from connectors.received import Received
from scheduler.webhooks.call import parameters_of
from scheduler.webhooks.headers import Headers
from scheduler.webhooks.models import Delivery, Reading, Webhook
from tasks import messages, pipeline
from tasks.gate import Draft
from tasks.importing import Chunk, Import, Place, describe
from tasks.run import Run

COLUMNS = (
    "delivery_id",
    "incoming",
    "process",
    "ended_at",
    "done",
    "ordinals",
    "counts",
    "error",
)


@dataclass
class Share:
    """What a lot holds of one delivery. `begun`: some of it was committed before; `done` and
    `ordinals`: where it leaves off; `ended`: nothing of it is left."""

    delivery: Delivery
    begun: bool = False
    done: int = 0
    ordinals: dict[str, int] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)
    error: str = ""
    ended: bool = True


@dataclass
class Lot:
    """What is committed together. Of the deliveries in `over` the incoming has read all; `ends`: so
    have all the others."""

    chunk: Chunk
    shares: list[Share] = field(default_factory=list)
    over: list[Delivery] = field(default_factory=list)
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
        chunk. Each is to be committed before the next one is asked for."""
        lot = self._new_lot()
        for delivery in batch:
            lot.chunk.cursor |= {"delivery": delivery.pk, "done": 0}
            place, begun = self._open(delivery, lot)
            while place and not self._read(place, delivery, begun, lot):
                yield lot
                lot, begun = self._new_lot(), True
                lot.chunk.cursor["delivery"] = delivery.pk
            lot.over.append(delivery)
            if lot.chunk.is_full(pipeline.CHUNK):
                yield lot
                lot = self._new_lot()
        if lot.over:
            yield lot

    def _new_lot(self) -> Lot:
        return Lot(Chunk({"incoming": self.incoming.identifier}))

    def _open(self, delivery: Delivery, lot: Lot) -> tuple[Place | None, bool]:
        """Where to go on in a delivery, and whether some of it was committed before. No place in
        one that was read or cannot be: everything that the body holds is read, or nothing."""
        before = {reading.incoming: reading for reading in delivery.readings.all()}
        mine = before.get(self.incoming.identifier)
        if mine and mine.ended_at:
            return None, True
        try:
            records = list(self.work.subscriber.parse(self._received(delivery)).records)
        except Exception as error:
            if database.is_away(error):
                raise
            text = str(error) if isinstance(error, ConnectorError) else describe(error)
            lot.shares.append(Share(delivery, bool(mine), error=messages.storable(text)))
            lot.chunk.counts["unreadable"] += 1
            return None, bool(mine)
        if mine is None:
            return Place(delivery.pk, records), False
        ordinals = Counter({int(route): number for route, number in mine.ordinals.items()})
        return Place(delivery.pk, records, mine.done, ordinals), True

    def _received(self, delivery: Delivery) -> Received:
        where = f"The call {delivery.identifier}"
        return Received(bytes(delivery.body), delivery.headers, where)

    def _read(self, place: Place, delivery: Delivery, begun: bool, lot: Lot) -> bool:
        """Add to the lot what it has room for. Returns whether that was the last of it."""
        before = lot.chunk.counts.copy()
        scope = scope_of(self.webhook, delivery)
        self.work.read(place, scope, lot.chunk, pipeline.CHUNK)
        ordinals = {str(route): number for route, number in place.ordinals.items()}
        counts = lot.chunk.counts - before
        share = Share(delivery, begun, place.done, ordinals, counts, ended=place.is_end)
        lot.shares.append(share)
        return share.ended

    def conclude(self, lot: Lot, drafts: Sequence[Draft]) -> None:
        """Write down what came of each delivery, in the transaction of its tasks. That may be tried
        again, so the lot stays as it is."""
        counts = {share.delivery.pk: share.counts.copy() for share in lot.shares}
        for draft in drafts:
            counts[draft.delivery][str(draft.status)] += 1
        now = database.now()
        first = [share for share in lot.shares if not share.begun]
        rows = [self._row(share, counts[share.delivery.pk], now) for share in first]
        bulk.insert(Reading, COLUMNS, rows)
        for share in lot.shares:
            if share.begun:
                self._add(share, counts[share.delivery.pk], now)
        if lot.ends:
            _end({delivery.pk for delivery in lot.over})

    def _row(self, share: Share, counts: Counter, now: datetime) -> tuple:
        """The values of COLUMNS."""
        return (
            share.delivery.pk,
            self.incoming.identifier,
            self.run.id or None,
            now if share.ended else None,
            share.done,
            jsontext.dumps(share.ordinals),
            jsontext.dumps(counts),
            share.error,
        )

    def _add(self, share: Share, counts: Counter, now: datetime) -> None:
        """Bring the row of a delivery that was begun before up to date."""
        mine = Reading.objects.get(delivery=share.delivery, incoming=self.incoming.identifier)
        mine.counts = dict(Counter(mine.counts) + counts)
        mine.process, mine.ended_at = self.run.id or None, now if share.ended else None
        mine.error = share.error
        if not share.error:
            mine.done, mine.ordinals = share.done, share.ordinals
        mine.save()


def _end(ids: set[int]) -> None:
    # Asked anew: what was read beside a delivery does not have the readings of this process.
    faulty = Reading.objects.filter(delivery__in=ids).exclude(error="")
    bad = set(faulty.values_list("delivery", flat=True))
    Delivery.objects.filter(id__among=ids - bad).move("process")
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
