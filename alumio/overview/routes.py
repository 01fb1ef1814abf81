"""The routes of the dashboard: how each is, what it holds, when it ran and when it runs next."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from alumio.overview import health, timetable
from alumio.overview.health import Colour, Health
from connectors.models import Incoming
from routes.models import Route
from scheduler.models import Process
from scheduler.schedule import last_processes
from tasks import counts
from tasks.status import Status

GRAVEST_FIRST = list(Colour)


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
    health: Health
    numbers: Counter
    last: Process | None = None
    next: datetime | None = None

    @property
    def parts(self) -> list[Part]:
        return bar(self.numbers)

    @property
    def total(self) -> int:
        return self.numbers.total()


def route_lines(jobs: list | None = None) -> list[RouteLine]:
    """All routes, those that need somebody first, then by name. Twelve queries, however many."""
    routes = list(_rows())
    if not routes:
        return []
    now = timezone.now()
    numbers = counts.by_route()
    runs = timetable.runs_of(routes, timetable.enabled_jobs() if jobs is None else jobs, now)
    states = judged(routes, numbers, runs, now)
    exports = last_processes(Route, [route.pk for route in routes])
    imports = last_processes(Incoming, [route.incoming_id for route in routes])
    lines = [
        RouteLine(
            route=route,
            health=states[route.pk],
            numbers=numbers.get(route.pk, Counter()),
            last=exports.get(route.pk) or imports.get(route.incoming_id),
            next=runs[route.pk].next,
        )
        for route in routes
    ]
    return sorted(lines, key=lambda line: GRAVEST_FIRST.index(line.health.colour))


def _rows():
    joined = Route.objects.select_related("incoming", "outgoing").order_by("name")
    shown = ("name", "identifier", "enabled", "demo", "realtime")
    ends = ("name", "identifier", "enabled")
    return joined.only(
        *shown, *(f"{end}__{column}" for end in ("incoming", "outgoing") for column in ends)
    )


def judged(
    routes: list[Route], numbers: dict[int, Counter], runs: dict[int, timetable.Runs], now: datetime
) -> dict[int, Health]:
    """The health of each route by its primary key."""
    found = {}
    for key, facts in health.facts_of(routes, numbers, now).items():
        facts.is_scheduled = bool(runs[key].jobs)
        facts.usual_wait = runs[key].pause
        found[key] = health.judge(facts, now)
    return found


def by_colour(lines: list[RouteLine]) -> list[tuple[Colour, int]]:
    """How many routes are how, the gravest first."""
    numbers = Counter(line.health.colour for line in lines)
    return [(colour, numbers[colour]) for colour in Colour]


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
