"""The pages across tasks: the timeline of an entity, and the search for a business key."""

from urllib.parse import urlencode

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from alumio.access import RoleRequired
from tasks.log import Line
from tasks.models import Message
from tasks.search import Search
from tasks.timeline import EntityTimeline
from tasks.views import OneTask


class Entity(RoleRequired, View):
    """All tasks of one entity in all routes, and what happened to them."""

    def get(self, request):
        entity = EntityTimeline(request.GET)
        return render(request, "tasks/entity.html", {"entity": entity})


class SearchPage(RoleRequired, View):
    """Leads to the one thing that was meant, or shows all that may be. `all`: show it anyway."""

    def get(self, request):
        search = Search(request.GET.get("q", ""))
        if search.can_look and "all" not in request.GET and (meant := meant_by(search)):
            return redirect(meant)
        return render(request, "tasks/search.html", {"search": search})


class OneMessage(OneTask):
    """One log line with all of its text and detail."""

    def get(self, request, identifier, pk):
        message = get_object_or_404(Message, pk=pk, task=self.task)
        return render(request, "tasks/message.html", {"task": self.task, "line": Line(message)})


def meant_by(search: Search) -> str:
    """The address of the one entity or task that the text means; empty where it may be several."""
    if search.exact:
        return timeline_of(search.text)
    if search.task:
        return reverse("tasks:detail", args=[search.task.identifier])
    if len(search.entities) == 1:
        return timeline_of(search.entities[0].identifier)
    if len(search.endings) == 1:
        return reverse("tasks:detail", args=[search.endings[0].identifier])
    return ""


def timeline_of(identifier: str) -> str:
    return f"{reverse('tasks:entity')}?{urlencode({'id': identifier})}"
