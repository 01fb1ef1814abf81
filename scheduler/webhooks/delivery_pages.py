"""The pages of deliveries: the list, one with what arrived and what came of it, refused calls, and
replays."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views import View

from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.keyset import bounded_count
from alumio.models import Role
from alumio.views import safe_next
from scheduler.webhooks import begun, replay
from scheduler.webhooks.arrived import Arrived
from scheduler.webhooks.delivery_listing import DeliveryList, deliveries, dressed, webhooks_by_id
from scheduler.webhooks.filters import DeliveryFilter
from scheduler.webhooks.models import Delivery, Progress
from scheduler.webhooks.outcomes import readings_of, tasks_of
from scheduler.webhooks.refused_listing import RefusedList
from tasks.counts import Tally

MOST_REPLAYS = 10
"""Replays of one call that its page names, the newest."""


def find(identifier: str) -> Delivery | None:
    """A delivery by its identifier, in any case, or by its number, which tasks know it by."""
    if identifier.isascii() and identifier.isdecimal() and len(identifier) < 19:
        return Delivery.objects.filter(pk=int(identifier)).first()
    if not identifier.isalnum():
        return None
    return Delivery.objects.filter(identifier=identifier.upper()).first()


def find_or_404(identifier: str) -> Delivery:
    delivery = find(identifier)
    if delivery is None:
        raise Http404(f"There is no delivery “{identifier}”: retention may have removed it.")
    return delivery


class DeliveryPages(RoleRequired, View):
    def show(self, template: str, context: dict, status=200):
        context["may_act"] = self.request.user.may(Role.EDITOR)
        return render(self.request, f"deliveries/{template}.html", context, status=status)


class DeliveryListPage(DeliveryPages):
    """All of it; asked for by htmx, the rows alone."""

    def get(self, request):
        found = DeliveryList(request.GET)
        template = "_rows" if request.htmx else "list"
        return self.show(template, {"list": found}, 400 if found.faults else 200)


class RefusedPage(DeliveryPages):
    def get(self, request):
        found = RefusedList(request.GET)
        return self.show("refused", {"list": found}, 400 if found.faults else 200)


class DeliveryPage(DeliveryPages):
    """One delivery; asked for by htmx, the part that changes until it has been read."""

    def get(self, request, identifier):
        (delivery,) = dressed([find_or_404(identifier)], webhooks_by_id())
        rows = delivery.replays.order_by("-id").only("identifier", "received_at", "status")
        replays = list(rows[:MOST_REPLAYS])
        readings = readings_of(delivery)
        context = {
            "delivery": delivery,
            "arrived": Arrived(delivery),
            "readings": readings,
            "stopped": any(
                begun.furthest(begun.family(delivery), line.identifier)
                for line in readings
                if line.is_half_read
            ),
            "tasks": tasks_of(delivery),
            "original": delivery.replay_of,
            "replays": replays,
            "read_since": next((r for r in replays if r.status == Progress.PROCESSED), None),
        }
        return self.show("_came_of_it" if request.htmx else "detail", context)


class Body(DeliveryPages):
    """What arrived, as it arrived; never shown by a browser as a page."""

    def get(self, request, identifier):
        arrived = Arrived(find_or_404(identifier))
        response = HttpResponse(arrived.raw, content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="{arrived.filename}"'
        return response


class Replay(DeliveryPages):
    """Replays one delivery, or asks first and then replays all that match a filter."""

    http_method_names = ["post"]

    def post(self, request):
        back = safe_next(request, reverse("deliveries:list"))
        choice = chosen(request.POST)
        if choice is None:
            messages.warning(request, "The filter cannot be read. Reload the page.")
        elif choice.criteria is not None and "sure" not in request.POST:
            return self.ask(choice, back)
        else:
            back = self.do(choice) or back
        return HttpResponse(headers={"HX-Redirect": back}) if request.htmx else redirect(back)

    def ask(self, choice: replay.Choice, back: str):
        sample = deliveries().filter(pk__in=choice.rows.order_by("-id").values_list("pk")[:5])
        context = {
            "choice": choice,
            "posted": self.request.POST,
            "total": Tally(*bounded_count(choice.rows)),
            "unread": Tally(*bounded_count(choice.matches.unread())),
            "in_background": choice.rows[: replay.MOST_AT_ONCE + 1].count() > replay.MOST_AT_ONCE,
            "sample": dressed(list(sample), webhooks_by_id()),
            "back": back,
        }
        return self.show("_confirm" if self.request.htmx else "confirm", context)

    def do(self, choice: replay.Choice) -> str:
        """Do it and say what came of it. Returns the address of the process, if there is one."""
        done = replay.replay(choice, Actor.of(self.request))
        if isinstance(done, replay.Queued):
            messages.info(self.request, "This runs in the background.")
            return reverse("processes:detail", args=[done.process])
        if len(done.identifiers) == 1:
            text = 'It is read anew as <a href="{}">{}</a>.'
            (made,) = done.identifiers
            address = reverse("deliveries:detail", args=[made])
            messages.success(self.request, format_html(text, address, made))
        elif done.identifiers:
            messages.success(self.request, f"{len(done.identifiers):,} calls are read anew.")
        else:
            messages.warning(self.request, "Nothing was replayed: what was chosen is still unread.")
        return ""


def chosen(posted: QueryDict) -> replay.Choice | None:
    """What a page posted: `one` identifier, or `everything` that matches `filter` and is not newer
    than `newest`. None where it cannot be read."""
    if "everything" not in posted:
        one = posted.get("one", "")
        return replay.Choice((one.upper(),)) if one.isascii() and one.isalnum() else None
    asked, newest = DeliveryFilter(QueryDict(posted.get("filter", ""))), posted.get("newest", "")
    if not (asked.is_valid() and newest.isascii() and newest.isdecimal() and len(newest) < 19):
        return None
    return replay.Choice.matching(asked.criteria(), int(newest))
