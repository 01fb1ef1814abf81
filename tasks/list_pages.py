"""The pages of the task list: the list, what came since, its columns, and the list as a file."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.models import Role
from alumio.views import YEAR_IN_SECONDS, safe_next
from tasks import columns
from tasks.download import Download
from tasks.listing import TaskList
from tasks.saved_views import Tabs


class List(RoleRequired, View):
    """Tasks, newest first; the address says which."""

    def get(self, request):
        tasks = TaskList(request.GET, request.COOKIES.get(columns.COOKIE, ""))
        context = {
            "list": tasks,
            "views": Tabs(tasks.params, request.user),
            "may_act": request.user.may("editor"),
        }
        if not tasks.faults:
            context["live_url"] = tasks.live_url()
        return render(request, "tasks/list.html", context, status=400 if tasks.faults else 200)


class Live(RoleRequired, View):
    """What changed since the list was shown: counters, rows in sight, and how many are new."""

    def get(self, request):
        tasks = TaskList(request.GET, request.COOKIES.get(columns.COOKIE, ""))
        if tasks.faults:
            return HttpResponse(status=204)
        context = {
            "list": tasks,
            "live_url": tasks.live_url(),
            "news": tasks.news(),
            "changed": tasks.changed(),
            "may_act": request.user.may("editor"),
        }
        return render(request, "tasks/_live.html", context)


class Columns(RoleRequired, View):
    """Remembers which columns a person wants to see, in a cookie; an address may name others."""

    role_to_change = Role.VIEWER

    def post(self, request):
        wanted = columns.chosen(",".join(request.POST.getlist("columns")))
        response = redirect(without_columns(safe_next(request, reverse("tasks:list"))))
        if "usual" in request.POST or wanted == columns.USUAL:
            response.delete_cookie(columns.COOKIE, samesite="Lax")
            return response
        names = ",".join(column.name for column in wanted)
        response.set_cookie(columns.COOKIE, names, max_age=YEAR_IN_SECONDS, samesite="Lax")
        return response


def without_columns(address: str) -> str:
    """The address without columns of its own, so that those just chosen show."""
    path, _, text = address.partition("?")
    query = QueryDict(text, mutable=True)
    query.pop("columns", None)
    return f"{path}?{query.urlencode()}".rstrip("?")


class DownloadPage(RoleRequired, View):
    """The list as a file. A filter that cannot be read is shown on the list."""

    kind = ""

    def get(self, request):
        download = Download(request.GET, self.kind)
        if download.faults:
            return redirect(f"{reverse('tasks:list')}?{request.GET.urlencode()}")
        return download.response(Actor.of(request))
