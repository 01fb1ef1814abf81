"""The dashboard: how many tasks stand where, how each route is, what runs, what failed, what comes.

`numbers` is what page and REST API show alike.
"""

from dataclasses import dataclass

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from alumio.access import RoleRequired
from alumio.models import Role
from alumio.overview import timetable
from alumio.overview.resources import Resources, resources
from alumio.overview.routes import RouteLine, by_colour, route_lines
from connectors.models import Connection, Incoming, Outgoing
from routes.models import Route
from scheduler import listing
from scheduler.models import Process
from scheduler.status import Status as ProcessStatus
from tasks import counts, errors
from tasks.hours import Hour, last_hours
from tasks.models import Cause, Level, Message, Task
from tasks.status import Status

MOST_CAUSES = 3
MOST_FAILURES = 6
MOST_PROCESSES = 6
MOST_RUNS = 5
MOST_ROUTES = 15
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
        found = numbers()
        if not found.routes:
            return render(request, "dashboard/welcome.html", context | {"steps": first_steps()})
        context |= {
            "tabs": counters(found),
            "routes": found.routes[:MOST_ROUTES],
            "more_routes": max(0, len(found.routes) - MOST_ROUTES),
            "colours": by_colour(found.routes),
            "processes": active_processes(),
            "causes": found.causes,
            "failures": latest_failures(),
            "hours": found.hours,
            "statuses": list(Status),
            "next_runs": found.next_runs,
            "resources": found.resources,
            "has_demo": any(line.route.demo for line in found.routes),
        }
        template = "dashboard/_live.html" if request.htmx else "dashboard/page.html"
        return render(request, template, context)


# ---------------------------------------------------------------- the numbers


@dataclass(frozen=True)
class Numbers:
    """All that the dashboard counts. `tasks` by status, `running` and `waiting` processes."""

    tasks: dict[Status, int]
    hours: list[Hour]
    routes: list[RouteLine]
    running: int
    waiting: int
    causes: list[tuple[Cause, counts.Tally]]
    next_runs: list[timetable.Upcoming]
    resources: Resources

    @property
    def total(self) -> int:
        return sum(self.tasks.values())


def numbers() -> Numbers:
    jobs = timetable.enabled_jobs()
    known = counts.by_status()
    active = Process.objects.order_by()
    return Numbers(
        tasks={status: known[status.value] for status in Status},
        hours=last_hours(),
        routes=route_lines(jobs),
        running=active.filter(status=ProcessStatus.RUNNING).count(),
        waiting=active.filter(status=ProcessStatus.SCHEDULED).count(),
        causes=errors.leading(MOST_CAUSES),
        next_runs=timetable.next_runs(jobs, timezone.now(), MOST_RUNS),
        resources=resources(),
    )


def counters(found: Numbers) -> list[dict]:
    """The counter of all tasks and that of each status, which leads to its tasks."""
    every = reverse("tasks:list")
    total = {
        "status": "all",
        "label": "Total",
        "meaning": "All tasks that are kept.",
        "tally": counts.Tally(found.total),
        "url": every,
    }
    return [total] + [
        {
            "status": status.value,
            "label": status.label,
            "meaning": status.meaning,
            "tally": counts.Tally(number),
            "url": f"{every}?status={status.value}",
        }
        for status, number in found.tasks.items()
    ]


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
