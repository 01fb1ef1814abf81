"""Errors: tasks that failed, wait for a retry or were rejected, grouped by their cause.

    found = Errors(ErrorFilter(request.GET), sort="last")
    found.groups                          # all that match, in the order asked for
    found.described(groups)               # some of them, with all that a page says of each

A count is exact to 10,000 tasks of a cause (`error_counts`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.core.cache import cache
from django.db.models import QuerySet

from alumio import database
from alumio.filters import ChoicesField, Filter, MomentField, ReferencesField
from alumio.keyset import EXACT_TO
from routes.models import Route
from tasks import suspects
from tasks.counts import Tally
from tasks.error_counts import Part, moments, parts
from tasks.models import Cause, Level, Message, Task
from tasks.status import Status

UNWELL = (Status.FAILED, Status.RETRY, Status.REJECTED)
SORTS = {"count": "Most tasks", "last": "Last seen"}
HOURS = 24
CACHED_SECONDS = 10


class ErrorFilter(Filter):
    """Which tasks are grouped; a part of the filter of tasks, with the same names."""

    status = ChoicesField("status of errors", [(s.value, s.label) for s in UNWELL])
    route = ReferencesField(Route)
    updated_after = MomentField(label="Seen from")
    updated_before = MomentField(label="Seen until", through=True)

    lookups = {
        "status": "status__in",
        "route": "route__in",
        "updated_after": "updated_at__gte",
        "updated_before": "updated_at__lt",
    }

    def conditions(self) -> dict:
        conditions = super().conditions()
        if routes := conditions.get("route__in"):
            conditions["route__in"] = [route.pk for route in routes]
        return conditions


@dataclass
class Group:
    """Tasks of one cause. What stands below the line is there once it is described."""

    cause: int
    parts: list[Part]
    # ---
    of: Cause | None = None
    routes: list[Route] = field(default_factory=list)
    sample: Task | None = None
    message: str = ""
    hours: list[int] = field(default_factory=list)
    after: "suspects.Suspect | None" = None

    @cached_property
    def tally(self) -> Tally:
        return _tally(self.parts)

    @cached_property
    def last_seen_at(self) -> datetime:
        return max(part.last_seen_at for part in self.parts)

    @property
    def newest(self) -> int:
        return max(part.newest for part in self.parts)

    def statuses(self) -> list[tuple[Status, Tally]]:
        found = [(s, [part for part in self.parts if part.status == s]) for s in UNWELL]
        whole = self.tally.exact
        return [(s, _tally(parts, whole)) for s, parts in found if parts]

    @property
    def retriable(self) -> Tally | None:
        """How many a person may retry; None where it is none."""
        return dict(self.statuses()).get(Status.FAILED)

    @property
    def was_rejected(self) -> bool:
        return any(part.status == Status.REJECTED for part in self.parts)


def _tally(parts: Iterable[Part], exact: bool = True) -> Tally:
    number = sum(part.number for part in parts)
    return Tally(min(number, EXACT_TO), exact and number <= EXACT_TO)


class Errors:
    """The groups that a valid filter finds; of another, none."""

    def __init__(self, chosen: ErrorFilter, sort: str | None = None):
        self.filter, self.sort = chosen, sort if sort in SORTS else "count"

    @cached_property
    def tasks(self) -> QuerySet:
        return self.filter.apply(Task.objects.filter(status__in=UNWELL))

    @cached_property
    def groups(self) -> list[Group]:
        keys = {"count": _most, "last": _last}
        return sorted(grouped(self.tasks), key=keys[self.sort], reverse=True)

    def described(self, groups: Sequence[Group]) -> list[Group]:
        """The groups with their causes, routes, samples, hours and suspects; without those whose
        cause has gone meanwhile."""
        causes = Cause.objects.in_bulk([group.cause for group in groups])
        groups = [group for group in groups if group.cause in causes]
        for group in groups:
            group.of = causes[group.cause]
        _add_routes(groups)
        _add_samples(groups)
        _add_hours(groups, self.tasks)
        found = suspects.of_groups(
            {group.cause: (group.of.first_seen_at, group.routes) for group in groups}
        )
        for group in groups:
            group.after = found.get(group.cause)
        return groups


def grouped(tasks: QuerySet) -> list[Group]:
    """The causes of these tasks, in no order."""
    found = defaultdict(list)
    for part in parts(tasks):
        found[part.cause].append(part)
    return [Group(cause, own) for cause, own in found.items()]


def leading(number: int) -> list[tuple[Cause, Tally]]:
    """The causes with the most tasks, at most ten seconds old."""
    return cache.get_or_set(f"leading-causes-{number}", lambda: _leading(number), CACHED_SECONDS)


def _leading(number: int) -> list[tuple[Cause, Tally]]:
    groups = sorted(grouped(Task.objects.filter(status__in=UNWELL)), key=_most, reverse=True)
    causes = Cause.objects.in_bulk([group.cause for group in groups[:number]])
    return [(causes[g.cause], g.tally) for g in groups[:number] if g.cause in causes]


def _most(group: Group) -> tuple:
    return group.tally.number, group.last_seen_at


def _last(group: Group) -> datetime:
    return group.last_seen_at


# ---------------------------------------------------------------- what a page says of each


def _add_routes(groups: Sequence[Group]) -> None:
    wanted = {part.route for group in groups for part in group.parts}
    routes = Route.objects.only("id", "identifier", "name").in_bulk(wanted)
    for group in groups:
        own = {part.route for part in group.parts} & routes.keys()
        group.routes = sorted((routes[pk] for pk in own), key=lambda route: route.name)


def _add_samples(groups: Sequence[Group]) -> None:
    """The newest task of each, and what its last error said."""
    ids = [group.newest for group in groups]
    shown = ("identifier", "entity_identifier", "status")
    tasks = Task.objects.only(*shown).in_bulk(ids)
    errors = Message.objects.filter(task__in=ids, level__gte=Level.ERROR).order_by("id")
    texts = dict(errors.values_list("task_id", "text"))
    for group in groups:
        group.sample = tasks.get(group.newest)
        group.message = texts.get(group.newest, "")


def _add_hours(groups: Sequence[Group], tasks: QuerySet) -> None:
    """How many were last seen in each of the last 24 hours, the present one last."""
    now = database.now()
    recent = tasks.filter(updated_at__gt=now - timedelta(hours=HOURS))
    found: dict[int, Counter] = defaultdict(Counter)
    for cause, moment, number in moments(recent, [group.cause for group in groups]):
        ago = int((now - moment).total_seconds() // 3600)
        found[cause][HOURS - 1 - min(max(ago, 0), HOURS - 1)] += number
    for group in groups:
        group.hours = [found[group.cause][hour] for hour in range(HOURS)]
