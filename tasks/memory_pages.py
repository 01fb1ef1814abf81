"""The pages of remembered entities: which there are, what one was compared with, and forgetting."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from alumio import keyset
from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.views import safe_next
from tasks import forgetting, memories, why_unchanged
from tasks.forgetting import Choice, Forgotten
from tasks.memories import MemoryFilter
from tasks.memory_listing import MemoryList
from tasks.models import Memory, Task

MOST_POSTED = 1_000
SAMPLE = 5
MOST_TASKS = 10


class NothingChosen(ValueError):
    """No entity was chosen, or the choice cannot be read."""


class List(RoleRequired, View):
    """Remembered entities; the address says which."""

    def get(self, request):
        listing = MemoryList(request.GET)
        context = {"list": listing, "may_act": request.user.may("editor")}
        status = 400 if listing.faults else 200
        return render(request, "memories/list.html", context, status=status)


class Detail(RoleRequired, View):
    """One remembered entity: what was last sent, what it was compared with, and what came since."""

    def get(self, request, pk):
        rows = Memory.objects.select_related("task", "route", "route__incoming")
        memory = get_object_or_404(
            rows.defer("route__transformers", "route__incoming__subscriber"), pk=pk
        )
        task = memory.task
        same = Task.objects.filter(
            route=memory.route_id, entity_identifier=memory.entity_identifier
        )
        context = {
            "memory": memory,
            "counts": memories.counts(memory),
            "why": why_unchanged.explain(task) if task else None,
            "tasks": list(same.order_by("-id")[:MOST_TASKS]),
            "until": request.GET.get("until") or MemoryList(QueryDict()).until,
            "may_act": request.user.may("editor"),
        }
        return render(request, "memories/detail.html", context)


class Forget(RoleRequired, View):
    """Forgets what was chosen: asks first, with how many and what follows from it."""

    def post(self, request):
        back = safe_next(request, reverse("memories:list"))
        try:
            choice = chosen_in(request.POST)
        except NothingChosen as error:
            messages.warning(request, str(error))
            return redirect(back)
        if "sure" in request.POST:
            return redirect(self.forget(choice) or back)
        return self.ask(choice, back)

    def ask(self, choice: Choice, back: str) -> HttpResponse:
        number, exact = keyset.bounded_count(choice.rows)
        sample = choice.rows.order_by("pk").select_related("route")[:SAMPLE]
        context = {
            "choice": choice,
            "posted": self.request.POST,
            "number": number,
            "total": f"{number:,}" if exact else f"more than {number:,}",
            "sample": sample.defer("route__transformers"),
            "in_background": number > forgetting.MOST_AT_ONCE or not exact,
            "back": back,
        }
        return render(self.request, "memories/confirm.html", context)

    def forget(self, choice: Choice) -> str:
        """Do it and say what came of it. Returns the address of the process, if there is one."""
        done = forgetting.forget(choice, Actor.of(self.request))
        if isinstance(done, forgetting.Queued):
            messages.info(self.request, "This runs in the background.")
            return reverse("processes:detail", args=[done.process])
        level = messages.success if done.number else messages.warning
        level(self.request, told(done))
        return ""


def told(done: Forgotten) -> str:
    """“3 forgotten: they are sent again …”, and what was not."""
    text = f"{done.number:,} forgotten"
    if done.number:
        text += ": sent again the next time the source gives them"
    if done.held:
        text += f"; {done.held:,} are being imported right now and stay"
    return f"{text}."


def chosen_in(form: QueryDict) -> Choice:
    """What a page posted: `ids`, or `everything` that matches a `filter`; as of the moment `until`
    when it was drawn. Raises NothingChosen."""
    until = form.get("until", "")
    try:
        known = datetime.fromisoformat(until).tzinfo is not None
    except ValueError:
        known = False
    if not known:
        raise NothingChosen("The choice cannot be read. Reload the page.")
    if not form.get("everything"):
        sent = form.getlist("ids")[:MOST_POSTED]
        if ids := [int(id) for id in sent if id.isascii() and id.isdigit() and len(id) < 19]:
            return Choice(until, ids=tuple(ids))
        raise NothingChosen("Choose at least one entity first.")
    asked = MemoryFilter(QueryDict(form.get("filter", "")))
    if not asked.is_valid():
        raise NothingChosen("The filter cannot be read. Reload the page.")
    return Choice(until, criteria=asked.criteria())
