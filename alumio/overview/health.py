"""How a route is: one rule, for the dashboard, the map and the REST API.

red     its last run failed or went silent, or three tasks and more failed since the last delivery
amber   something waits for a person or for longer than usual, or was refused in the last day
grey    it is disabled, or nothing has happened on it yet
green   none of these

Alumio shows hearts and does not say when they turn; this is ours. Each colour but green comes with
its reasons. `judge` is the rule, `facts_of` asks the database what it needs: four indexed look-ups
a route, whatever the number of tasks.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery, TextChoices

from connectors.models import Incoming
from routes.models import Route
from scheduler.models import Process, Webhook
from scheduler.status import Status as ProcessStatus
from tasks.models import Task
from tasks.status import Status

STREAK = 3
"""Failed tasks without a delivery after which a route is ill."""
DAY = timedelta(days=1)
SILENCE = timedelta(minutes=1)
"""Three times the lease of a process: by then the repair should have ended it."""
LEAST_PATIENCE = timedelta(hours=1)


class Colour(TextChoices):
    RED = "red", "Needs help"
    AMBER = "amber", "Needs a look"
    GREEN = "green", "Well"
    GREY = "grey", "At rest"


@dataclass(frozen=True)
class Health:
    """`reasons` are sentences, the gravest first."""

    colour: Colour
    reasons: tuple[str, ...] = ()


@dataclass
class Facts:
    """What the rule looks at. Moments are None where there is no such task.

    `export` and `arrival` are the newest processes of the route and of its incoming, or a webhook
    that this reads, that ended by themselves, `usual_wait` is the time between two runs of its
    schedule, `silent` a process that runs without a sign of life.
    """

    route: Route
    numbers: Counter = field(default_factory=Counter)
    export: Process | None = None
    arrival: Process | None = None
    silent: Process | None = None
    is_scheduled: bool = False
    usual_wait: timedelta = timedelta(0)
    failed_at: datetime | None = None
    is_streak: bool = False
    rejected_at: datetime | None = None
    open_since: datetime | None = None
    undecided_since: datetime | None = None


def judge(facts: Facts, now: datetime) -> Health:
    if not facts.route.enabled:
        return Health(Colour.GREY, ("Disabled.",))
    if red := _red(facts):
        return Health(Colour.RED, (*red, *_amber(facts, now)))
    if amber := _amber(facts, now):
        return Health(Colour.AMBER, tuple(amber))
    if not facts.numbers.total() and not facts.export and not facts.arrival:
        return Health(Colour.GREY, ("Never ran.",))
    return Health(Colour.GREEN)


def _red(facts: Facts) -> list[str]:
    found = []
    if facts.silent:
        found.append(f"Process {facts.silent.pk} runs without a sign of life.")
    for noun, process in _last_runs(facts):
        if process and process.status == ProcessStatus.FAILED:
            found.append(f"The last {noun} failed: {process.result or 'it gave no reason.'}")
    if facts.is_streak:
        found.append(f"{STREAK} tasks or more failed, and none was delivered since.")
    return found


def _last_runs(facts: Facts) -> list[tuple[str, Process | None]]:
    """The runs that count. A real-time route is exported by its imports, too: the newest counts."""
    export, arrival = facts.export, facts.arrival
    if facts.route.realtime and export and arrival and export.pk < arrival.pk:
        return [("import", arrival)]
    return [("export", export), ("import", arrival)]


def _amber(facts: Facts, now: datetime) -> list[str]:
    route, numbers, found = facts.route, facts.numbers, []
    for noun, end in (("incoming", route.incoming), ("outgoing", route.outgoing)):
        if not end.enabled:
            found.append(f"The {noun} configuration “{end.name}” is disabled.")
    waiting = numbers[Status.NEW] + numbers[Status.RETRY]
    if waiting and not route.realtime and not facts.is_scheduled:
        found.append(f"{_tasks(waiting)} and no scheduled job exports them.")
    elif facts.open_since and now - facts.open_since > _patience(facts):
        found.append(f"The oldest new task has waited for {_long(now - facts.open_since)}.")
    if numbers[Status.RETRY]:
        found.append(f"{_tasks(numbers[Status.RETRY])} for another try.")
    if facts.failed_at and now - facts.failed_at < DAY and not facts.is_streak:
        found.append(f"{_are(numbers[Status.FAILED], 'failed')}, the last one within a day.")
    if facts.rejected_at and now - facts.rejected_at < DAY:
        found.append(f"{_are(numbers[Status.REJECTED], 'rejected')}, the last one within a day.")
    if facts.undecided_since and now - facts.undecided_since > DAY:
        waited = _long(now - facts.undecided_since)
        found.append(f"{_tasks(numbers[Status.WAITING])} for a decision, the first for {waited}.")
    return found


def _patience(facts: Facts) -> timedelta:
    """How long a new task may wait: an hour, or twice as long as the schedule pauses."""
    return max(LEAST_PATIENCE, 2 * facts.usual_wait)


def _tasks(number: int) -> str:
    return "1 task waits" if number == 1 else f"{number:,} tasks wait"


def _are(number: int, what: str) -> str:
    return f"1 task is {what}" if number == 1 else f"{number:,} tasks are {what}"


def _long(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours > 1 else "an hour"


# ---------------------------------------------------------------- asking the database


def facts_of(routes: list[Route], numbers: dict[int, Counter], now: datetime) -> dict[int, Facts]:
    """The facts of each route by its primary key, but for the schedule. A fixed number of
    queries."""
    keys = [route.pk for route in routes]
    moments = {row["pk"]: row for row in _moments(keys)}
    exports = _ended(Route, keys, "route")
    arrivals = _arrivals({route.incoming_id for route in routes})
    silent = _silent(now)
    return {
        route.pk: Facts(
            route=route,
            numbers=numbers.get(route.pk, Counter()),
            export=exports.get(route.pk),
            arrival=arrivals.get(route.incoming_id),
            silent=silent.get(("route", route.pk)) or silent.get(("incoming", route.incoming_id)),
            failed_at=moments[route.pk]["failed_at"],
            is_streak=_is_streak(moments[route.pk]),
            rejected_at=moments[route.pk]["rejected_at"],
            open_since=moments[route.pk]["open_since"],
            undecided_since=moments[route.pk]["undecided_since"],
        )
        for route in routes
    }


def _moments(keys: list[int]):
    """The first or last task of a status of each route: one step down its index each."""

    def of(status: Status, column: str, order: str = "-id", place: int = 0):
        own = Task.objects.filter(route=OuterRef("pk"), status=status).order_by(order)
        return Subquery(own.values(column)[place : place + 1])

    return (
        Route.objects.filter(pk__in=keys)
        .order_by()
        .values("pk")
        .annotate(
            failed_at=of(Status.FAILED, "updated_at"),
            third_failed=of(Status.FAILED, "id", place=STREAK - 1),
            finished=of(Status.FINISHED, "id"),
            waiting=of(Status.WAITING, "id"),
            rejected_at=of(Status.REJECTED, "updated_at"),
            open_since=of(Status.NEW, "updated_at", "id"),
            undecided_since=of(Status.WAITING, "updated_at", "id"),
        )
    )


def _is_streak(row: dict) -> bool:
    delivered = max(row["finished"] or 0, row["waiting"] or 0)
    return bool(row["third_failed"]) and row["third_failed"] > delivered


def _arrivals(keys: set[int]) -> dict[int, Process]:
    """The newest process that brought an incoming something: its own, or that of a webhook."""
    found = _ended(Incoming, keys, "incoming")
    names = dict(Incoming.objects.filter(pk__in=keys).values_list("identifier", "pk"))
    webhooks = dict(Webhook.objects.values_list("pk", "incomings"))
    for webhook, process in _ended(Webhook, webhooks, "webhook").items():
        for key in (names[name] for name in webhooks[webhook] if name in names):
            if key not in found or found[key].pk < process.pk:
                found[key] = process
    return found


def _ended(model, keys, field_name: str) -> dict[int, Process]:
    """The newest process of each configuration that finished or failed."""
    statuses = (ProcessStatus.FINISHED, ProcessStatus.FAILED)
    own = Process.objects.filter(**{field_name: OuterRef("pk")}, status__in=statuses)
    newest = model.objects.filter(pk__in=keys).order_by()
    by_key = dict(newest.values_list("pk", Subquery(own.order_by("-id").values("pk")[:1])))
    found = Process.objects.only("status", "result", "ended_at").in_bulk(
        [pk for pk in by_key.values() if pk]
    )
    return {key: found[pk] for key, pk in by_key.items() if pk in found}


def _silent(now: datetime) -> dict[tuple, Process]:
    """Processes that should have been repaired by now, by what they run."""
    late = Process.objects.filter(status=ProcessStatus.RUNNING, heartbeat_at__lt=now - SILENCE)
    found = {}
    for process in late.only("route", "incoming"):
        kind = "route" if process.route_id else "incoming"
        found[kind, process.route_id or process.incoming_id] = process
    return found
