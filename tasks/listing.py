"""The task list as a page shows it: what was asked for, the rows, the counts, and every link."""

from datetime import datetime, timedelta
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from alumio import keyset
from alumio.located import Located
from routes.models import Route
from tasks import counts
from tasks.actions import VERBS
from tasks.filters import TaskFilter
from tasks.models import Task
from tasks.status import MACHINE, Status

SIZES = (25, 50, 100, 250)
SIZE = 50
PAGING = ("cursor", "page_size")
BUTTONS = ("retry", "skip", "mark-finished", "mark-failed")
TEXTS = (
    ("entity_identifier", "Entity identifier"),
    ("entity_schema", "Entity schema"),
    ("identifier", "Identifier"),
)
PRESETS = (
    ("Last hour", timedelta(hours=1)),
    ("Last 24 hours", timedelta(hours=24)),
    ("Last 7 days", timedelta(days=7)),
    ("Last 30 days", timedelta(days=30)),
)


class TaskList:
    """One request's view of the tasks. `params` is the query of the address."""

    def __init__(self, params: QueryDict):
        self.params = params.copy()
        self.newest = _number(self.params.pop("newest", ["0"])[-1])
        self.seen = self.params.pop("seen", [""])[-1]
        ids = self.params.pop("ids", [""])[-1].split(",")
        self.ids = [int(i) for i in ids[: max(SIZES)] if _number(i)]
        for name in [name for name in self.params if not any(self.params.getlist(name))]:
            del self.params[name]
        self.filter = TaskFilter(self.params, besides=PAGING)
        self.faults = [] if self.filter.is_valid() else self.filter.located_errors()

    # -- rows -----------------------------------------------------------------------------------

    @cached_property
    def size(self) -> int:
        wanted = _number(self.params.get("page_size"))
        return wanted if wanted in SIZES else SIZE

    @cached_property
    def tasks(self):
        return self.filter.apply(Task.objects.all())

    @cached_property
    def page(self) -> keyset.Page:
        try:
            page = keyset.page(self.tasks, "-id", self.size, self.params.get("cursor"))
        except Located:
            page = keyset.page(self.tasks, "-id", self.size)
        return page._replace(rows=self.dressed(page.rows))

    def dressed(self, rows: list[Task]) -> list[Task]:
        """The rows with their routes and what a person may do with them. Reads no settings."""
        for task in rows:
            task.shown_route = self.routes.get(task.route_id)
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
    def total(self) -> counts.Tally:
        """Tasks that match, of the statuses asked for."""
        wanted = self.statuses or list(Status.values)
        chosen = [self.tallies[status] for status in wanted]
        return counts.Tally(sum(t.number for t in chosen), all(t.exact for t in chosen))

    @cached_property
    def statuses(self) -> list[str]:
        return [] if self.faults else self.filter.cleaned_data["status"]

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
        """The buttons over the list; those for Waiting where such tasks are in sight."""
        waiting = any(task.status == Status.WAITING for task in self.page.rows)
        return [
            {"name": verb.name, "label": verb.label, "sources": " ".join(verb.sources)}
            for verb in (VERBS[name] for name in BUTTONS)
            if waiting or Status.WAITING not in verb.sources
        ]

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

    def live_url(self) -> str:
        """Where to ask next for what changed: since now, for these rows, against this newest."""
        query = self.params.copy()
        ids = self.ids or [task.pk for task in self.page.rows]
        query["ids"] = ",".join(map(str, ids))
        query["newest"] = str(self.newest or self.watermark)
        query["seen"] = timezone.now().isoformat()
        return f"{reverse('tasks:live')}?{query.urlencode()}"

    def first_url(self) -> str:
        return self.url()

    # -- links ----------------------------------------------------------------------------------

    def url(self, **changes) -> str:
        """This list with other parameters, from its first page; None takes one away."""
        query = self.params.copy()
        query.pop("cursor", None)
        for name, value in changes.items():
            if value is None:
                query.pop(name, None)
            elif isinstance(value, list):
                query.setlist(name, value)
            else:
                query[name] = value
        return f"{reverse('tasks:list')}?{query.urlencode()}".rstrip("?")

    @property
    def clear_url(self) -> str:
        size = self.params.get("page_size")
        return reverse("tasks:list") + (f"?page_size={size}" if size else "")

    def next_url(self) -> str | None:
        return self.url(cursor=self.page.next) if self.page.next else None

    def previous_url(self) -> str | None:
        return self.url(cursor=self.page.previous) if self.page.previous else None

    def size_links(self) -> list[tuple[int, str]]:
        return [(size, self.url(page_size=size)) for size in SIZES]

    def filter_query(self) -> str:
        """The filter alone, as an action over all that match takes it."""
        query = self.params.copy()
        for name in PAGING:
            query.pop(name, None)
        return query.urlencode()

    # -- the filter bar -------------------------------------------------------------------------

    @cached_property
    def is_filtered(self) -> bool:
        return bool(self.faults or self.filter.criteria())

    @property
    def more_used(self) -> int:
        """How many filters of the last menu are set."""
        names = {name.partition("__")[0] for name in self.params}
        return len(names & {"identifier", "entity_schema"})

    @cached_property
    def chosen_routes(self) -> list[str]:
        return [] if self.faults else self.filter.criteria().get("route", [])

    def texts(self) -> list[dict]:
        return [self._text(name, label) for name, label in TEXTS]

    def _text(self, name: str, label: str) -> dict:
        equals = bool(self.params.get(name))
        value = self.params.get(name) or self.params.get(f"{name}__contains", "")
        return {"name": name, "label": label, "equals": equals, "value": value}

    def ranges(self) -> list[dict]:
        now = timezone.now().replace(second=0, microsecond=0)
        return [
            {
                "name": name,
                "label": name.capitalize(),
                "after": self.params.get(f"{name}_after", ""),
                "before": self.params.get(f"{name}_before", ""),
                "presets": [
                    (text, self.url(**{f"{name}_after": _utc(now - age), f"{name}_before": None}))
                    for text, age in PRESETS
                ],
            }
            for name in ("created", "updated")
        ]

    def chips(self) -> list[dict]:
        """What narrows the list, each with the address of the list without it."""
        if self.faults:
            return []
        return [chip for name in self.filter.criteria() for chip in self._chips(name)]

    def _chips(self, name: str) -> list[dict]:
        value = self.filter.cleaned_data[name]
        label = self.filter.fields[name].label or name.capitalize()
        if name == "status":
            return [self._chip(name, "Status", Status(s).label, s) for s in value]
        if name == "route":
            return [self._chip(name, "Route", route.name, route.identifier) for route in value]
        if isinstance(value, datetime):
            return [self._chip(name, label, value, moment=True)]
        return [self._chip(name, label, f"“{value}”")]

    def _chip(self, name, label, text, one=None, moment=False) -> dict:
        rest = [v for v in self.filter.criteria()[name] if v != one] if one else []
        url = self.url(**{name: rest or None})
        return {"name": name, "label": label, "text": text, "moment": moment, "url": url}


def _number(text) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%MZ")
