"""The pages of processes: what is shown of a process, and of the list of them."""

from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from alumio import keyset
from alumio.listing import Listing
from connectors.models import Incoming
from routes.models import Route
from scheduler.filters import ProcessFilter
from scheduler.models import CHORES, Kind, Process, Trigger
from scheduler.status import Status
from scheduler.told import chips
from scheduler.waiting import Waiting
from scheduler.webhooks.reading import incomings_of

ICONS = {
    Kind.IMPORT: "database-import",
    Kind.EXPORT: "database-export",
    Kind.WEBHOOK: "webhook",
    Kind.REPAIR: "tool",
    Kind.PRUNE: "recycle",
    Kind.BULK: "list-check",
    Kind.REIMPORT: "refresh",
    Kind.FORGET: "trash",
    Kind.REPLAY: "repeat",
}
ACTIVE = (Status.SCHEDULED, Status.RUNNING)
SETTINGS = (
    "incoming__subscriber",
    "incoming__transformers",
    "route__transformers",
    "webhook__validators",
    "webhook__handshake",
    "webhook__token",
)


def processes():
    """Processes with the names of what they run, and none of its settings."""
    joined = Process.objects.select_related(
        "incoming", "route", "webhook", "started_by", "scheduled_job"
    )
    return joined.defer(*SETTINGS)


def describe(rows: list[Process]) -> list[Process]:
    """Give each process what its row shows: how long it waited and ran, how far it is, and what it
    waits for."""
    now = timezone.now()
    waiting = Waiting()
    for process in rows:
        begun = process.started_at or process.ended_at
        process.waited = (begun or now) - process.created_at
        process.ran = (process.ended_at or now) - process.started_at if process.started_at else None
        process.percent = _percent(process)
        process.icon = ICONS[process.job]
        process.chips = chips(process)
        process.waits_for = waiting.reason(process)
    return rows


def _percent(process: Process) -> int | None:
    """How much is done; None where nobody knows how much there is."""
    if not process.total:
        return None
    return min(100, round(100 * process.done / process.total))


class ProcessList(Listing):
    """One request's view of the processes."""

    place, filter_class = "processes:list", ProcessFilter

    @cached_property
    def page(self) -> keyset.Page:
        rows = self.filter.apply(processes().defer("cursor", "revisions"))
        page = self.paged(rows)
        return page._replace(rows=describe(page.rows))

    def tabs(self) -> list[dict]:
        """Statuses with what is going on now, each a link."""
        chosen = self.criteria.get("status", [])
        active = Process.objects.filter(status__in=ACTIVE).order_by().values_list("status")
        numbers = dict(active.annotate(Count("id")))
        return [
            {
                "status": status.value,
                "label": status.label,
                "number": numbers.get(status.value, 0) if status in ACTIVE else None,
                "active": status.value in chosen,
                "url": self.url(status=None if chosen == [status.value] else status.value),
            }
            for status in Status
        ]

    def jobs(self) -> list[tuple]:
        return self._choices("job", Kind)

    def triggers(self) -> list[tuple]:
        return self._choices("trigger", Trigger)

    def _choices(self, name: str, choices) -> list[tuple]:
        chosen = self.criteria.get(name, [])
        options = [
            (each.label, self.url(**{name: each.value}), chosen == [each.value]) for each in choices
        ]
        return [("All", self.url(**{name: None}), not chosen), *options]

    def chips(self) -> list[dict]:
        """What the tabs and menus do not show already."""
        return [
            chip for chip in super().chips() if chip["name"] in ("incoming", "route", "webhook")
        ]


def tasks_url(process: Process) -> str:
    """The list of the tasks that a process made or moved: those of its routes, of its time."""
    if not process.started_at:
        return ""
    if process.job in CHORES:
        return _tasks_url_of_chore(process)
    if process.job in (Kind.IMPORT, Kind.WEBHOOK):
        made_by = Route.objects.filter(incoming__in=_read_by(process))
        routes, moment = list(made_by.values_list("identifier", flat=True)), "created"
    else:
        routes, moment = [process.route.identifier], "updated"
    if not routes:
        return ""
    return _tasks_of({"route": routes}, process, moment)


def _read_by(process: Process) -> list[Incoming]:
    """The incomings by which a process made tasks."""
    if process.job == Kind.IMPORT:
        return [process.incoming]
    return incomings_of(process.webhook)


def _tasks_url_of_chore(process: Process) -> str:
    """Those of a bulk action: what matches it, but for the status, and has changed since."""
    if process.job != Kind.BULK:
        return ""
    asked = process.arguments["choice"].get("filter") or {}
    kept = ("route", "entity", "identifier", "created", "cause")
    return _tasks_of({n: v for n, v in asked.items() if n.startswith(kept)}, process, "updated")


def _tasks_of(criteria: dict, process: Process, moment: str) -> str:
    query = QueryDict(mutable=True)
    for name, value in criteria.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    query[f"{moment}_after"] = _utc(process.started_at)
    if process.ended_at:
        query[f"{moment}_before"] = _utc(process.ended_at, beyond=1)
    return f"{reverse('tasks:list')}?{query.urlencode()}"


def _utc(moment: datetime, beyond: int = 0) -> str:
    return (moment + timedelta(seconds=beyond)).strftime("%Y-%m-%dT%H:%M:%SZ")
