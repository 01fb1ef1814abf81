"""The page of the map, and the numbers in its nodes, which are renewed by themselves."""

from django.shortcuts import render
from django.views import View

from alumio.access import RoleRequired
from alumio.models import Role
from alumio.overview.health import Colour
from alumio.overview.map import Map, Wanted


class MapPage(RoleRequired, View):
    """Asked for by htmx, the graph alone."""

    def get(self, request):
        graph = Map(wanted(request))
        context = {
            "graph": graph,
            "wanted": graph.wanted,
            "colours": Colour,
            "query": request.GET.urlencode(),
            "may_act": request.user.may(Role.EDITOR),
        }
        return render(request, "map/_graph.html" if request.htmx else "map/page.html", context)


class MapNumbers(RoleRequired, View):
    """The numbers of the nodes that the page shows."""

    def get(self, request):
        return render(request, "map/_numbers.html", {"graph": Map(wanted(request))})


def wanted(request) -> Wanted:
    asked = {name: request.GET.get(name, "").replace("\0", "").strip() for name in NAMES}
    return Wanted(words=asked["q"], system=asked["system"], colour=asked["health"])


NAMES = ("q", "system", "health")
