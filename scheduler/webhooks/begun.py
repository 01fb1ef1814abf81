"""How far an incoming has read a delivery, and whether what it finds there is still the same."""

import hashlib
from collections.abc import Iterable

from django.db.models import Q

from scheduler.webhooks.models import Delivery, Progress, Reading
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
    """Of a replay: the reading that it goes on behind, where there is one."""
    if delivery.replay_of_id is None:
        return None
    return furthest([pk for pk in family(delivery) if pk < delivery.pk], incoming)


def family(delivery: Delivery) -> list[int]:
    """The keys of the call that was replayed first and of all its replays, with theirs."""
    oldest, above = delivery.pk, delivery.replay_of_id
    while above:
        oldest = above
        rows = Delivery.objects.filter(pk=oldest)
        above = rows.values_list("replay_of", flat=True).first()
    found = generation = [oldest]
    while generation:
        replays = Delivery.objects.filter(replay_of__in=generation)
        generation = list(replays.values_list("pk", flat=True))
        found = found + generation
    return found


def furthest(family: list[int], incoming: str) -> Reading | None:
    """The reading that came furthest of those that stopped part-way. None where one of the family
    was read to its end, or is still to be: the rest would be made twice."""
    taken_off = Q(ended_at=None) & ~Q(delivery__status=Progress.RECEIVED)
    stopped = Reading.objects.filter(taken_off | ~Q(error=""), incoming=incoming)
    mine = stopped.filter(delivery__in=family)
    return mine.order_by("done").last() if len(mine) == len(family) else None
