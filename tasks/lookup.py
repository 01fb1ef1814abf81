"""Looking for one task's record at its source, as an import would find it.

The incoming's subscriber runs from its beginning, and the steps of the incoming and of the task's
route with it; what the steps store is forgotten.
"""

import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial

from alumio import database
from tasks.gate import Draft
from tasks.importing import Chunk, Import, readable
from tasks.limits import beginning, size_of
from tasks.models import Payload, Task
from tasks.run import Run
from tasks.status import Status

KEPT_EVERY, KEPT_AFTER = 500, 1.0
"""Records, and seconds, after which the cursor is kept, so that a killed search goes on there."""


class Lookup(Import):
    """An import of one route that stops at the record of one of its tasks.

    A rejected task may have no entity identifier, because no step let its record come so far; its
    record is then known by its size and its first bytes, which is what was kept of it.
    """

    def __init__(self, task: Task, run: Run):
        self.task = task
        self.kept_at = time.monotonic()
        self.kept = None if task.entity_identifier else kept_of(task)
        super().__init__(task.route.incoming, run, [task.route])

    def find(self) -> Sequence[Draft] | None:
        """What an import would make of the record: one draft, or of a record that has no entity
        identifier all that it becomes. Empty where a step filters it out; None where the source
        does not give it. Raises what an import raises."""
        with closing(self.chunks(self.run.cursor, 1)) as chunks:
            for chunk in chunks:
                self.run.check()
                found = self._found(chunk)
                self._count(chunk)
                if found is not None:
                    chunk.find_causes(self.causes)
                    return found
        return None

    def _found(self, chunk: Chunk) -> Sequence[Draft] | None:
        if self.kept is None:
            wanted = self.task.entity_identifier, self.task.entity_schema
            same = [d for d in chunk.drafts if (d.identifier, d.schema) == wanted]
        elif self.came_as == self.kept:
            return chunk.drafts
        else:
            same = [d for d in chunk.drafts if (beginning(d.data), d.size) == self.kept]
        return same[:1] or None

    def _add(self, record, chunk: Chunk) -> None:
        if self.kept:
            text = readable(record)
            self.came_as = beginning(text), size_of(text)
        super()._add(record, chunk)

    def _count(self, chunk: Chunk) -> None:
        """Count, and keep that with the cursor now and then. What the steps stored is forgotten
        then, too, so that it does not fill the memory."""
        counts = self.run.counts
        counts.update(chunk.counts)
        counts.update("refused" for draft in chunk.drafts if draft.status == Status.REJECTED)
        now = time.monotonic()
        if counts["records"] % KEPT_EVERY == 0 or now > self.kept_at + KEPT_AFTER:
            self.kept_at = now
            database.persistently(partial(self.run.keep, chunk.cursor))
            self.storages.clear()


def kept_of(task: Task) -> tuple[str, int]:
    """The first bytes of a rejected task's data, and the size of all of it."""
    return Payload.objects.filter(task=task).values_list("data", flat=True).first() or "", task.size
