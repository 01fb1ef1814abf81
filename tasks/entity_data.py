"""The entity data of a task as its page shows it: a tree where it can be read, else text."""

from functools import cached_property

from alumio import jsontext
from alumio.jsontext import JSONTextError
from tasks.models import Payload, Task
from tasks.tree import pretty, tree

MOST_SHOWN = 256 * 1024
"""Characters that a page shows; more is for downloading."""
_UNREADABLE = object()


class EntityData:
    """Reads the data once, when it is first asked for."""

    def __init__(self, task: Task):
        self.task = task

    @cached_property
    def raw(self) -> str:
        found = Payload.objects.filter(task=self.task).values_list("data", flat=True)
        return found.first() or ""

    @cached_property
    def value(self):
        try:
            return jsontext.loads(self.raw)
        except JSONTextError:
            return _UNREADABLE

    @property
    def kept(self) -> int:
        """Bytes that are kept."""
        return len(self.raw.encode())

    @property
    def is_large(self) -> bool:
        return len(self.raw) > MOST_SHOWN

    @property
    def is_tree(self) -> bool:
        return bool(self.raw) and not self.is_large and self.value is not _UNREADABLE

    @property
    def text(self) -> str:
        return pretty(self.value) if self.is_tree else self.raw[:MOST_SHOWN]

    @property
    def tree(self) -> str:
        return tree(self.value)
