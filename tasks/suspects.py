"""What was changed shortly before an error was first seen: the newest revision, within a day, of a
configuration that the error's routes use."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from alumio import pages, references
from alumio.configuration import Configuration
from alumio.models import Revision
from routes.models import Route

WITHIN = timedelta(days=1)
"""How long before the error a change may have been made: a nightly run comes hours after it."""
MOST = 1_000

Key = tuple[str, int]
"""Kind and primary key of a configuration."""


class Suspect(NamedTuple):
    """A revision after which an error began."""

    configuration: Configuration
    revision: Revision

    @property
    def number(self) -> int:
        return self.revision.number

    @property
    def noun(self) -> str:
        return str(self.configuration._meta.verbose_name)

    @property
    def url(self) -> str:
        """The page that shows what this revision changed; "" where its kind has none."""
        own = pages.registered.get(self.configuration.kind)
        url = own.url("old", self.configuration.identifier, self.number - 1) if own else ""
        return f"{url}?against={self.number}" if url else ""


def of_groups(groups: Mapping[int, tuple[datetime, Iterable[Route]]]) -> dict[int, Suspect]:
    """{group: suspect} of groups told by when they were first seen and by their routes."""
    revisions = _saved_before([first_seen for first_seen, _ in groups.values()])
    near = {
        group: [r for r in revisions if first_seen - WITHIN < r.saved_at <= first_seen]
        for group, (first_seen, _) in groups.items()
    }
    routes = {route.pk for group, found in near.items() if found for route in groups[group][1]}
    used = used_by(routes)
    found = {}
    for group, (_, own) in groups.items():
        known = {key: row for route in own for key, row in used.get(route.pk, {}).items()}
        for revision in near[group]:
            if configuration := known.get((revision.kind, revision.object_id)):
                found[group] = Suspect(configuration, revision)
                break
    return found


def _saved_before(moments: list[datetime]) -> list[Revision]:
    """Changes (a first revision is none) in the day before any of these moments, newest first."""
    if not moments:
        return []
    near = reduce(or_, (Q(saved_at__gt=m - WITHIN, saved_at__lte=m) for m in moments))
    rows = Revision.objects.filter(near, number__gt=1).defer("content").select_related("saved_by")
    return list(rows.order_by("-saved_at", "-pk")[:MOST])


def used_by(routes: Iterable[int]) -> dict[int, dict[Key, Configuration]]:
    """{route: what it consists of}: itself, its ends, and what these refer to at any depth."""
    models = {model.kind: model for model in references.forms_by_model()}
    joined = Route.objects.filter(pk__in=routes).select_related("incoming", "outgoing")
    starts = {route.pk: route for route in joined}
    rows: dict[tuple[str, str], Configuration] = {}
    refers: dict[tuple[str, str], set[tuple[str, str]]] = {}
    fresh: list[Configuration] = list(starts.values())
    while fresh:
        for row in fresh:
            rows[row.kind, row.identifier] = row
            refers[row.kind, row.identifier] = {r[:2] for r in references.references_of(row)}
        wanted = set().union(*refers.values()) - rows.keys()
        fresh = _load(models, wanted)
    return {
        pk: {(row.kind, row.pk): row for row in _reached(route, rows, refers)}
        for pk, route in starts.items()
    }


def _load(models: dict, wanted: set[tuple[str, str]]) -> list[Configuration]:
    found = []
    for kind in {kind for kind, _ in wanted} & models.keys():
        identifiers = [identifier for other, identifier in wanted if other == kind]
        found += models[kind].objects.filter(identifier__in=identifiers)
    return found


def _reached(start: Configuration, rows: dict, refers: dict) -> list[Configuration]:
    reached, todo = {}, [(start.kind, start.identifier)]
    while todo:
        key = todo.pop()
        if key in rows and key not in reached:
            reached[key] = rows[key]
            todo += refers[key]
    return list(reached.values())
