"""The dashboard: how many tasks stand where, how each route is doing, what runs, what failed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from alumio.access import RoleRequired
from alumio.models import Role
from connectors.models import Connection, Incoming, Outgoing
from routes.models import Route
from scheduler import listing
from scheduler.models import Process, ScheduledJob
from scheduler.schedule import first_run, last_processes
from tasks import counts, errors
from tasks.models import Level, Message, Task
from tasks.status import Status

MOST_CAUSES = 3
MOST_FAILURES = 6
MOST_PROCESSES = 6
STEPS = (
    (
        "Connection",
        "connections",
        Connection,
        "plug-connected",
        "The system you talk to, with its credentials. Public sources need none.",
    ),
    ("Incoming", "incomings", Incoming, "database-import", "What is fetched, and from where."),
    ("Outgoing", "outgoings", Outgoing, "database-export", "Where records are delivered, and how."),
    ("Route", "routes", Route, "route", "Joins the two: each record becomes a task of it."),
)
UNWELL = (Status.FAILED, Status.REJECTED)


class Dashboard(RoleRequired, View):
    """The first page; asked for by htmx, the part of it that changes."""

    def get(self, request):
        context = {"may_act": request.user.may(Role.EDITOR)}
        routes = route_lines()
        if not routes:
            return render(request, "dashboard/welcome.html", context | {"steps": first_steps()})
        context |= {
            "tabs": counters(),
            "routes": routes,
            "processes": active_processes(),
            "causes": errors.leading(MOST_CAUSES),
            "failures": latest_failures(),
            "has_demo": any(line.route.demo for line in routes),
        }
        template = "dashboard/_live.html" if request.htmx else "dashboard/page.html"
        return render(request, template, context)


def counters() -> list[dict]:
    """The counter of each status, which leads to its tasks."""
    known = counts.by_status()
    return [
        {
            "status": status.value,
            "label": status.label,
            "meaning": status.meaning,
            "tally": counts.Tally(known[status.value]),
            "url": f"{reverse('tasks:list')}?status={status.value}",
        }
        for status in Status
    ]


# ---------------------------------------------------------------- routes


@dataclass
class Part:
    """A piece of a bar: `at` and `width` in percent of it."""

    status: Status
    number: int
    at: float
    width: float


@dataclass
class RouteLine:
    """One route's row. `last` is the newest process of the route, else of its incoming."""

    route: Route
    parts: list[Part]
    total: int
    last: Process | None = None
    next: datetime | None = None


def route_lines() -> list[RouteLine]:
    """All routes by name, enabled ones first. Six queries, however many routes there are."""
    joined = Route.objects.select_related("incoming", "outgoing").order_by("-enabled", "name")
    shown = ("name", "identifier", "enabled", "demo", "realtime")
    ends = ("incoming__name", "incoming__enabled", "outgoing__name", "outgoing__enabled")
    routes = list(joined.only(*shown, *ends))
    numbers = counts.by_route() if routes else {}
    exports = last_processes(Route, [route.pk for route in routes])
    imports = last_processes(Incoming, [route.incoming_id for route in routes])
    upcoming = next_runs(routes)
    return [
        RouteLine(
            route=route,
            parts=bar(numbers.get(route.pk, Counter())),
            total=sum(numbers.get(route.pk, Counter()).values()),
            last=exports.get(route.pk) or imports.get(route.incoming_id),
            next=upcoming[route.pk],
        )
        for route in routes
    ]


def bar(numbers: Counter) -> list[Part]:
    """The statuses of a route side by side; what is there is at least two percent wide."""
    present = [(status, numbers[status]) for status in Status if numbers[status]]
    total = sum(number for _, number in present)
    widths = [max(2.0, 100 * number / total) for _, number in present]
    scale, at, parts = 100 / (sum(widths) or 1), 0.0, []
    for (status, number), width in zip(present, widths, strict=True):
        parts.append(Part(status, number, round(at, 2), round(width * scale, 2)))
        at += width * scale
    return parts


def next_runs(routes: list[Route]) -> dict[int, datetime | None]:
    """When each route, or its incoming where the route is real-time, is due next."""
    now = timezone.now()
    by_target: dict[tuple, list[ScheduledJob]] = {}
    for job in ScheduledJob.objects.filter(enabled=True):
        by_target.setdefault((job.incoming_id, job.route_id), []).append(job)
    due = {target: first_run(jobs, now) for target, jobs in by_target.items()}
    return {
        route.pk: due.get((route.incoming_id, None) if route.realtime else (None, route.pk))
        for route in routes
    }


# ---------------------------------------------------------------- what runs, what failed


def active_processes() -> list[Process]:
    """Running processes, then those that wait, in the order in which they start."""
    rows = listing.processes()
    running = list(rows.filter(status="running").order_by("id")[:MOST_PROCESSES])
    waiting = rows.filter(status="scheduled").order_by("priority", "id")
    return listing.describe(running + list(waiting[:MOST_PROCESSES]))[:MOST_PROCESSES]


@dataclass
class Failure:
    task: Task
    cause: str


def latest_failures() -> list[Failure]:
    """The newest failed and rejected tasks, each with its last error."""
    found: list[Task] = []
    for status in UNWELL:
        rows = Task.objects.filter(status=status).order_by("-id").select_related("route")
        found += rows.only(
            "identifier", "entity_identifier", "status", "updated_at", "route__name"
        )[:MOST_FAILURES]
    found = sorted(found, key=lambda task: task.updated_at, reverse=True)[:MOST_FAILURES]
    causes = last_errors([task.pk for task in found])
    return [Failure(task, causes.get(task.pk, "")) for task in found]


def last_errors(tasks: list[int]) -> dict[int, str]:
    errors = Message.objects.filter(task__in=tasks, level__gte=Level.ERROR).order_by("id")
    return dict(errors.values_list("task_id", "text"))


# ---------------------------------------------------------------- a fresh instance


def first_steps() -> list[dict]:
    """What a new instance needs before records travel, and which of it is there."""
    return [
        {
            "noun": noun,
            "about": about,
            "icon": icon,
            "list": f"{namespace}:list",
            "create": f"{namespace}:create",
            "number": model.objects.count(),
        }
        for noun, namespace, model, icon, about in STEPS
    ]
