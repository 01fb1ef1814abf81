"""How the audit trail reads: each entry as a sentence, with links to what it was about.

    Anna retried 4,312 tasks: status failed, route Orders to ERP; 12 not allowed

`SAID` has a line for every action there is. In it `{subject}` is the one thing that it was done to,
and `{tasks}` one task or so many.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from alumio.models import AuditEntry
from alumio.navigation import address
from alumio.pages import registered

SAID = {
    "sign-in": "signed in",
    "sign-in-failed": "failed to sign in",
    "lock-out": "was locked out after too many wrong passwords",
    "sign-out": "signed out",
    "create-user": "made the user {subject}",
    "rename-user": "changed the name of {subject}",
    "change-role": "changed the role of {subject}",
    "activate-user": "let {subject} sign in again",
    "deactivate-user": "switched off the account of {subject}",
    "set-password": "set a new password for {subject}",
    "change-password": "changed their own password",
    "create-key": "made the API key {subject}",
    "revoke-key": "revoked the API key {subject}",
    "create": "created the {subject}",
    "save": "saved the {subject}",
    "enable": "enabled the {subject}",
    "disable": "disabled the {subject}",
    "duplicate": "made the {subject} as a copy",
    "restore": "brought back an old revision of the {subject}",
    "delete": "deleted the {subject}",
    "import": "imported the {subject}",
    "export-configurations": "exported {changed} configurations",
    "create-demo": "created the demo",
    "remove-demo": "removed the demo",
    "reencrypt": "encrypted {changed} rows with the newest key",
    "run": "ran the {subject}",
    "skip-process": "took the {subject} out of the queue",
    "stop-process": "stopped the {subject}",
    "kill-process": "killed the {subject}",
    "retry": "retried {tasks}",
    "skip": "skipped {tasks}",
    "mark-finished": "marked {tasks} finished",
    "mark-failed": "marked {tasks} failed",
    "replay": "had the {subject} read anew",
    "replay-many": "had {changed} calls read anew",
    "test-call": "sent a test call to the {subject}",
    "renew-token": "gave the {subject} a new address",
    "edit-data": "changed the data of {tasks}",
    "reimport": "imported {tasks} anew",
    "export": "downloaded the list of tasks",
    "save-view": "saved the view {subject} of the task list",
    "change-view": "changed the view {subject} of the task list",
    "delete-view": "deleted the view {subject} of the task list",
    "seed": "made up {changed} tasks",
    "export-audit": "downloaded the audit trail",
    "retention": "changed the rules of retention",
    "prune": "removed old records",
    "repair": "repaired stuck tasks",
    "forget": "forgot {changed} unchanged entities",
}
LABELS = {name: re.sub(r"\s*\{\w+\}\s*", " … ", text).strip() for name, text in SAID.items()}
"""What a filter calls each action."""
NOUNS = {"user": "", "key": "", "task": "task", "delivery": "call"}
"""What stands before the name of a thing, where it is no configuration."""
TOKEN = re.compile(r"\{(subject|tasks|changed)\}")
MOST_VALUES = 4


class Part(NamedTuple):
    """A piece of a sentence, and where it leads."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Sentence:
    """An entry in words. `names` are those of routes by identifier."""

    entry: AuditEntry
    names: Mapping[str, str]

    def __str__(self) -> str:
        return "".join([self.who, " ", *(part.text for part in self.parts())])

    @property
    def who(self) -> str:
        """The present name of a person; API keys, commands and those who are gone as noted."""
        user = self.entry.user
        return user.name if user and user.name and user.email == self.entry.who else self.entry.who

    def parts(self) -> list[Part]:
        """What follows the name."""
        pattern = SAID.get(self.entry.action, f"{self.entry.action} {{subject}}")
        said = [
            self._part(piece) if place % 2 else Part(piece)
            for place, piece in enumerate(TOKEN.split(pattern))
        ]
        return [*(part for part in said if part.text), *self._rest()]

    def _part(self, name: str) -> Part:
        if name == "changed":
            return Part(f"{self.entry.changed or 0:,}")
        return self._subject() if name == "subject" else self._tasks()

    def _subject(self) -> Part:
        entry = self.entry
        noun = noun_of(entry)
        text = f"{noun} “{entry.subject}”" if noun else entry.subject
        return Part(text, subject_url(entry))

    def _tasks(self) -> Part:
        entry = self.entry
        if entry.subject:
            return Part(f"task {entry.subject}", address("tasks:detail", entry.subject.lower()))
        number = "tasks" if entry.changed is None else f"{entry.changed:,} tasks"
        return Part("1 task" if entry.changed == 1 else number, tasks_url(entry))

    def _rest(self) -> list[Part]:
        told = told_criteria(self.entry.criteria, self.names)
        rest = [Part(f": {told}")] if told else []
        if self.entry.not_allowed:
            rest.append(Part(f"; {self.entry.not_allowed:,} not allowed"))
        return rest


