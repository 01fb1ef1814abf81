"""Reading what was delivered: each delivery becomes tasks, once for each incoming of its webhook.

A process reads one webhook, oldest first. Tasks, what their steps stored and the row that says how
far the incoming has read are committed together, so that a crash neither loses nor doubles any. A
disabled incoming is passed over; what it has not read waits until it is enabled.
"""

import time
from collections.abc import Sequence
from functools import partial

from django.db.models import Exists, OuterRef, Q

from alumio import database
from alumio.located import Located
from connectors.models import Incoming
from scheduler.webhooks import pauses
from scheduler.webhooks.models import Delivery, DeliveryQuerySet, Reading, Webhook
from scheduler.webhooks.reader import Reader
from tasks import pipeline
from tasks.importing import describe
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
        ended = Reading.objects.ended()
        mine = ended.filter(delivery=OuterRef("pk"), incoming=incoming.identifier)
        left |= ~Exists(mine)
    return unread.filter(left)


class Readers:
    """All that read one webhook, built once."""

    def __init__(self, webhook: Webhook, run: Run):
        self.webhook, self.run = webhook, run
        self.incomings = incomings_of(webhook)
        self.broken: Exception | None = None
        self.resting = pauses.resting(webhook.incomings)
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
        if pause := self.resting.get(incoming.identifier):
            self.run.note("warning", f"“{incoming.name}” cannot be run: {pauses.told(pause)}")
            return None
        try:
            reader = Reader(self.webhook, incoming, self.run)
        except Exception as error:
            if database.is_away(error):
                raise
            self._pause(incoming, error)
            return None
        pauses.end(incoming.identifier)
        return reader

    def _pause(self, incoming: Incoming, error: Exception) -> None:
        why = str(error) if isinstance(error, Located) else describe(error)
        pause = pauses.begin(incoming.identifier, why, self.run.id or None)
        self.run.note("error", f"“{incoming.name}” cannot be run: {pauses.told(pause)}")
        self.broken = error

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
