"""How far an incoming has read a delivery, and whether what it finds there is still the same."""

import hashlib
from collections.abc import Iterable

from django.db.models import Q

from scheduler.webhooks.models import Delivery, Reading
from tasks.importing import readable


def digest_of(records: Iterable) -> str:
    """What tells the records of a delivery from those that another parser makes of it."""
    digest = hashlib.sha256()
    for record in records:
        digest.update(readable(record).encode(errors="surrogatepass") + b"\n")
    return digest.hexdigest()


def are_other(reading: Reading, digest: str) -> bool:
    """Whether the records are not those of which the reading has read some."""
    return reading.digest not in ("", digest)


def left_off(delivery: Delivery, incoming: str) -> Reading | None:
    """Of a replay: how far the incoming came with the delivery, where its reading stopped part-way.
    None where a replay before this one has read the rest, or is still to."""
    if delivery.replay_of_id is None:
        return None
    older = Delivery.objects.filter(replay_of=delivery.replay_of_id, id__lt=delivery.pk)
    mine = Reading.objects.filter(incoming=incoming)
    failed = mine.filter(delivery__in=older.values("pk")).exclude(error="")
    if older.count() > failed.count():
        return None
    stopped = Q(delivery=delivery.replay_of_id) & (Q(ended_at=None) | ~Q(error=""))
    either = mine.filter(stopped | Q(pk__in=failed.values("pk")))
    return either.filter(done__gt=0).order_by("-done").first()
