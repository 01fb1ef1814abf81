"""With which revisions of its configurations a task was imported and exported.

A process notes them when it starts. Processes live on a higher floor, which puts a function here
that knows what they noted.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from alumio import pages
from alumio.models import Revision
from routes.models import Route
from tasks.models import Task

noted: list[Callable[[Collection[int]], dict[int, dict[str, int]]]] = []
"""Asked with ids of processes for what each noted: {"route": 4, "outgoing": 2,
"connection:shop": 7}."""


class Ran(NamedTuple):
    """One configuration as it was when it ran. `url` is the page of that revision, if it has one;
    `is_current` is False where it was changed since."""

    noun: str
    name: str
    number: int
    url: str
    is_current: bool = True


def of_processes(task: Task, processes: Collection[int]) -> dict[int, list[Ran]]:
    """What ran in each of these processes for this task; nothing where a process is gone."""
    known: dict[int, dict[str, int]] = {}
    for ask in noted:
        known |= ask(processes)
    return {process: of_route(task.route, revisions) for process, revisions in known.items()}


def of_route(route: Route, revisions: dict[str, int]) -> list[Ran]:
    """What a process noted that worked for this route. An import names all routes that it was for,
    an export only the kind of its own."""
    own = f"{route.kind}:{route.identifier}"
    route_number = revisions.get("route", revisions.get(own))
    ran = []
    for key, number in revisions.items():
        kind, _, identifier = key.partition(":")
        if key in ("route", own):
            ran.append(_own(route, number))
        elif kind != "route" and identifier:
            ran.append(Ran(_noun(kind), identifier, number, _url(kind, identifier, number)))
        elif kind != "route":
            ran.append(_end(route, kind, number, route_number))
    return ran


def of_import(incoming, revisions: dict[str, int]) -> list[Ran]:
    """What a process noted that imported: its incoming, and the rest by kind and identifier."""
    ran = []
    for key, number in revisions.items():
        kind, _, identifier = key.partition(":")
        if key == "incoming" and incoming:
            ran.append(_own(incoming, number))
        else:
            url = _url(kind, identifier, number) if identifier else ""
            ran.append(Ran(_noun(kind), identifier, number, url))
    return ran


def _own(configuration, number: int) -> Ran:
    kind, current = configuration.kind, configuration.revision == number
    url = _url(kind, configuration.identifier, number)
    return Ran(_noun(kind), configuration.name, number, url, current)


def _end(route: Route, kind: str, number: int, route_number: int | None) -> Ran:
    """The incoming or outgoing that the route had at that time, which may be another one by now."""
    end = getattr(route, kind)
    then = end.identifier
    if route_number not in (None, route.revision):
        kept = Revision.objects.filter(kind="route", object_id=route.pk, number=route_number)
        row = kept.first()
        then = row.content.get(kind, then) if row else then
    if then == end.identifier:
        return _own(end, number)
    return Ran(_noun(kind), then, number, _url(kind, then, number), False)


def _noun(kind: str) -> str:
    return kind.replace("-", " ").capitalize()


def _url(kind: str, identifier: str, number: int) -> str:
    registered = pages.registered.get(kind)
    return registered.url("old", identifier, number) if registered else ""
