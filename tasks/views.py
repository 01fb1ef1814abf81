"""The pages of tasks: what is done to many, and one task with its data and its log."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views import View

from alumio.access import RoleRequired
from alumio.views import safe_next
from tasks import selection
from tasks.actions import VERBS
from tasks.detail import TABS, TaskDetail
from tasks.models import Payload, Task


class Action(RoleRequired, View):
    """Applies a verb to tasks: asks first where several were chosen."""

    def post(self, request):
        back = safe_next(request, reverse("tasks:list"))
        posted = request.POST.copy()
        if "one" in posted:
            posted["verb"], _, one = posted["one"].partition(" ")
            posted.setlist("identifiers", [one])
            posted.pop("everything", None)
        if posted.get("verb") not in VERBS:
            raise Http404
        try:
            chosen = selection.Selection(posted)
            sure = "one" in posted or "sure" in posted
            return self.apply(posted, chosen, back) if sure else self.ask(posted, chosen, back)
        except selection.NothingChosen as error:
            messages.warning(request, str(error))
            return self.go(back)

    def ask(self, posted, chosen, back) -> HttpResponse:
        context = {
            "preview": selection.Preview(posted["verb"], chosen),
            "posted": posted,
            "chosen": chosen,
            "back": back,
        }
        template = "tasks/_confirm.html" if self.request.htmx else "tasks/confirm.html"
        return render(self.request, template, context)

    def apply(self, posted, chosen, back) -> HttpResponse:
        changed, text = selection.apply(posted["verb"], chosen, self.request.user)
        level = messages.success if changed else messages.warning
        level(self.request, text)
        return self.go(back)

    def go(self, address: str) -> HttpResponse:
        if self.request.htmx:
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)


class OneTask(RoleRequired, View):
    """A page about one task, which the address names by its identifier."""

    @cached_property
    def task(self) -> Task:
        tasks = Task.objects.select_related("route", "route__incoming", "route__outgoing")
        for end in ("route__incoming__subscriber", "route__outgoing__publisher"):
            tasks = tasks.defer(end)
        deferred = ("route__transformers", "route__incoming__transformers")
        deferred += ("route__outgoing__transformers", "route__outgoing__after_transformers")
        return get_object_or_404(
            tasks.defer(*deferred), identifier=self.kwargs["identifier"].upper()
        )


class Detail(OneTask):
    """Overview, entity data, import messages or export messages of one task."""

    def get(self, request, identifier):
        tab = request.GET.get("tab", "overview")
        if tab not in dict(TABS):
            raise Http404
        detail = TaskDetail(self.task, tab, request.GET)
        context = {"detail": detail, "task": self.task, "may_act": request.user.may("editor")}
        return render(request, f"tasks/{tab}.html", context)


class Data(OneTask):
    """The entity data as a file."""

    def get(self, request, identifier):
        payload = get_object_or_404(Payload, task=self.task)
        name = f"{self.task.identifier}.json"
        return HttpResponse(
            payload.data,
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
