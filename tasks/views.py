"""The page of one task, with its data, its log and its history."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.views import View

from alumio.access import RoleRequired
from tasks.detail import TABS, TaskDetail
from tasks.models import Payload, Task


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
    """Overview, entity data, messages or history of one task. Asked for by htmx, what changed
    since the version that the page names; nothing (204) where nothing did."""

    def get(self, request, identifier):
        tab = request.GET.get("tab", "overview")
        if tab not in dict(TABS):
            raise Http404
        detail = TaskDetail(self.task, tab, request.GET)
        if request.htmx and request.headers.get("Alumio-Seen") == detail.version:
            return HttpResponse(status=204)
        context = {
            "detail": detail,
            "task": self.task,
            "may_act": request.user.may("editor"),
            "layout": "tasks/_news.html" if request.htmx else "tasks/detail.html",
        }
        response = render(request, f"tasks/{tab}.html", context)
        patch_vary_headers(response, ["HX-Request"])
        return response


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
