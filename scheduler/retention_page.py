"""The page of retention: what there is and how large it is, the rules, what they would remove."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db import connection, transaction
from django.shortcuts import redirect, render
from django.views import View

from alumio import audit, database, posted
from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.drawnform import DrawnForm
from alumio.models import Role
from routes.models import Route
from scheduler import pruning
from scheduler.models import Kind, Process
from scheduler.schedule import next_run
from scheduler.status import Status
from scheduler.views import tell
from tasks import counts, retention
from tasks.counts import Tally
from tasks.models import Task
from tasks.policy import PolicyForm
from tasks.retention import Rule
from tasks.status import Status as TaskStatus

ROUTES_ON_A_PAGE = 25
COUNTED_AFTER = "counted-after-prune"
"""The prune, and its end, after which this program has last counted."""


class Line(NamedTuple):
    """What the page says of one route. `rules` are its own, `due` by status what goes next."""

    route: Route
    tasks: int
    bytes: int
    share: int
    oldest: datetime | None
    rules: list[tuple[str, Rule]]
    due: list[tuple[str, Tally]]


class Overview:
    """What there is, and what the next prune would remove."""

    def __init__(self, page: str | None):
        self.number = page
        self.now = database.now()
        self._count_anew_after_a_prune()
        self.tasks, self.bytes = counts.by_route(), counts.bytes_by_route()

    @cached_property
    def size(self) -> database.Size:
        return database.size()

    @property
    def all_tasks(self) -> int:
        return sum(by_status.total() for by_status in self.tasks.values())

    @property
    def all_bytes(self) -> int:
        return sum(self.bytes.values())

    @cached_property
    def due(self) -> dict[int, dict[str, Tally]]:
        found: dict[int, dict[str, Tally]] = {}
        for (route, status), tally in retention.tallies(retention.shares(self.now)).items():
            found.setdefault(route, {})[status] = tally
        return found

    @property
    def all_due(self) -> Tally:
        found = [tally for by_status in self.due.values() for tally in by_status.values()]
        return Tally(sum(t.number for t in found), all(t.exact for t in found))

    @cached_property
    def page(self):
        """The routes, the largest first."""
        routes = Route.objects.only("name", "identifier", "retention", "enabled")
        order = sorted(routes, key=lambda route: (-self.bytes.get(route.pk, 0), route.name))
        return Paginator(order, ROUTES_ON_A_PAGE).get_page(self.number)

    def lines(self) -> list[Line]:
        routes = list(self.page)
        oldest = oldest_tasks({route.pk: self.tasks.get(route.pk, ()) for route in routes})
        return [self._line(route, oldest.get(route.pk)) for route in routes]

    def _line(self, route: Route, oldest: datetime | None) -> Line:
        size = self.bytes.get(route.pk, 0)
        return Line(
            route=route,
            tasks=self.tasks.get(route.pk, Counter()).total(),
            bytes=size,
            share=round(100 * size / self.all_bytes) if self.all_bytes else 0,
            oldest=oldest,
            rules=labelled(retention.rules_of(route.retention, own=True)),
            due=labelled(self.due.get(route.pk, {})),
        )

    @cached_property
    def job(self):
        """The scheduled job that decides when, if any, with its next run."""
        jobs = [(next_run(job, self.now), job) for job in pruning.deciding_jobs()]
        return min(((run, job) for run, job in jobs if run), key=lambda each: each[0], default=None)

    def _count_anew_after_a_prune(self) -> None:
        """Another program pruned, and could not forget what this one has counted. Not each time
        somebody looks: on SQLite all tasks have to be read for it."""
        last = self.last and (self.last.pk, self.last.ended_at)
        if cache.get(COUNTED_AFTER, "") != last:
            counts.forget()
            cache.set(COUNTED_AFTER, last, None)

    @cached_property
    def last(self) -> Process | None:
        prunes = Process.objects.filter(job=Kind.PRUNE).exclude(status=Status.SKIPPED)
        return prunes.order_by("-id").first()


def labelled(by_status: dict) -> list[tuple]:
    return [(TaskStatus(status).label, value) for status, value in by_status.items()]


OLDEST = """
SELECT * FROM (
    SELECT id FROM tasks_task WHERE (route_id, status, id) >= (%s, %s, 0)
    ORDER BY route_id, status, id LIMIT 1
) AS oldest
"""
"""The first id of a route and status, asked so that only the index of the three can serve it."""


def oldest_tasks(routes: Mapping[int, Iterable[str]]) -> dict[int, datetime]:
    """When the oldest task of each route was made. `routes`: the statuses that its tasks have."""
    places = [(route, status) for route, statuses in routes.items() for status in statuses]
    if not places:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([OLDEST] * len(places)), [v for p in places for v in p])
        firsts = Task.objects.filter(id__in=[id for (id,) in cursor.fetchall()])
    oldest: dict[int, datetime] = {}
    for route, moment in firsts.order_by("-created_at").values_list("route", "created_at"):
        oldest[route] = moment
    return oldest


class RetentionView(RoleRequired, View):
    role = role_to_change = Role.ADMINISTRATOR


class Retention(RetentionView):
    """The page, and its form: the rules of the instance."""

    def get(self, request):
        return self.show(PolicyForm(policy=retention.policy()))

    def post(self, request):
        if request.htmx or posted.changes_structure(request.POST):
            return self.show(PolicyForm(request.POST, policy=retention.policy()), checked=False)
        with transaction.atomic():
            form = PolicyForm(request.POST, policy=retention.policy(locked=True))
            if not form.is_valid():
                return self.show(form, status=422)
            if changed := form.save():
                audit.record(Actor.of(request), "retention", note=changed)
        messages.success(request, "The rules were saved." if changed else "Nothing was changed.")
        return redirect("retention")

    def show(self, form: PolicyForm, *, checked=True, status=200):
        context = {"drawn": DrawnForm(form, checked=checked), "is_changed": form.is_bound}
        if self.request.htmx:
            return render(self.request, "retention/_form.html", context)
        context["overview"] = Overview(self.request.GET.get("page"))
        return render(self.request, "retention/page.html", context, status=status)


class PruneNow(RetentionView):
    http_method_names = ["post"]

    def post(self, request):
        queued = pruning.prune_now(Actor.of(request))
        tell(request, "The removal of old records", queued)
        return redirect("retention")
