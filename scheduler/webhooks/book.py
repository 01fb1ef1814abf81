"""The webhooks as the door knows them: built once, and at most two seconds old."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from scheduler.webhooks.keys import Key
from scheduler.webhooks.kinds import Handshake, Validator
from scheduler.webhooks.limits import Pressure, Rate
from scheduler.webhooks.models import Webhook, digest_of
from scheduler.webhooks.registries import handshakes, validators

STALE = 2.0
"""Seconds after which what was looked up is believed no more,"""
RENEWED = 1.0
"""and after which one call has it looked up again, while others go on with what is known."""
MOST = 1_000
"""Addresses that are remembered, those of nobody included."""


@dataclass(frozen=True)
class Entry:
    """A webhook, ready to judge calls. `judges` are its validators and its handshake, disabled or
    not: what they call a secret is never kept."""

    webhook: Webhook
    validators: list[Validator]
    handshake: Handshake | None
    judges: list[Validator | Handshake]
    key: Key
    rate: Rate | None
    pressure: Pressure

    @classmethod
    def of(cls, webhook: Webhook) -> "Entry":
        limit = webhook.max_waiting or settings.ALUMIO_WEBHOOK_MAX_WAITING
        checks = [validators.build(spec) for spec in webhook.validators]
        shake = handshakes.build(webhook.handshake) if webhook.handshake else None
        return cls(
            webhook,
            checks,
            None if shake and shake.disabled else shake,
            [*checks, shake] if shake else checks,
            Key(webhook.key_header, webhook.key_path),
            Rate(webhook.calls_per_second) if webhook.calls_per_second else None,
            Pressure(webhook.pk, limit),
        )


class Book:
    """Webhooks by the last part of their address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self._lock = clock, threading.Lock()
        self._entries: dict[str, tuple[float, Entry | None]] = {}
        self._asked: dict[str, float] = {}

    def known(self, address: str) -> tuple[bool, Entry | None]:
        """Whether this address was looked up lately, and what was found: None for no webhook."""
        looked_at, entry = self._entries.get(address, (-STALE, None))
        return self._clock() - looked_at < STALE, entry

    def is_due(self, address: str) -> bool:
        """Whether a known address is to be looked up again: true for one of those who ask."""
        now, (looked_at, _) = self._clock(), self._entries.get(address, (-STALE, None))
        if now - max(looked_at, self._asked.get(address, -RENEWED)) < RENEWED:
            return False
        self._asked[address] = now
        return True

    def find(self, address: str) -> Entry | None:
        """Look an address up: its webhook, or None. Raises the database's errors."""
        looked_at, (_, entry) = self._clock(), self.known(address)
        entry = self._renewed(address, entry)
        with self._lock:
            if len(self._entries) >= MOST and address not in self._entries:
                self._entries.clear()
                self._asked.clear()
            self._entries[address] = (looked_at, entry)
        return entry

    @staticmethod
    def _renewed(address: str, entry: Entry | None) -> Entry | None:
        if "\x00" in address:  # PostgreSQL has no text with it
            return None
        by_token = Q(by_token=True, token_digest=digest_of(address))
        by_name = Q(by_token=False, identifier=address)
        webhook = Webhook.objects.filter(by_token | by_name).first()
        if webhook is None:
            return None
        if entry and (entry.webhook.pk, entry.webhook.revision) == (webhook.pk, webhook.revision):
            return entry
        return Entry.of(webhook)
