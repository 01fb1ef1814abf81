"""What a webhook takes at most: calls a second, and calls that wait to be read."""

import math
import threading
import time
from collections.abc import Callable

from django.conf import settings

from scheduler.webhooks.models import Delivery
from scheduler.webhooks.refusal import Refusal

COUNT_EVERY = 1.0
"""Seconds for which a count of waiting calls is believed,"""
COSTS = 10
"""and so many times as long as it took."""


class Rate:
    """Calls per second, with room for the calls of one second at once. The programs of a web
    server share the limit evenly, so each counts for itself."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic):
        self.rate = per_second / settings.ALUMIO_WEB_WORKERS
        self.room = max(self.rate, 1.0)
        self._clock, self._lock = clock, threading.Lock()
        self._left, self._at = self.room, clock()

    def take(self) -> None:
        """Raises Refusal 429."""
        with self._lock:
            now = self._clock()
            self._left = min(self.room, self._left + (now - self._at) * self.rate)
            self._at = now
            if self._left < 1:
                after = math.ceil((1 - self._left) / self.rate)
                raise Refusal(429, "Too many calls. Slow down.", retry_after=after)
            self._left -= 1


class Pressure:
    """How many accepted calls of a webhook wait to be read; past a limit none is accepted."""

    def __init__(self, webhook: int, limit: int, clock: Callable[[], float] = time.monotonic):
        self.webhook, self.limit = webhook, limit
        self._clock, self._until, self._waiting = clock, 0.0, 0

    @property
    def is_known(self) -> bool:
        """Whether the count is new enough to be believed."""
        return self._clock() < self._until

    def count(self) -> None:
        """Count anew, up to the limit; others go on with the last count meanwhile. A count that
        took long is believed for longer."""
        began = self._clock()
        self._until = began + COUNT_EVERY
        unread = Delivery.objects.unread().filter(webhook=self.webhook)
        self._waiting = unread.order_by("id")[: self.limit].count()
        took = self._clock() - began
        self._until = self._clock() + COUNT_EVERY + took * COSTS

    def check(self) -> None:
        """Raises Refusal 429."""
        if self._waiting >= self.limit:
            text = f"{self.limit:,} calls wait to be read already. Send this one again later."
            raise Refusal(429, text, retry_after=10)
