"""The timeline of an entity: its tasks in all routes, and what happened to each, newest first.

A page holds some tasks, the newest first, and all that happened to them, however late. Tasks are
found by the index on entity identifiers and their lines by the index on tasks, so that it costs the
same among millions.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from alumio import keyset
from alumio.located import Located
from routes.models import Route
from tasks import counts, history
from tasks.models import Task
from tasks.status import Status

TASKS = 25
BESIDE_A_TASK = 8
"""Tasks, and three times as many events, on a task's own page."""
LANES = 6
MOST_COUNTED = 10_000
SHOWN = (
    "identifier",
    "status",
    "entity_identifier",
    "created_at",
    "updated_at",
    "next_attempt_at",
    "attempt",
    "held_by",
    "imported_by",
    "route_id",
)
VERBS = {"import": "Imported", "release": "Given back", "give up": "Given up"}


@dataclass(frozen=True)
class Event:
    """Something that happened to one task, drawn in the lane of its route."""

    change: history.Change
    route: Route
    lane: int

    @property
    def words(self) -> str:
        """“Imported”, “Attempt 2”, “Retried by ana@example.com”."""
        change = self.change
        if change.verb in VERBS:
            return VERBS[change.verb]
        if change.is_going_on or change.lasted is not None:
            return f"Attempt {change.attempt}"
        return ""


class Timeline:
    """What happened to some tasks, and the lanes of their routes."""

    def __init__(self, tasks: Sequence[Task]):
        self.tasks = tasks

    @cached_property
    def routes(self) -> list[Route]:
        wanted = {task.route_id for task in self.tasks}
        rows = Route.objects.filter(pk__in=wanted).only("id", "identifier", "name")
        return list(rows.order_by("name"))

    @cached_property
    def lanes(self) -> dict[int, int]:
        """The lane of each route; further routes share the last one."""
        return {route.pk: min(n, LANES) for n, route in enumerate(self.routes, 1)}

    @property
    def lane_numbers(self) -> list[int]:
        return sorted(set(self.lanes.values()))

    @cached_property
    def events(self) -> list[Event]:
        """Newest first. A claim is left out where the end of its attempt tells of it."""
        routes = {route.pk: route for route in self.routes}
        changes = [
            change
            for found in history.of_many(self.tasks).values()
            for change in found
            if change.verb != "claim" or change.is_going_on
        ]
        changes.sort(key=lambda change: (change.at, change.task.pk), reverse=True)
        return [
            Event(change, routes[change.task.route_id], self.lanes[change.task.route_id])
            for change in changes
        ]


class EntityTimeline:
    """One request for the timeline of an entity: `?id=…`, perhaps one route, perhaps a cursor."""

    def __init__(self, params: QueryDict):
        self.identifier = params.get("id", "").replace("\0", "")
        self.route_name = params.get("route", "").replace("\0", "")
        self.cursor = params.get("cursor")

    @cached_property
    def tasks(self) -> QuerySet:
        tasks = of_entity(self.identifier)
        return tasks.filter(route__identifier=self.route_name) if self.route_name else tasks

    @cached_property
    def page(self) -> keyset.Page:
        rows = self.tasks.only(*SHOWN)
        try:
            return keyset.page(rows, "-id", TASKS, self.cursor)
        except Located:
            return keyset.page(rows, "-id", TASKS)

    @cached_property
    def timeline(self) -> Timeline:
        return Timeline(self.page.rows)

    @cached_property
    def numbers(self) -> tuple[dict[int, Counter], bool]:
        """{route id: {status: tasks}} of the newest 10,000, and whether these are all."""
        some = of_entity(self.identifier).values_list("route_id", "status")
        found: dict[int, Counter] = {}
        for route, status in some.order_by("-id")[: MOST_COUNTED + 1]:
            found.setdefault(route, Counter())[status] += 1
        number = sum(counter.total() for counter in found.values())
        return found, number <= MOST_COUNTED

    @property
    def total(self) -> counts.Tally:
        found, exact = self.numbers
        number = sum(counter.total() for counter in found.values())
        return counts.Tally(min(number, MOST_COUNTED), exact)

    @property
    def by_status(self) -> list[tuple[Status, int]]:
        summed = sum(self.numbers[0].values(), Counter())
        return [(status, summed[status]) for status in Status if summed[status]]

    @property
    def choices(self) -> list[dict]:
        """The routes that have tasks of this entity, each with the address of its own timeline."""
        found = self.numbers[0]
        routes = Route.objects.filter(pk__in=found).only("id", "identifier", "name")
        return [
            {
                "name": route.name,
                "number": found[route.pk].total(),
                "lane": self.timeline.lanes.get(route.pk),
                "active": route.identifier == self.route_name,
                "url": self.url(route=route.identifier),
            }
            for route in routes.order_by("name")
        ]

    def url(self, **more) -> str:
        query = QueryDict(mutable=True)
        query.update({"id": self.identifier} | {name: v for name, v in more.items() if v})
        return f"{reverse('tasks:entity')}?{query.urlencode()}"

    @property
    def last(self) -> Task:
        """The oldest task of the page."""
        return self.page.rows[-1]

    @property
    def all_url(self) -> str:
        return self.url()

    @property
    def older_url(self) -> str:
        return self.url(route=self.route_name, cursor=self.page.next) if self.page.next else ""

    @property
    def newer_url(self) -> str:
        page = self.page.previous
        return self.url(route=self.route_name, cursor=page) if page else ""


def of_entity(identifier: str) -> QuerySet:
    """The tasks of an entity in all routes."""
    return Task.objects.filter(entity_identifier=identifier) if identifier else Task.objects.none()
