"""One task as its page shows it; each tab reads only what it needs."""

import re
from functools import cached_property

from django.db.models import Max
from django.http import QueryDict

from tasks import advice, history, log, revisions, timeline
from tasks.entity_data import EntityData
from tasks.models import Level, Message, Phase, Task
from tasks.status import MACHINE, OPEN, Status
from transformers.models import EntitySchema

TABS = (
    ("overview", "Overview"),
    ("data", "Entity data"),
    ("import", "Import messages"),
    ("export", "Export messages"),
    ("history", "History"),
)
LEVELS = tuple(Level)[1:]
_NUMBER = re.compile("[0-9]{1,18}")
UNWELL = (Status.FAILED, Status.RETRY, Status.REJECTED)
BUSY_SECONDS, QUIET_SECONDS = 3, 15
"""How often a page asks for news, of a task that is about to change and of another one."""


class TaskDetail:
    def __init__(self, task: Task, tab: str, params: QueryDict):
        self.task, self.tab = task, tab
        self.level = params.get("level", "")
        before = params.get("before", "")
        self.before = int(before) if _NUMBER.fullmatch(before) else 0

    @property
    def verbs(self):
        """What a person may do, except retrying: that has choices of its own."""
        return [verb for verb in MACHINE.allowed(self.task.status) if verb.name != "retry"]

    @property
    def meaning(self) -> str:
        return Status(self.task.status).meaning

    def tabs(self):
        return [(name, label, name == self.tab) for name, label in TABS]

    # -- news -----------------------------------------------------------------------------------

    @cached_property
    def version(self) -> str:
        """Another text whenever something about the task changed."""
        newest = self.task.messages.aggregate(newest=Max("id"))["newest"] or 0
        return f"{self.task.updated_at.timestamp()}-{newest}"

    @property
    def live_seconds(self) -> int:
        return BUSY_SECONDS if self.task.status in OPEN else QUIET_SECONDS

    # -- overview -------------------------------------------------------------------------------

    @cached_property
    def error(self) -> Message | None:
        """The last error of a task that is not well."""
        if self.task.status not in UNWELL:
            return None
        return self.task.messages.filter(level__gte=Level.ERROR).order_by("-id").first()

    @cached_property
    def obstacle(self) -> advice.Obstacle | None:
        return advice.obstacle(self.task)

    @property
    def possibilities(self) -> list[advice.Possibility]:
        return advice.possibilities(self.task)

    @property
    def nothing(self) -> str:
        return advice.nothing(self.task)

    @cached_property
    def imported_with(self) -> list[revisions.Ran]:
        """The revisions of the configurations that made the task."""
        process = self.task.imported_by
        return self._ran([process]).get(process, []) if process else []

    @cached_property
    def entity(self) -> timeline.Timeline | None:
        """The newest tasks of the same entity in all routes, where there are others."""
        rows = timeline.of_entity(self.task.entity_identifier).order_by("-id")
        tasks = list(rows.only(*timeline.SHOWN)[: timeline.BESIDE_A_TASK])
        return timeline.Timeline(tasks) if any(t.pk != self.task.pk for t in tasks) else None

    @property
    def entity_events(self) -> list[timeline.Event]:
        return self.entity.events[: 3 * timeline.BESIDE_A_TASK]

    @property
    def schema_is_saved(self) -> bool:
        """Whether the entity schema's name is that of a configuration."""
        return EntitySchema.objects.filter(identifier=self.task.entity_schema).exists()

    # -- entity data ----------------------------------------------------------------------------

    @cached_property
    def data(self) -> EntityData:
        return EntityData(self.task)

    def reasons(self) -> list[str]:
        """Why a rejected task was rejected."""
        return [
            message.beginning for message in log.newest(self.task, Phase.IMPORT, Level.ERROR)[0]
        ]

    # -- messages -------------------------------------------------------------------------------

    def levels(self) -> list[tuple[str, str]]:
        choices = [(each.label, f"{each.label.capitalize()} and worse") for each in LEVELS]
        return [("", "All levels"), *choices]

    @cached_property
    def lines(self) -> list[log.Line]:
        return [log.Line(message) for message in self._newest[0]]

    @cached_property
    def attempts(self) -> list[log.Attempt]:
        found = log.attempts(self._newest[0], self._generation, self._least)
        ran = self._ran({attempt.process for attempt in found if attempt.number})
        for attempt in found:
            attempt.ran = ran.get(attempt.process, []) if attempt.number else []
        return found

    @property
    def older_before(self) -> int:
        """The id before which there are older lines; 0 where all are shown."""
        messages, more = self._newest
        return messages[0].pk if more else 0

    @cached_property
    def _newest(self) -> tuple[list[Message], bool]:
        return log.newest(self.task, self.tab, self._least, self.before)

    @property
    def _generation(self) -> int:
        """The generation of the newest line shown."""
        if not self.before:
            return self.task.generation
        later = self.task.messages.filter(pk__gte=self.before).exclude(verb="")
        verbs = later.values_list("verb", flat=True)
        return self.task.generation - sum(log.begins_generation(verb) for verb in verbs)

    @property
    def _least(self) -> int:
        return next((each.value for each in LEVELS if each.label == self.level), 0)

    def _ran(self, processes) -> dict[int, list[revisions.Ran]]:
        return revisions.of_processes(self.task, processes)

    # -- history --------------------------------------------------------------------------------

    @cached_property
    def changes(self) -> list[history.Change]:
        """Every change of the task's status, newest first."""
        return list(reversed(history.of(self.task)))
