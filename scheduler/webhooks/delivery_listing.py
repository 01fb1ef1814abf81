"""The list of deliveries as its page shows it."""

from collections.abc import Iterable
from functools import cached_property

from django.utils.http import urlencode

from alumio import keyset
from alumio.listing import Listing
from scheduler.webhooks import pauses
from scheduler.webhooks.filters import DeliveryFilter
from scheduler.webhooks.models import Delivery, DeliveryQuerySet, Progress, Reading, Webhook
from scheduler.webhooks.replay import newest_delivery
from tasks.counts import Tally
from tasks.status import Status as TaskStatus

UNSEEN = ("body", "headers", "query")
"""What rows of a list do not show, and do not read."""
MORE = (("sender", "Sender is"), ("key", "Key is"), ("identifier", "Identifier is"))


def deliveries() -> DeliveryQuerySet:
    """Deliveries with what came of them, and nothing of what arrived."""
    return Delivery.objects.defer(*UNSEEN).prefetch_related("readings")


def dressed(rows: list[Delivery], webhooks: dict[int, Webhook]) -> list[Delivery]:
    """Give each delivery what its row shows: its webhook, the tasks made, why it is unreadable."""
    for delivery in rows:
        delivery.of = webhooks.get(delivery.webhook_id)
        delivery.made = made(delivery)
        delivery.fault = next(
            (fault_of(delivery, r) for r in delivery.readings.all() if r.error), ""
        )
    return rows


def fault_of(delivery: Delivery, reading: Reading) -> str:
    """Why it could not be read; which call it was is known where this is shown."""
    text = reading.error.removeprefix(f"The call {delivery.identifier} ")
    return text[:1].upper() + text[1:]


def made(delivery: Delivery) -> int:
    """How many tasks were made of it."""
    return sum(tasks_in(reading.counts) for reading in delivery.readings.all())


def tasks_in(counts: dict) -> int:
    return sum(counts.get(status.value, 0) for status in TaskStatus)


def webhooks_by_id() -> dict[int, Webhook]:
    """All webhooks by their key, with their names alone: settings would be decrypted."""
    named = Webhook.objects.only("id", "identifier", "name").order_by("name")
    return {webhook.pk: webhook for webhook in named}


class DeliveryList(Listing):
    """One request's view of the deliveries."""

    place, filter_class = "deliveries:list", DeliveryFilter

    @cached_property
    def page(self) -> keyset.Page:
        page = self.paged(self.filter.apply(deliveries()))
        return page._replace(rows=dressed(page.rows, self.webhooks))

    @cached_property
    def webhooks(self) -> dict[int, Webhook]:
        return webhooks_by_id()

    @cached_property
    def count(self) -> Tally:
        rows = self.filter.apply(Delivery.objects.all())
        return Tally(*keyset.bounded_count(rows))

    @cached_property
    def newest(self) -> int:
        """Up to here goes a replay of all that match."""
        return newest_delivery()

    @cached_property
    def waits(self) -> list[tuple[Webhook, str]]:
        """The webhooks that are shown and of which calls wait, as an incoming cannot be run; and
        why."""
        resting, chosen = pauses.resting(), self.criteria.get("webhook")
        shown = Webhook.objects.only("id", "identifier", "name", "incomings").order_by("name")
        webhooks = [w for w in shown if not chosen or w.identifier in chosen] if resting else []
        return [
            (webhook, pauses.told(resting[name]))
            for webhook in webhooks
            for name in webhook.incomings
            if name in resting and webhook.deliveries.unread().exists()
        ]

    def filter_query(self) -> str:
        """The filter alone, as a replay of all that match takes it."""
        return urlencode(self.criteria, doseq=True)

    def tabs(self) -> list[dict]:
        chosen = self.criteria.get("status", [])
        return [
            {
                "status": status.value,
                "label": status.label,
                "active": status.value in chosen,
                "url": self.url(status=None if chosen == [status.value] else status.value),
            }
            for status in Progress
        ]

    def when(self) -> dict:
        return self.moments("Received", "received_after", "received_before")

    def more(self) -> list[tuple[str, str, str]]:
        return fields(MORE, self.criteria)

    def more_used(self) -> int:
        return sum(1 for name, _ in MORE if name in self.criteria)

    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filter carries along."""
        return [("status", value) for value in self.criteria.get("status", [])]


def fields(named: Iterable[tuple[str, str]], criteria: dict) -> list[tuple[str, str, str]]:
    """(name, label, value) of text fields in the filter bar."""
    return [(name, label, criteria.get(name, "")) for name, label in named]
