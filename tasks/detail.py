"""One task as its page shows it; each tab reads only what it needs."""

from functools import cached_property

from django.http import QueryDict

from alumio import jsontext
from alumio.jsontext import JSONTextError
from tasks import log
from tasks.models import Level, Message, Payload, Phase, Task
from tasks.status import MACHINE, Status
from tasks.tree import pretty, tree
from transformers.models import EntitySchema

TABS = (
    ("overview", "Overview"),
    ("data", "Entity data"),
    ("import", "Import messages"),
    ("export", "Export messages"),
)
LEVELS = tuple(Level)[1:]
UNWELL = (Status.FAILED, Status.RETRY, Status.REJECTED)
UNREADABLE = object()
MOST_MESSAGES = 500
MOST_SHOWN = 256 * 1024
"""Characters of entity data that a page shows; more is for downloading."""
MOST_SIBLINGS = 20


class TaskDetail:
    def __init__(self, task: Task, tab: str, params: QueryDict):
        self.task, self.tab = task, tab
        self.level = params.get("level", "")

    @property
    def verbs(self):
        return MACHINE.allowed(self.task.status)

    @property
    def meaning(self) -> str:
        return Status(self.task.status).meaning

    def tabs(self):
        return [(name, label, name == self.tab) for name, label in TABS]

    # -- overview -------------------------------------------------------------------------------

    @cached_property
    def cause(self) -> Message | None:
        """The last error of a task that is not well."""
        if self.task.status not in UNWELL:
            return None
        return self.task.messages.filter(level__gte=Level.ERROR).order_by("-id").first()

    @cached_property
    def siblings(self) -> list[Task]:
        """Other tasks of the same entity, in all routes, newest first."""
        if not self.task.entity_identifier:
            return []
        same = Task.objects.filter(entity_identifier=self.task.entity_identifier)
        shown = ("identifier", "status", "created_at", "updated_at", "next_attempt_at")
        rows = same.exclude(pk=self.task.pk).order_by("-id").select_related("route")
        return list(rows.only(*shown, "route__name", "route__identifier")[:MOST_SIBLINGS])

    @property
    def schema_is_saved(self) -> bool:
        """Whether the entity schema's name is that of a configuration."""
        return EntitySchema.objects.filter(identifier=self.task.entity_schema).exists()

    # -- entity data ----------------------------------------------------------------------------

    @cached_property
    def data(self) -> str:
        found = Payload.objects.filter(task=self.task).values_list("data", flat=True)
        return found.first() or ""

    @cached_property
    def value(self):
        try:
            return jsontext.loads(self.data)
        except JSONTextError:
            return UNREADABLE

    @property
    def kept(self) -> int:
        """Bytes that are kept of the data."""
        return len(self.data.encode())

    @property
    def is_large(self) -> bool:
        return len(self.data) > MOST_SHOWN

    @property
    def is_tree(self) -> bool:
        return bool(self.data) and not self.is_large and self.value is not UNREADABLE

    @property
    def text(self) -> str:
        return pretty(self.value) if self.is_tree else self.data[:MOST_SHOWN]

    @property
    def tree(self) -> str:
        return tree(self.value)

    def reasons(self) -> list[str]:
        """Why a rejected task was rejected."""
        return [message.text for message in self._messages(Phase.IMPORT, Level.ERROR)]

    # -- messages -------------------------------------------------------------------------------

    def levels(self) -> list[tuple[str, str]]:
        choices = [(each.label, f"{each.label.capitalize()} and worse") for each in LEVELS]
        return [("", "All levels"), *choices]

    @cached_property
    def lines(self) -> list[log.Line]:
        return [log.Line(message) for message in self._messages(Phase.IMPORT, self._least)]

    @cached_property
    def attempts(self) -> list[log.Attempt]:
        return log.attempts(self._messages(Phase.EXPORT, self._least))

    @property
    def _least(self) -> int:
        return next((each.value for each in LEVELS if each.label == self.level), 0)

    def _messages(self, phase: str, least: int) -> list[Message]:
        """The newest messages of a phase, in the order in which they were written."""
        chosen = self.task.messages.filter(phase=phase, level__gte=least).order_by("-id")
        return list(reversed(chosen[:MOST_MESSAGES]))
