"""The columns of the task list: what a page, a saved view and a file can show of each task."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from alumio.api import moment
from alumio.located import Located
from routes.models import Route
from tasks.models import Cause, Task

COOKIE = "task-columns"


class Column(NamedTuple):
    """One column. `value` is what a file holds of a task that `dress` has dressed, as JSON; `live`
    columns change while a task lives, so that an open page draws them again; `css`: its classes."""

    name: str
    label: str
    css: str
    value: Callable[[Task], object]
    live: bool = False
    usual: bool = False


def _of(name: str) -> Callable[[Task], object]:
    return lambda task: getattr(task, name)


def _moment_of(name: str) -> Callable[[Task], str | None]:
    return lambda task: moment(getattr(task, name))


def _route(task: Task) -> str:
    return task.shown_route.identifier if task.shown_route else ""


def _cause(task: Task) -> str:
    return task.shown_cause.text if task.shown_cause else ""


COLUMNS = {
    column.name: column
    for column in (
        Column("identifier", "Identifier", "cell-identifier", _of("identifier"), usual=True),
        Column(
            "entity_identifier",
            "Entity identifier",
            "cell-entity",
            _of("entity_identifier"),
            usual=True,
        ),
        Column("entity_schema", "Entity schema", "cell-schema", _of("entity_schema"), usual=True),
        Column("status", "Status", "cell-status", _of("status"), live=True, usual=True),
        Column("route", "Route", "cell-route", _route, usual=True),
        Column(
            "created_at", "Created", "cell-time cell-created", _moment_of("created_at"), usual=True
        ),
        Column(
            "updated_at",
            "Updated",
            "cell-time cell-updated",
            _moment_of("updated_at"),
            live=True,
            usual=True,
        ),
        Column("attempts", "Attempts", "cell-more cell-number", _of("attempts"), live=True),
        Column(
            "next_attempt_at",
            "Next attempt",
            "cell-more cell-due",
            _moment_of("next_attempt_at"),
            live=True,
        ),
        Column("size", "Size", "cell-more cell-number", _of("size"), live=True),
        Column("generation", "Generation", "cell-more cell-number", _of("generation"), live=True),
        Column("cause", "Cause", "cell-more cell-cause", _cause, live=True),
        Column("imported_by", "Imported by", "cell-more cell-process-link", _of("imported_by")),
    )
}
ALWAYS = "identifier"
USUAL = tuple(column for column in COLUMNS.values() if column.usual)


def chosen(text: str | None) -> tuple[Column, ...]:
    """The columns that a text names, separated by commas, in the order of the list; the usual ones
    where it names none. The identifier is always there, names of no column are passed over."""
    names = set((text or "").split(","))
    if not names & COLUMNS.keys():
        return USUAL
    return tuple(column for column in COLUMNS.values() if column.name in names | {ALWAYS})


def asked_for(text: str | None) -> tuple[Column, ...]:
    """The columns exactly as a caller of the API names them, all where none is named. Raises
    Located for a name that is none."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in COLUMNS:
            raise Located(
                f"There is no column “{name}”. There are {', '.join(COLUMNS)}.", ("columns",)
            )
    return tuple(COLUMNS[name] for name in names) or tuple(COLUMNS.values())


def dress(tasks: Sequence[Task], routes: dict[int, Route], columns: Sequence[Column]) -> None:
    """Give the tasks their routes, and their causes where a column shows them: at most one query
    for all of them."""
    causes = {}
    if any(column.name == "cause" for column in columns):
        causes = Cause.objects.in_bulk({task.cause_id for task in tasks if task.cause_id})
    for task in tasks:
        task.shown_route = routes.get(task.route_id)
        task.shown_cause = causes.get(task.cause_id)
