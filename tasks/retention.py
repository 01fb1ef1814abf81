"""Retention: which rules hold for a route, and which tasks they say are to go.

The instance's rules are in its policy, a route's own in its configuration; the form of a rule is in
`routes.retention`. What is to go is told as shares: one for each route and status, with what is due
in it by the moment at which the shares were made.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Count, Max, Q, QuerySet

from alumio.keyset import EXACT_TO
from routes.models import Route
from routes.retention import REMOVABLE
from tasks import counts
from tasks.counts import Tally
from tasks.models import RetentionPolicy, Task

DEFAULT_DAYS = {"processes": 30, "occurrences": 30, "deliveries": 30, "audit": 365}
"""How long records other than tasks are kept where the policy does not say."""


class Rule(NamedTuple):
    """How long tasks of one status are kept. `own`: the route's, instead of the instance's."""

    status: str
    days: int | None = None
    number: int | None = None
    own: bool = False

    @property
    def for_ever(self) -> bool:
        return self.days is None and self.number is None

    def __str__(self):
        """“30 days”, “the newest 500”, “30 days, the newest 500 at most”, “for ever”."""
        days = f"{self.days:,} day{'' if self.days == 1 else 's'}" if self.days else ""
        if self.number is None:
            return days or "for ever"
        newest = f"the newest {self.number:,}" if self.number else "none"
        return f"{days}, {newest} at most" if days else newest


class Share(NamedTuple):
    """Tasks of one route and status that go: those last changed before `before`, and those up to
    the id `up_to`, which are as many as `beyond`."""

    route: int
    status: str
    before: datetime | None
    up_to: int | None
    beyond: int

    def due(self) -> QuerySet:
        if not (self.before or self.up_to):
            return Task.objects.none()
        old = Q(updated_at__lt=self.before) if self.before else Q()
        many = Q(id__lte=self.up_to) if self.up_to else Q()
        return Task.objects.filter(old | many, route=self.route, status=self.status)

    @property
    def by_age(self) -> Q:
        """What goes by its age alone."""
        young = Q(id__gt=self.up_to) if self.up_to else Q()
        return young & Q(route=self.route, status=self.status, updated_at__lt=self.before)


def policy(*, locked: bool = False) -> RetentionPolicy:
    """The instance's policy; `locked` until the end of the transaction, which one must be in."""
    rows = RetentionPolicy.objects.order_by("pk")
    if not locked:
        return rows.first() or RetentionPolicy()
    return rows.select_for_update().first() or RetentionPolicy.objects.create()


def rules_of(rows: Iterable[dict], own: bool = False) -> dict[str, Rule]:
    """Rules by status, of what a policy or a route has stored; never one for Processing."""
    named = (row for row in rows if row.get("status") in dict(REMOVABLE))
    return {
        row["status"]: Rule(row["status"], row.get("days"), row.get("number"), own) for row in named
    }


def days_of(kept: RetentionPolicy) -> dict[str, int | None]:
    """How many days records other than tasks are kept; None is for ever."""
    named = {row["records"]: row.get("days") for row in kept.rules if "records" in row}
    return DEFAULT_DAYS | named


def rules_by_route(routes: Iterable[Route] | None = None) -> dict[int, dict[str, Rule]]:
    """The rules that hold for each route, by status. A route's own replace the instance's."""
    everywhere = rules_of(policy().rules)
    routes = Route.objects.order_by("pk").only("retention") if routes is None else routes
    return {route.pk: everywhere | rules_of(route.retention, own=True) for route in routes}


def shares(now: datetime, rules: dict[int, dict[str, Rule]] | None = None) -> list[Share]:
    """What goes, by the rules: one share for each route and status of which there are tasks."""
    there, found = counts.by_route(), []
    for route, by_status in (rules_by_route() if rules is None else rules).items():
        for rule in by_status.values():
            number = there.get(route, {}).get(rule.status, 0)
            beyond = 0 if rule.number is None else max(0, number - rule.number)
            if beyond or (number and rule.days):
                found.append(_share(route, rule, beyond, now))
    return found


def _share(route: int, rule: Rule, beyond: int, now: datetime) -> Share:
    before = now - timedelta(days=rule.days) if rule.days else None
    up_to = None
    if beyond:
        newest = Task.objects.filter(route=route, status=rule.status).order_by("-id")
        up_to = newest.values_list("id", flat=True)[rule.number : rule.number + 1].first()
    return Share(route, rule.status, before, up_to, beyond)


def anything_due(found: Sequence[Share]) -> bool:
    """A look by the index of last changes, whatever number of tasks there is."""
    return any(share.up_to for share in found) or bool(_oldest(found, 1))


class Span(NamedTuple):
    """How many tasks of a share are due, and the last id among them."""

    number: int
    last: int


def spans(found: Sequence[Share]) -> dict[Share, Span]:
    """The spans of all shares, by one pass over the tasks that are old."""
    counted = _aged(found).order_by().values_list("route", "status")
    by_age = {
        (route, status): Span(number, last)
        for route, status, number, last in counted.annotate(Count("id"), Max("id"))
    }
    aged = [by_age.get((share.route, share.status), Span(0, 0)) for share in found]
    return {
        share: Span(share.beyond + old.number, max(share.up_to or 0, old.last))
        for share, old in zip(found, aged, strict=True)
    }


def tallies(found: Sequence[Share]) -> dict[tuple[int, str], Tally]:
    """How many tasks go by route and status; those by age are counted up to 20,000 in all."""
    rows = _oldest(found, 2 * EXACT_TO)
    numbers = Counter({(share.route, share.status): share.beyond for share in found})
    numbers.update(rows)
    exact = len(rows) < 2 * EXACT_TO
    return {key: Tally(number, exact) for key, number in numbers.items() if number}


def _oldest(found: Sequence[Share], most: int) -> list[tuple[int, str]]:
    """Route and status of the tasks that go by age, those first that changed longest ago."""
    oldest = _aged(found).order_by("updated_at", "id")
    return list(oldest.values_list("route", "status")[:most])


def _aged(found: Sequence[Share]) -> QuerySet:
    """The tasks that go by age alone."""
    aged = [share for share in found if share.before]
    if not aged:
        return Task.objects.none()
    newest = max(share.before for share in aged)
    due = reduce(or_, [share.by_age for share in aged])
    return Task.objects.filter(due, updated_at__lt=newest)
