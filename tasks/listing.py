"""The task list as a page shows it: what was asked for, the rows, the counts, and every link."""

import json
from datetime import datetime, timedelta
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from alumio import keyset
from alumio.listing import Listing
from routes.models import Route
from tasks import columns, counts
from tasks.actions import VERBS
from tasks.columns import Column
from tasks.filter_bar import FilterBar
from tasks.filters import TaskFilter
from tasks.models import Cause, Task
from tasks.status import MACHINE, Status

SIZES = (25, 50, 100, 250)
SIZE = 50
BESIDES = ("cursor", "page_size", "columns", "view")
"""Parameters of the address that are not the filter's."""
BUTTONS = ("retry", "skip", "mark-finished", "mark-failed")


class TaskList(Listing):
    """One request's view of the tasks. `params` is the query of the address; `remembered` the
    columns that the browser keeps, for an address that names none."""

    place, filter_class, besides = "tasks:list", TaskFilter, BESIDES

    def __init__(self, params: QueryDict, remembered: str = ""):
        self.params, self.remembered = params.copy(), remembered
        self.newest = _number(self.params.pop("newest", ["0"])[-1])
        self.seen = self.params.pop("seen", [""])[-1]
        ids = self.params.pop("ids", [""])[-1].split(",")
        self.ids = [int(i) for i in ids[: max(SIZES)] if _number(i)]
        super().__init__(self.params)

    # -- rows -----------------------------------------------------------------------------------

    @cached_property
    def size(self) -> int:
        wanted = _number(self.params.get("page_size"))
        return wanted if wanted in SIZES else SIZE

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return columns.chosen(self.params.get("columns") or self.remembered)

    def column_choices(self) -> list[tuple[Column, bool]]:
        return [(column, column in self.columns) for column in columns.COLUMNS.values()]

    @property
    def has_usual_columns(self) -> bool:
        return self.columns == columns.USUAL

    @property
    def is_broad(self) -> bool:
        return len(self.columns) > len(columns.USUAL) + 1

    @cached_property
    def tasks(self):
        return self.filter.apply(Task.objects.all())

    @cached_property
    def page(self) -> keyset.Page:
        page = self.paged(self.tasks)
        return page._replace(rows=self.dressed(page.rows))

    def dressed(self, rows: list[Task]) -> list[Task]:
        """The rows with what the columns show and what a person may do. Reads no settings."""
        columns.dress(rows, self.routes, self.columns)
        for task in rows:
            task.verbs = MACHINE.allowed(task.status)
        return rows

    @cached_property
    def routes(self) -> dict[int, Route]:
        return {r.pk: r for r in Route.objects.only("id", "identifier", "name").order_by("name")}

    # -- counts ---------------------------------------------------------------------------------

    @cached_property
    def tallies(self) -> dict[str, counts.Tally]:
        """Tasks of each status within the other filters."""
        others = self.filter.criteria() if not self.faults else {}
        others.pop("status", None)
        if not others:
            known = counts.by_status()
            return {status.value: counts.Tally(known[status.value]) for status in Status}
        return counts.within(TaskFilter(others).apply(Task.objects.all()))

    @cached_property
    def chosen_tallies(self) -> dict[str, counts.Tally]:
        """The same for the statuses asked for: what the list holds."""
        return {status: self.tallies[status] for status in self.statuses or Status.values}

    @cached_property
    def total(self) -> counts.Tally:
        """Tasks that match, of the statuses asked for."""
        chosen = self.chosen_tallies.values()
        return counts.Tally(sum(t.number for t in chosen), all(t.exact for t in chosen))

    @cached_property
    def statuses(self) -> list[str]:
        return self.filter.cleaned_data.get("status", [])

    def tabs(self) -> list[dict]:
        return [
            {
                "status": status.value,
                "label": status.label,
                "meaning": status.meaning,
                "tally": self.tallies[status.value],
                "active": status.value in self.statuses,
                "url": self.url(status=None if self.statuses == [status] else status.value),
            }
            for status in Status
        ]

    @cached_property
    def verbs(self) -> list[dict]:
        """The buttons over the list; those for Waiting where the list holds such tasks."""
        waiting = self.chosen_tallies.get(Status.WAITING)
        return [
            {"name": verb.name, "label": verb.label, "sources": " ".join(verb.sources)}
            for verb in (VERBS[name] for name in BUTTONS)
            if (waiting and waiting.number) or Status.WAITING not in verb.sources
        ]

    def numbers(self) -> str:
        """How many tasks of each status the list holds, for the buttons."""
        return json.dumps({status: tally.number for status, tally in self.chosen_tallies.items()})

    # -- what came since ------------------------------------------------------------------------

    @cached_property
    def watermark(self) -> int:
        """The newest task of all at this moment; later ones are news."""
        return Task.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def news(self) -> counts.Tally:
        """How many matching tasks came after `newest`."""
        count, exact = keyset.bounded_count(self.tasks.filter(id__gt=self.newest))
        return counts.Tally(count, exact)

    def changed(self) -> list[Task]:
        """Those of the shown rows that changed after `seen`."""
        try:
            since = datetime.fromisoformat(self.seen)
        except ValueError:
            return []
        rows = Task.objects.filter(id__in=self.ids, updated_at__gt=since - timedelta(seconds=2))
        return self.dressed(list(rows))

    def live_columns(self) -> list[Column]:
        return [column for column in self.columns if column.live]

    def live_url(self) -> str:
        """Where to ask next for what changed: since now, for these rows, against this newest."""
        query = self.params.copy()
        ids = self.ids or [task.pk for task in self.page.rows]
        query["ids"] = ",".join(map(str, ids))
        query["newest"] = str(self.newest or self.watermark)
        query["seen"] = timezone.now().isoformat()
        return f"{reverse('tasks:live')}?{query.urlencode()}"

    # -- links ----------------------------------------------------------------------------------

    def first_url(self) -> str:
        return self.url()

    @property
    def clear_url(self) -> str:
        query = {name: self.params[name] for name in ("page_size",) if name in self.params}
        return f"{self.address}?{urlencode(query)}".rstrip("?")

    def size_links(self) -> list[tuple[int, str]]:
        return [(size, self.url(page_size=size)) for size in SIZES]

    def filter_query(self) -> str:
        """The filter alone, as an action over all that match takes it. “24 hours ago” is the moment
        when the page was shown."""
        return urlencode(self.filter.criteria(), doseq=True)

    def file_query(self) -> str:
        """The filter and the columns, as a file of the list takes them."""
        names = ",".join(column.name for column in self.columns)
        return urlencode(self.filter.criteria() | {"columns": names}, doseq=True)

    # -- the filter bar -------------------------------------------------------------------------

    @cached_property
    def is_filtered(self) -> bool:
        return bool(self.faults or self.filter.criteria())

    @cached_property
    def bar(self) -> FilterBar:
        return FilterBar(self)

    def chips_of(self, name: str) -> list[dict]:
        if name == "cause":
            return [self.chip(name, _cause(self.filter.cleaned_data[name]))]
        return super().chips_of(name)


def _cause(number: int) -> str:
    """The text of a cause; its number where it is gone."""
    found = Cause.objects.filter(pk=number).values_list("text", flat=True).first()
    return f"“{found}”" if found else f"number {number}"


def _number(text) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
