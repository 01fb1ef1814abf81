"""Why an entity was skipped as unchanged, or sent as changed: what was compared with what.

Compared is what came from the source: the first version of each task's data, whatever somebody made
of it later.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from alumio import jsondiff
from routes.models import Unchanged
from tasks import versions
from tasks.models import Phase, Task
from tasks.status import Status
from tasks.unchanged import NOT_DELIVERED, digest

SKIPPED = "Skipped: unchanged since task "
IDENTIFIER = re.compile(re.escape(SKIPPED) + "([0-9A-Z]{26})")
MOST_COMPARED = 500_000
"""Characters of both data together, beyond which only their hashes are compared."""


@dataclass(frozen=True)
class Comparison:
    """A task against the one before it of the same entity on the same route; None where there was
    none, or where retention removed it. `skipped`: it was found unchanged."""

    task: Task
    other: Task | None
    skipped: bool

    @cached_property
    def _data(self) -> tuple[str, str]:
        return _imported(self.other), _imported(self.task)

    @cached_property
    def digest(self) -> str:
        """The content hash of what came from the source; "" where that is not kept any more."""
        return digest(self._data[1]) if self._data[1] else ""

    @cached_property
    def is_known(self) -> bool:
        """Whether both sides are still kept."""
        return all(self._data)

    @property
    def is_identical(self) -> bool:
        return self.is_known and self._data[0] == self._data[1]

    @property
    def is_large(self) -> bool:
        return sum(map(len, self._data)) > MOST_COMPARED

    @cached_property
    def differences(self) -> jsondiff.Differences | None:
        """Field by field; None where the sides are not kept, identical, or too large for a page."""
        if not self.is_known or self.is_identical or self.is_large:
            return None
        before, after = (versions.find(task, versions.IMPORTED) for task in (self.other, self.task))
        return jsondiff.compare(before.value, after.value)

    @property
    def other_was_delivered(self) -> bool:
        return bool(self.other) and self.other.status not in NOT_DELIVERED


def explain(task: Task) -> Comparison | None:
    """What the route compared the task with when it came; None where it compares nothing."""
    line = skip_line(task)
    if line:
        found = IDENTIFIER.match(line)
        other = Task.objects.filter(identifier=found[1]).first() if found else before(task)
        return Comparison(task, other, skipped=True)
    if task.route.unchanged == Unchanged.SEND or task.status == Status.REJECTED:
        return None
    return Comparison(task, last_sent(task), skipped=False)


def skip_line(task: Task) -> str:
    """The line that says that the task was skipped as unchanged; "" where there is none."""
    lines = task.messages.filter(phase=Phase.IMPORT, text__startswith=SKIPPED)
    return lines.values_list("text", flat=True).first() or ""


def before(task: Task) -> Task | None:
    """The task before this one of the same entity on the same route. Rejected ones do not count:
    nothing is remembered of them."""
    same = Task.objects.filter(entity_identifier=task.entity_identifier, route=task.route_id)
    older = same.filter(pk__lt=task.pk).exclude(status=Status.REJECTED)
    return older.order_by("-id").first()


def last_sent(task: Task) -> Task | None:
    """The same, but for one that was skipped as unchanged the one that it was the same as."""
    found = before(task)
    line = skip_line(found) if found else ""
    match = IDENTIFIER.match(line)
    return Task.objects.filter(identifier=match[1]).first() or found if match else found


def _imported(task: Task | None) -> str:
    """The data of a task as it was imported; "" where it is gone."""
    version = versions.find(task, versions.IMPORTED) if task else None
    return version.data if version else ""