# ---------------------------------------------------------------- what it was about


def noun_of(entry: AuditEntry) -> str:
    """“route” before the name of a route."""
    if pages := registered.get(entry.kind):
        return pages.noun
    return NOUNS.get(entry.kind, entry.kind)


def subject_url(entry: AuditEntry) -> str:
    """The page of the subject; "" where it has none. What was deleted has none any more."""
    if entry.kind == "user":
        return address("user", entry.identifier)
    if entry.kind == "key":
        return address("api-keys")
    if entry.kind == "process":
        return address("processes:detail", entry.identifier)
    if entry.kind == "task":
        return address("tasks:detail", entry.identifier.lower())
    if entry.kind == "delivery":
        return address("deliveries:detail", entry.identifier)
    pages = registered.get(entry.kind)
    return pages.url("edit", entry.identifier) if pages and entry.action != "delete" else ""


def change_url(entry: AuditEntry) -> str:
    """The page that shows what a saved revision changed; "" for a first one."""
    pages = registered.get(entry.kind)
    if not pages or not entry.revision or entry.revision < 2 or entry.action in ("delete", "run"):
        return ""
    old = pages.url("old", entry.identifier, entry.revision - 1)
    return f"{old}?against={entry.revision}" if old else ""


def filter_of(criteria) -> dict:
    """The filter of an entry; {} where tasks were chosen one by one."""
    inner = criteria.get("filter", criteria) if isinstance(criteria, dict) else {}
    return inner if isinstance(inner, dict) and "identifiers" not in inner else {}


def tasks_url(entry: AuditEntry) -> str:
    """The task list with the filter of the entry."""
    chosen = filter_of(entry.criteria)
    if not chosen or not (url := address("tasks:list")):
        return ""
    query = {name: value for name, value in chosen.items() if name != "all"}
    return f"{url}?{urlencode(query, doseq=True)}".rstrip("?")


# ---------------------------------------------------------------- the filter in words


def told_criteria(criteria, names: Mapping[str, str]) -> str:
    """“status failed or retry, route Orders to ERP”; of chosen tasks, how many."""
    if isinstance(criteria, dict) and isinstance(chosen := criteria.get("identifiers"), list):
        return f"{len(chosen):,} chosen"
    if isinstance(criteria, dict) and filter_of(criteria) == {} and "filter" in criteria:
        return "all there were"
    told = [_told(name, value, names) for name, value in filter_of(criteria).items()]
    return ", ".join(told)


def _told(name: str, value, names: Mapping[str, str]) -> str:
    if name == "all":
        return "all there were"
    field, _, lookup = name.partition("__")
    words = field.replace("_after", " from").replace("_before", " until").replace("_", " ")
    words += f" {lookup}" if lookup else ""
    values = value if isinstance(value, list) else [value]
    told = [_one(field, each, names) for each in values[:MOST_VALUES]]
    between = ", " if field == "entity" else " or "
    more = f"{between}{len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return f"{words} {between.join(told)}{more}"


def _one(field: str, value, names: Mapping[str, str]) -> str:
    """A name for a route's identifier, and a moment to the minute."""
    if field.endswith(("_after", "_before")):
        with suppress(ValueError):
            return f"{datetime.fromisoformat(str(value)).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return names.get(str(value), str(value)) if field == "route" else str(value)
