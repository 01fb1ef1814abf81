"""Which tasks somebody chose: one object for the page, the REST API and the process that does it.

    choice = Choice.named(["01J…", "01K…"])
    choice = Choice.matching({"status": ["failed"]})          # as of now
    choice = Choice.posted(request.POST)                      # as of when the page was drawn
    choice.tasks                                              # a queryset

A choice by criteria is frozen at the click: tasks that arrive later are not in it. Nor is a task
whose status left those that were asked for, before its turn came: `statuses` says which may remain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict

from tasks.filters import TaskFilter
from tasks.models import Task
from tasks.status import Status

MOST_POSTED = 1_000
"""Identifiers that a page may post; it shows fewer."""


class NothingChosen(ValueError):
    """No task was chosen, or the choice cannot be read."""


@dataclass(frozen=True)
class Choice:
    """Tasks by identifier, or, where `criteria` are given, all that match and are not newer than
    the task with the id `newest`. No criteria ({}) match every task."""

    identifiers: tuple[str, ...] = ()
    criteria: dict | None = None
    newest: int = 0

    @classmethod
    def named(cls, identifiers: Iterable[str]) -> "Choice":
        return cls(tuple(dict.fromkeys(identifiers)))

    @classmethod
    def matching(cls, criteria: dict, newest: int | None = None) -> "Choice":
        """What a valid TaskFilter asks for, up to the task `newest`, else up to now."""
        if newest is None:
            newest = Task.objects.order_by("-id").values_list("id", flat=True).first() or 0
        return cls(criteria=criteria, newest=newest)

    @classmethod
    def posted(cls, form: QueryDict) -> "Choice":
        """What a page posted: `identifiers`, or `everything` that matches a `filter` and is not
        newer than `newest`. Raises NothingChosen."""
        if not form.get("everything"):
            sent = form.getlist("identifiers")[:MOST_POSTED]
            if chosen := [identifier for identifier in sent if identifier.isalnum()]:
                return cls.named(chosen)
            raise NothingChosen("Choose at least one task first.")
        asked = TaskFilter(QueryDict(form.get("filter", "")))
        newest = form.get("newest", "")
        if not (asked.is_valid() and newest.isdecimal() and len(newest) < 19):
            raise NothingChosen("The filter cannot be read. Reload the page.")
        return cls.matching(asked.criteria(), int(newest))

    @property
    def everything(self) -> bool:
        """Whether it is by criteria, and not by identifiers."""
        return self.criteria is not None

    @property
    def statuses(self) -> list[str]:
        """The statuses that were asked for; all, where none was."""
        return (self.criteria or {}).get("status") or Status.values

    @cached_property
    def tasks(self) -> QuerySet:
        """The tasks in no order."""
        if not self.everything:
            readable = [identifier for identifier in self.identifiers if identifier.isalnum()]
            return Task.objects.filter(identifier__in=readable).order_by()
        until = Task.objects.filter(id__lte=self.newest).order_by()
        return TaskFilter(self.criteria).apply(until)

    def as_json(self) -> dict:
        """For the audit trail and the arguments of a process."""
        if self.everything:
            return {"filter": self.criteria, "newest": self.newest}
        return {"identifiers": list(self.identifiers)}
