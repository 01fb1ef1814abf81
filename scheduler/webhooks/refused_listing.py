"""The list of refused calls as its page shows it, and how many there were of each answer."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus

from django.utils import timezone

from alumio import keyset
from alumio.listing import Listing
from scheduler.webhooks.delivery_listing import fields, webhooks_by_id
from scheduler.webhooks.filters import RefusedFilter
from scheduler.webhooks.models import RefusedCall, RefusedCount, Webhook
from tasks.error_pages import bars

HOURS = 24
MORE = (("called", "Called contains"), ("sender", "Sender is"))
MEANINGS = {
    400: "Unreadable",
    401: "Not let in",
    403: "Not by HTTPS",
    404: "Unknown or disabled",
    405: "Wrong method",
    413: "Too large",
    415: "Wrong content type",
    429: "Too many",
    503: "Could not be stored",
}


def meaning(status: int) -> str:
    """What an answer says, in few words."""
    known = MEANINGS.get(status)
    return known or (HTTPStatus(status).phrase if status in set(HTTPStatus) else "Refused")


@dataclass
class Answered:
    """Calls that got one answer: how many in each of the last hours, the present one last."""

    status: int
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)

    @property
    def number(self) -> int:
        return sum(self.hours)

    @property
    def meaning(self) -> str:
        return meaning(self.status)

    @property
    def bars(self) -> list[dict]:
        return bars(self.hours)


class RefusedList(Listing):
    """One request's view of the refused calls."""

    place, filter_class = "deliveries:refused", RefusedFilter

    @cached_property
    def page(self) -> keyset.Page:
        page = self.paged(self.filter.apply(RefusedCall.objects.all()))
        for call in page.rows:
            call.of, call.meaning = self.webhooks.get(call.webhook_id), meaning(call.answered)
        return page

    @cached_property
    def webhooks(self) -> dict[int, Webhook]:
        return webhooks_by_id()

    @cached_property
    def answers(self) -> list[Answered]:
        """Of the chosen webhooks, those that were given most often first."""
        chosen = self.criteria.get("webhook", [])
        ids = [pk for pk, w in self.webhooks.items() if w.identifier in chosen] if chosen else None
        return sorted(answered(ids), key=lambda each: -each.number)

    def answer_url(self, status: int) -> str:
        return self.url(answered=str(status))

    def every_answer_url(self) -> str:
        return self.url(answered=None)

    def choices(self) -> list[tuple[Answered, str, bool]]:
        chosen = self.criteria.get("answered")
        return [(a, self.answer_url(a.status), a.status == chosen) for a in self.answers]

    def when(self) -> dict:
        presets = (("Last hour", "-1h"), ("Last 6 hours", "-6h"))
        return self.moments("Called", "at_after", "at_before", presets)

    def more(self) -> list[tuple[str, str, str]]:
        return fields(MORE, self.criteria)

    def more_used(self) -> int:
        return sum(1 for name, _ in MORE if name in self.criteria)

    def kept(self) -> list[tuple[str, str]]:
        chosen = self.criteria.get("answered")
        return [("answered", str(chosen))] if chosen else []


def answered(webhooks: list[int] | None = None, now: datetime | None = None) -> list[Answered]:
    """What was answered in the last 24 hours, the present one included; of these webhooks only, if
    told."""
    now = now or timezone.now()
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    rows = RefusedCount.objects.filter(hour__gte=first)
    if webhooks is not None:
        rows = rows.filter(webhook_id__in=webhooks)
    found: dict[int, Answered] = {}
    for status, hour, number in rows.values_list("answered", "hour", "number"):
        place = int((hour - first) / timedelta(hours=1))
        if place < HOURS:
            found.setdefault(status, Answered(status)).hours[place] += number
    return list(found.values())


def refused_lately(webhooks: list[int]) -> dict[int, int]:
    """How many calls of each webhook were refused in this hour and the one before."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    rows = RefusedCount.objects.filter(webhook_id__in=webhooks, hour__gte=hour)
    numbers: dict[int, int] = defaultdict(int)
    for webhook, number in rows.values_list("webhook_id", "number"):
        numbers[webhook] += number
    return numbers
