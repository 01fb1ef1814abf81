"""What a process is about and what it counted, in words for its page."""

from typing import NamedTuple

from scheduler.bulk_actions import refused_in
from scheduler.counted import counted
from scheduler.models import Kind, Process
from tasks.actions import DONE, VERBS, word_of
from tasks.filters import TaskFilter


class Chip(NamedTuple):
    """A number with its word; `state` is the status whose colour it has."""

    text: str
    state: str


def chips(process: Process) -> list[Chip]:
    """What it counted so far."""
    if process.job == Kind.BULK:
        return _chips_of_bulk(process)
    numbers = process.counts.items()
    return [Chip(counted(n, name), name.replace(" ", "-")) for name, n in numbers if n]


def _chips_of_bulk(process: Process) -> list[Chip]:
    verb, changed = process.arguments["verb"], process.counts.get("changed", 0)
    done = [Chip(f"{changed:,} {DONE[verb].lower()}", VERBS[verb].target)] if changed else []
    refused = refused_in(process.counts).items()
    return done + [Chip(f"{n:,} not allowed, {word_of(status)}", status) for status, n in refused]


def facts(process: Process) -> list[tuple[str, str]]:
    """(what, words) of a chore's arguments."""
    told = [
        (name.replace("_", " ").capitalize(), str(value))
        for name, value in process.arguments.items()
        if isinstance(value, str | int) and name not in ("verb", "total")
    ]
    if process.job == Kind.BULK:
        told = [
            ("Action", VERBS[process.arguments["verb"]].label),
            ("Tasks", f"{process.arguments['total']:,} when it was confirmed"),
            ("Filter", criteria_in_words(process.arguments["choice"].get("filter") or {})),
        ]
    if process.job == Kind.REPLAY:
        told += _replayed(process.arguments)
    asked_by = process.arguments.get("actor", {}).get("name")
    if asked_by and asked_by != getattr(process.started_by, "email", ""):
        told.append(("Asked for by", asked_by))
    return told


def _replayed(arguments: dict) -> list[tuple[str, str]]:
    choice = arguments["choice"]
    chosen = f"{len(choice['identifiers']):,} calls by identifier"
    if choice["criteria"] is not None:
        chosen = criteria_in_words(choice["criteria"], "Every call")
    return [("Calls", f"{arguments['total']:,} when it was confirmed"), ("Filter", chosen)]


def criteria_in_words(criteria: dict, everything: str = "Every task") -> str:
    """“Status: failed; Route: orders”."""
    words = []
    for name, value in criteria.items():
        field = TaskFilter.base_fields.get(name)
        label = (field and field.label) or name.replace("_", " ").capitalize()
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        words.append(f"{label}: {text}")
    return "; ".join(words) or everything
