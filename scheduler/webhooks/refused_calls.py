"""Calls that were not let in: each is counted, and some are kept for a day, without secrets.

A flood of them must not become a flood of rows: in a second a program writes once, with the counts
of all and as many of the calls as fit into MOST.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import F

from scheduler.webhooks.book import Entry
from scheduler.webhooks.head import Head
from scheduler.webhooks.judgement import redacted_headers, redacted_query
from scheduler.webhooks.models import RefusedCall, RefusedCount
from scheduler.webhooks.refusal import Refusal

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two writes."""
MOST = 20
"""Calls kept of one write."""
LONGEST = 2_000
"""Characters kept of a query, of a reason and of the value of a header."""


class RefusedCalls:
    """What a program has refused and not written down yet."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self._lock = clock, threading.Lock()
        self._calls: list[RefusedCall] = []
        self._counts: Counter[tuple[int, datetime, int]] = Counter()
        self._written_at = -EVERY

    def note(self, call: RefusedCall, keep: bool = True) -> float | None:
        """Take it; without `keep` it is only counted. Returns the seconds after which somebody
        shall `write`; None where that was asked for already."""
        hour = call.at.replace(minute=0, second=0, microsecond=0)
        with self._lock:
            is_first = not self._counts
            self._counts[call.webhook_id or 0, hour, call.answered] += 1
            if keep and len(self._calls) < MOST:
                self._calls.append(call)
            return max(0, self._written_at + EVERY - self._clock()) if is_first else None

    def write(self) -> None:
        """Write down what was noted; without the database it is forgotten, and logged. Never
        fails."""
        with self._lock:
            calls, counts = self._calls, self._counts
            self._calls, self._counts = [], Counter()
            self._written_at = self._clock()
        try:
            _write(calls, counts)
        except Exception as error:
            log.warning("%s refused calls were not counted: %s", counts.total(), error)
            if not connection.in_atomic_block:
                connection.close()


def _write(calls: list[RefusedCall], counts: Counter) -> None:
    with transaction.atomic():
        RefusedCall.objects.bulk_create(calls)
        # In one order everywhere: two programs that count the same then wait, not deadlock.
        for (webhook, hour, answered), number in sorted(counts.items()):
            of = {"webhook_id": webhook, "hour": hour, "answered": answered}
            if not RefusedCount.objects.filter(**of).update(number=F("number") + number):
                _count_first(of, number)


def _count_first(of: dict, number: int) -> None:
    _, created = RefusedCount.objects.get_or_create(**of, defaults={"number": number})
    if not created:
        RefusedCount.objects.filter(**of).update(number=F("number") + number)


def refused_call(head: Head, entry: Entry | None, refusal: Refusal) -> RefusedCall:
    """The row of a refused call, without secrets, its texts cut."""
    webhook, judges = entry and entry.webhook, entry.judges if entry else []
    size = head.headers.get("content-length", "")
    headers = redacted_headers(judges, head.headers)
    return RefusedCall(
        webhook_id=webhook and webhook.pk,
        called="" if webhook and webhook.by_token else head.address[:255].replace("\x00", "�"),
        at=datetime.now(UTC),
        answered=refusal.status,
        reason=refusal.reason[:LONGEST],
        method=head.method[:16],
        query=redacted_query(judges, head.query)[:LONGEST],
        headers={name[:255]: value[:LONGEST] for name, value in headers.items()},
        sender=head.sender or "",
        size=int(size) if size.isdecimal() and len(size) < 16 else None,
    )
