"""One incoming of a webhook reads deliveries, in lots that are committed one by one.

A call whose body cannot be read to its end makes no tasks. One with many records is part of several
lots, each committed with the place behind it: whoever goes on after a crash begins there, and
others write in between. Where another parser gives other records by then, the rest is not read.
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
from scheduler.webhooks import begun
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
    "digest",
    "counts",
    "error",
)
OTHER = (
    "The call {} gives other records than when the first {:,} were read: the incoming’s parser was "
    "changed in between."
)


@dataclass
class Share:
    """What a lot holds of one delivery. `begun`: some of it was committed before; `done` and
    `ordinals`: where it leaves off; `digest`: of its records; `ended`: nothing of it is left."""

    delivery: Delivery
    begun: bool = False
    done: int = 0
    ordinals: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    counts: Counter = field(default_factory=Counter)
    error: str = ""
    ended: bool = True


@dataclass
class Opened:
    """A delivery that is being read. `begun`: some of it was committed before."""

    delivery: Delivery
    place: Place
    digest: str
    begun: bool


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
            opened = self._open(delivery, lot)
            while opened and not self._read(opened, lot):
                yield lot
                lot = self._new_lot()
                lot.chunk.cursor["delivery"] = delivery.pk
            lot.over.append(delivery)
            if lot.chunk.is_full(pipeline.CHUNK):
                yield lot
                lot = self._new_lot()
        if lot.over:
            yield lot

    def _new_lot(self) -> Lot:
        return Lot(Chunk({"incoming": self.incoming.identifier}))

    def _open(self, delivery: Delivery, lot: Lot) -> Opened | None:
        """Where to go on in a delivery. None in one that was read or cannot be: everything that the
        body holds is read, or nothing."""
        before = {reading.incoming: reading for reading in delivery.readings.all()}
        mine = before.get(self.incoming.identifier)
        if mine and mine.ended_at:
            return None
        after = mine or begun.left_off(delivery, self.incoming.identifier)
        try:
            records = list(self.work.subscriber.parse(self._received(delivery)).records)
        except Exception as error:
            if database.is_away(error):
                raise
            text = str(error) if isinstance(error, ConnectorError) else describe(error)
            return self._refuse(delivery, text, mine, after, lot)
        digest = begun.digest_of(records)
        is_other = bool(after) and begun.are_other(after, digest)
        if mine and is_other:
            text = OTHER.format(delivery.identifier, mine.done)
            return self._refuse(delivery, text, mine, after, lot)
        place = Place(delivery.pk, records, 0 if is_other or not after else after.done)
        if mine:
            place.ordinals = Counter({int(route): n for route, n in mine.ordinals.items()})
        return Opened(delivery, place, digest, bool(mine))

    def _refuse(
        self,
        delivery: Delivery,
        text: str,
        mine: Reading | None,
        after: Reading | None,
        lot: Lot,
    ) -> None:
        """Note in the lot why a delivery is not read, and how far it was: for its replays."""
        share = Share(delivery, bool(mine), error=messages.storable(text))
        if after:
            share.done, share.digest = after.done, after.digest
        lot.shares.append(share)
        lot.chunk.counts["unreadable"] += 1

    def _received(self, delivery: Delivery) -> Received:
        where = f"The call {delivery.identifier}"
        return Received(bytes(delivery.body), delivery.headers, where)

    def _read(self, opened: Opened, lot: Lot) -> bool:
        """Add to the lot what it has room for. Returns whether that was the last of it."""
        before, place = lot.chunk.counts.copy(), opened.place
        scope = scope_of(self.webhook, opened.delivery)
        self.work.read(place, scope, lot.chunk, pipeline.CHUNK)
        ordinals = {str(route): number for route, number in place.ordinals.items()}
        share = Share(opened.delivery, opened.begun, place.done, ordinals, opened.digest)
        share.counts, share.ended = lot.chunk.counts - before, place.is_end
        lot.shares.append(share)
        opened.begun = True
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
            share.digest,
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
            mine.done, mine.ordinals, mine.digest = share.done, share.ordinals, share.digest
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
