"""A webhook's own page: its address, how to call it, what reads it, and the last calls. The list of
webhooks with the same in numbers."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.shortcuts import redirect, render
from django.utils import timezone

from alumio import audit, configuration_pages
from alumio.audit import Actor
from alumio.configuration import StaleRevision
from alumio.configuration_pages import ConfigurationView, tabs_of
from connectors.models import Incoming
from routes.models import Route
from scheduler.webhooks import samples
from scheduler.webhooks.address import of as address_of
from scheduler.webhooks.delivery_listing import deliveries, dressed
from scheduler.webhooks.models import Answering, Delivery, RefusedCall, Webhook
from scheduler.webhooks.reading import incomings_of
from scheduler.webhooks.refused_listing import meaning, refused_lately
from scheduler.webhooks.trial_page import Trial

HOUR = timedelta(hours=1)
LAST = 10
"""Calls that the page shows; links lead to the others."""


@dataclass
class Numbers:
    """How much a webhook is called. `refused` counts this hour and the one before."""

    waiting: int = 0
    hour: int = 0
    refused: int = 0


def numbers_of(webhooks: list[int]) -> dict[int, Numbers]:
    """By the keys of some webhooks; three queries."""
    found: dict[int, Numbers] = defaultdict(Numbers)
    unread = Delivery.objects.unread().filter(webhook__in=webhooks)
    lately = Delivery.objects.filter(received_at__gte=timezone.now() - HOUR, webhook__in=webhooks)
    for pk, number in _by_webhook(unread):
        found[pk].waiting = number
    for pk, number in _by_webhook(lately):
        found[pk].hour = number
    for pk, number in refused_lately(webhooks).items():
        found[pk].refused = number
    return found


def _by_webhook(rows: QuerySet[Delivery]) -> QuerySet:
    return rows.order_by().values_list("webhook").annotate(Count("id"))


class Reader:
    """An incoming that reads the calls, and what it needs to make tasks of them."""

    def __init__(self, incoming: Incoming, routes: dict[int, list[Route]]):
        self.incoming, self.routes = incoming, routes.get(incoming.pk, [])


def readers_of(webhook: Webhook) -> list[Reader]:
    incomings = incomings_of(webhook)
    routes = defaultdict(list)
    named = Route.objects.filter(incoming__in=incomings).only(
        "identifier", "name", "enabled", "incoming"
    )
    for route in named.order_by("name"):
        routes[route.incoming_id].append(route)
    return [Reader(incoming, routes) for incoming in incomings]


# ---------------------------------------------------------------- the list


class WithNumbers:
    """Draws the rows with their addresses and with how much they are called."""

    def show(self, template: str, context: dict, status=200):
        rows = context["rows"] if "rows" in context else [context["row"]]
        numbers = numbers_of([row["it"].pk for row in rows])
        last = dict(_last_calls([row["it"].pk for row in rows]))
        for row in rows:
            row["numbers"], row["last"] = numbers[row["it"].pk], last.get(row["it"].pk)
            row["url"] = address_of(row["it"], self.request, self.may_change())
            row["overview_url"] = self.pages.url("overview", row["it"].identifier)
        context |= {"pages": self.pages, "may_change": self.may_change()}
        return render(self.request, f"webhooks/{template}.html", context, status=status)


def _last_calls(webhooks: list[int]) -> QuerySet:
    """When each was called last; by an index, however many calls there are."""
    newest = Delivery.objects.filter(webhook=OuterRef("pk")).order_by("-id").values("received_at")
    rows = Webhook.objects.filter(pk__in=webhooks).order_by()
    return rows.annotate(last=Subquery(newest[:1])).values_list("pk", "last")


class List(WithNumbers, configuration_pages.List):
    pass


class Switch(WithNumbers, configuration_pages.Switch):
    pass


# ---------------------------------------------------------------- one webhook


class WithOverview:
    """Pages of a saved webhook name its overview among their tabs."""

    def show(self, template: str, context: dict, status=200):
        if (webhook := context.get("it")) and webhook.pk:
            context["overview_url"] = self.pages.url("overview", webhook.identifier)
        return super().show(template, context, status)


class Edit(WithOverview, configuration_pages.Edit):
    """A new webhook leads to its own page, which says how it is called."""

    def leads_to(self, saved, is_new):
        if is_new:
            return self.pages.url("overview", saved.identifier)
        return super().leads_to(saved, is_new)


class History(WithOverview, configuration_pages.History):
    pass


class Old(WithOverview, configuration_pages.Old):
    pass


class Overview(WithOverview, ConfigurationView):
    """Asked for by htmx, the part that changes with each call."""

    folder = "webhooks"

    def get(self, request, identifier):
        webhook = self.find(identifier)
        shown = Shown(webhook, request, self.may_change())
        context = {"it": webhook, "shown": shown}
        if request.htmx:
            return self.show("_calls", context)
        if self.may_change():
            context["trial"] = Trial(webhook, request)
        return self.show_all(context)

    def show_all(self, context: dict):
        webhook = context["it"]
        context |= {"notices": self.pages.notices(webhook)}
        return self.show("overview", context | tabs_of(self.pages, webhook, "overview"))


class TestCall(Overview):
    """Sends a test call and shows what was answered."""

    http_method_names = ["post"]

    def post(self, request, identifier):
        webhook = self.find(identifier)
        trial = Trial(webhook, request)
        trial.send()
        context = {"it": webhook, "trial": trial}
        if request.htmx:
            return self.show("_trial", context)
        return self.show_all(context | {"shown": Shown(webhook, request, self.may_change())})


class Shown:
    """What the page says of a webhook; each part is read when it is asked for."""

    def __init__(self, webhook: Webhook, request, may_change: bool):
        self.webhook, self.hidden = webhook, webhook.by_token and not may_change
        self.url = address_of(webhook, request, may_change)

    @property
    def lines(self) -> str:
        return samples.lines(self.webhook, self.url)

    @property
    def has_secret(self) -> bool:
        return "\nSECRET" in self.lines

    @property
    def answers_later(self) -> bool:
        return self.webhook.answer == Answering.PROCESS

    @cached_property
    def numbers(self) -> Numbers:
        return numbers_of([self.webhook.pk])[self.webhook.pk]

    @cached_property
    def readers(self) -> list[Reader]:
        return readers_of(self.webhook)

    @cached_property
    def calls(self) -> list[Delivery]:
        rows = deliveries().filter(webhook=self.webhook.pk).order_by("-id")[:LAST]
        return dressed(list(rows), {self.webhook.pk: self.webhook})

    @cached_property
    def refused(self) -> list[RefusedCall]:
        rows = list(RefusedCall.objects.filter(webhook=self.webhook.pk).order_by("-id")[:LAST])
        for row in rows:
            row.meaning = meaning(row.answered)
        return rows


class RenewToken(ConfigurationView):
    """Gives the webhook another address; nobody is let in by the one before any more."""

    http_method_names = ["post"]

    def post(self, request, identifier):
        webhook = self.find(identifier)
        if webhook.by_token:
            webhook.renew_token()
            try:
                with transaction.atomic():
                    webhook.store(request.user)
                    audit.record(Actor.of(request), "renew-token", **audit.about(webhook))
            except StaleRevision:
                messages.warning(request, "Somebody saved it just now: the address is as it was.")
            else:
                messages.success(request, f"“{webhook.name}” has a new address.")
        return redirect(self.pages.url("overview", identifier))
