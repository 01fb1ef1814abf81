"""The page of errors: groups of tasks with one cause, each a filter of tasks with its own retry."""

from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from alumio.access import RoleRequired
from alumio.listing import Listing
from routes.models import Route
from tasks import counts
from tasks.errors import SORTS, UNWELL, ErrorFilter, Errors, Group
from tasks.filter_bar import PRESETS
from tasks.models import Task
from tasks.status import Status


class ErrorsPage(RoleRequired, View):
    """All of it; asked for by htmx, the groups alone."""

    def get(self, request):
        found = ErrorList(request.GET)
        context = {"list": found, "may_act": request.user.may("editor")}
        template = "errors/_groups.html" if request.htmx else "errors/list.html"
        return render(request, template, context, status=400 if found.faults else 200)


class ErrorList(Listing):
    """One request's view of the errors, with every link of its page."""

    place, filter_class, besides = "errors:list", ErrorFilter, ("sort", "page")
    cursor, size = "page", 25

    def __init__(self, params: QueryDict):
        super().__init__(params)
        self.errors = Errors(self.filter, self.params.get("sort"))

    # -- groups ---------------------------------------------------------------------------------

    @cached_property
    def pages(self) -> int:
        return max(1, -(-len(self.errors.groups) // self.size))

    @cached_property
    def number(self) -> int:
        text = self.params.get("page", "1")
        wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
        return min(max(wanted, 1), self.pages)

    @cached_property
    def groups(self) -> list[Group]:
        start = (self.number - 1) * self.size
        groups = self.errors.described(self.errors.groups[start : start + self.size])
        for group in groups:
            group.bars = bars(group.hours)
            group.tasks_url = self.tasks_url(group)
            group.retry_query = self.tasks_query(group, Status.FAILED)
            group.badges = [(s, t, self.tasks_url(group, s)) for s, t in group.statuses()]
        return groups

    @cached_property
    def watermark(self) -> int:
        """The newest task of all when the page is drawn: a retry touches no later one."""
        return Task.objects.order_by("-id").values_list("id", flat=True).first() or 0

    @cached_property
    def unexplained(self) -> int:
        """Tasks that failed without a cause being kept; looked for where there are no groups."""
        known = counts.by_status()
        return 0 if self.errors.groups or self.is_filtered else sum(known[s] for s in UNWELL)

    # -- links ----------------------------------------------------------------------------------

    @property
    def is_filtered(self) -> bool:
        return bool(self.faults or self.criteria)

    def tasks_query(self, group: Group, status: str | None = None) -> str:
        """The filter of tasks that finds those of a group."""
        statuses = [status] if status else [s.value for s, _ in group.statuses()]
        asked = self.criteria | {"cause": group.cause, "status": statuses}
        return urlencode(asked, doseq=True)

    def tasks_url(self, group: Group, status: str | None = None) -> str:
        return f"{reverse('tasks:list')}?{self.tasks_query(group, status)}"

    @property
    def here(self) -> str:
        return self.url(page=str(self.number)) if self.number > 1 else self.url()

    def next_url(self) -> str | None:
        return self.url(page=str(self.number + 1)) if self.number < self.pages else None

    def previous_url(self) -> str | None:
        return self.url(page=str(self.number - 1)) if self.number > 1 else None

    # -- the filter bar -------------------------------------------------------------------------

    def sorts(self) -> list[tuple[str, str, bool]]:
        return [
            (label, self.url(sort=key), key == self.errors.sort) for key, label in SORTS.items()
        ]

    def tabs(self) -> list[dict]:
        chosen = self.criteria.get("status", [])
        return [
            {
                "status": status.value,
                "label": status.label,
                "active": status.value in chosen,
                "url": self.url(status=None if chosen == [status] else status.value),
            }
            for status in UNWELL
        ]

    @cached_property
    def routes(self) -> dict[int, Route]:
        return {r.pk: r for r in Route.objects.only("id", "identifier", "name").order_by("name")}

    def kept(self) -> list[tuple[str, str]]:
        """What the form of routes carries along."""
        names = ("sort", "status", "updated_after", "updated_before")
        return [(name, value) for name in names for value in self.params.getlist(name)]

    def seen(self) -> list[tuple[str, str, bool]]:
        return self.presets("updated_after", "updated_before", PRESETS)


def bars(hours: list[int]) -> list[dict]:
    """A bar for each hour, in percent of the highest; an hour with any is always to be seen."""
    highest, last = max(hours, default=0), len(hours) - 1
    heights = [max(12, round(100 * number / highest)) if number else 0 for number in hours]
    return [
        {
            "at": index,
            "top": 100 - height,
            "height": height,
            "number": number,
            "ago": last - index,
        }
        for index, (number, height) in enumerate(zip(hours, heights, strict=True))
    ]
