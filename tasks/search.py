"""The search for a business key: what a person types into the one box, and what that may mean.

In this order: an entity's identifier as it is, a task's identifier, a part of an entity's, and the
end of a task's as lists show it. However many there are, a bounded number of rows is read.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection
from django.db.models.functions import Substr

from tasks import counts
from tasks.filters import TaskFilter
from tasks.models import Payload, Task
from tasks.status import Status

MOST_TEXT = 255
MOST_TASKS = 1_000
"""The newest tasks whose entities' identifiers contain the text."""
MOST_ENTITIES = 50
MOST_COUNTED = 10_000
MOST_ENDINGS, MOST_ALIKE = 20, 1_000
_DIGITS = "0-9A-HJKMNP-TV-Z"
_IDENTIFIER = re.compile(f"[{_DIGITS}]{{26}}")
_ENDING = re.compile(f"…?([{_DIGITS}]{{6,25}})")


@dataclass
class FoundEntity:
    """An entity that was found, with its tasks per status; `is_exact`: the text is its name."""

    identifier: str
    newest: Task
    is_exact: bool = False
    numbers: Counter = field(default_factory=Counter)
    is_counted: bool = True

    @property
    def total(self) -> counts.Tally:
        return counts.Tally(min(self.numbers.total(), MOST_COUNTED), self.is_counted)

    @property
    def by_status(self) -> list[tuple[Status, int]]:
        return [(status, self.numbers[status]) for status in Status if self.numbers[status]]


class Search:
    """One text and what it finds."""

    def __init__(self, text: str):
        self.text = text.replace("\0", "").strip()
        self.is_too_long = len(self.text) > MOST_TEXT

    @property
    def can_look(self) -> bool:
        return bool(self.text) and not self.is_too_long

    @cached_property
    def exact(self) -> bool:
        """Whether this is an entity's identifier as it is."""
        return self.can_look and Task.objects.filter(entity_identifier=self.text).exists()

    @cached_property
    def task(self) -> Task | None:
        """The task that has this identifier."""
        if not _IDENTIFIER.fullmatch(self.text.upper()):
            return None
        found = Task.objects.filter(identifier=self.text.upper())
        return found.select_related("route").only(*_SHOWN).first()

    @cached_property
    def endings(self) -> list[Task]:
        """Tasks whose identifiers end so, newest first, unless an entity is called like it."""
        ending = _ENDING.fullmatch(self.text.upper())
        if not ending or self.entities:
            return []
        indexed = Payload.objects.annotate(ending=Substr("search", 21, 6))
        alike = indexed.filter(ending=ending[1][-6:]).values_list("task_id", flat=True)
        tasks = Task.objects.filter(id__in=list(alike[:MOST_ALIKE]), identifier__endswith=ending[1])
        return list(tasks.select_related("route").order_by("-id").only(*_SHOWN)[:MOST_ENDINGS])

    @cached_property
    def entities(self) -> list[FoundEntity]:
        """The entities whose identifiers contain the text: that which equals it, then newest
        first; at most 50."""
        found: dict[str, FoundEntity] = {}
        for task in self._holding:
            name = task.entity_identifier
            if name and name not in found and len(found) < MOST_ENTITIES:
                found[name] = FoundEntity(name, task, name == self.text)
        _count(found)
        return sorted(found.values(), key=lambda entity: not entity.is_exact)

    @property
    def is_cut(self) -> bool:
        """Whether there may be more entities than were found."""
        return len(self._holding) >= MOST_TASKS or len(self.entities) >= MOST_ENTITIES

    @cached_property
    def _holding(self) -> list[Task]:
        if not self.can_look:
            return []
        exact = Task.objects.filter(entity_identifier=self.text) if self.exact else None
        shown = ("identifier", "entity_identifier", "updated_at")
        first = list(exact.order_by("-id").only(*shown)[:1]) if exact is not None else []
        tasks = self._filtered(entity_identifier__contains=self.text).order_by("-id")
        return first + list(tasks.only(*shown)[:MOST_TASKS])

    def _filtered(self, **criteria):
        return TaskFilter(criteria).apply(Task.objects.all())


_SHOWN = (
    "identifier",
    "status",
    "entity_identifier",
    "next_attempt_at",
    "updated_at",
    "route__name",
    "route__identifier",
)


_COUNT = """SELECT %s, status, COUNT(*) FROM (SELECT status FROM tasks_task
    WHERE entity_identifier = %s LIMIT %s) AS newest GROUP BY status"""


def _count(entities: dict[str, FoundEntity]) -> None:
    """Count the tasks of each by status, up to 10,000 of each, in one statement."""
    if not entities:
        return
    parts = [part for name in entities for part in (name, name, MOST_COUNTED + 1)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_COUNT] * len(entities)), parts)
        for name, status, number in cursor.fetchall():
            entities[name].numbers[status] = number
    for entity in entities.values():
        entity.is_counted = entity.numbers.total() <= MOST_COUNTED
