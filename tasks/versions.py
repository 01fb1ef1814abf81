"""The data of a task that somebody changes before it is delivered again, and what it was before.

A task begins with version 1, what was imported, which is written down when it is first changed. A
change is allowed where the task is in nobody's hands: where it may be retried, and while it is New
or waits for a retry. The task's row is locked meanwhile, and a claim reads the data in the
transaction of its own lock, so that a process has either all of a change or none of it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Now

from alumio import database, jsontext
from alumio.audit import Actor
from routes.models import Route
from tasks import actions, messages, trail
from tasks.gate import Draft, Gate
from tasks.limits import size_of
from tasks.log import OTHER_DATA
from tasks.models import Payload, PayloadVersion, Phase, Task
from tasks.status import MACHINE, OPEN, Status
from transformers import schemas
from transformers.context import LogLine
from transformers.entity import Entity

IMPORTED = 1
"""The number of the version that was imported."""
RETRIED = MACHINE["retry"].sources
EDITED = (*RETRIED, Status.NEW, Status.RETRY)
"""Statuses in which a task may be retried with other data; in which its data may be changed."""
LONGEST_REASON = 255


class NotAllowed(Exception):
    """The task's status does not allow this. The text says which status, and what does."""


class Refused(Exception):
    """The data cannot be this task's. `reasons` say why, each with its place."""

    def __init__(self, reasons: list[str]):
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Stale(Exception):
    """Somebody else changed the data meanwhile. `current` is the version that is there now."""

    def __init__(self, current: "Version"):
        super().__init__(
            f"{current.created_by or 'Somebody'} saved version {current.number} meanwhile; "
            "nothing was changed."
        )
        self.current = current


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a task's data. `created_by` is empty for what was imported; `data` is its JSON
    text."""

    number: int
    data: str
    created_at: datetime
    created_by: str = ""
    reason: str = ""

    @property
    def value(self):
        return jsontext.loads(self.data)

    @property
    def label(self) -> str:
        return f"Version {self.number}"


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants the data to be. `base` is the number of the version they started from."""

    value: object
    base: int
    reason: str = ""
    retry: bool = False


def allows(task: Task, retry: bool = False) -> bool:
    """Whether the data of a task may be changed as it stands (`retry`: and be delivered again)."""
    return task.status in (RETRIED if retry else EDITED)


def newest(task: Task) -> Version | None:
    """The data as it is; None where nothing is kept of it."""
    rows = PayloadVersion.objects.filter(task=task).order_by("-number")
    row = rows.first()
    return _version(row) if row else _imported(task)


def number_of(task: Task) -> int:
    """The number of the newest version."""
    return task.versions.aggregate(newest=Max("number"))["newest"] or IMPORTED


def find(task: Task, number: int) -> Version | None:
    row = PayloadVersion.objects.filter(task=task, number=number).first()
    if row is None:
        return _imported(task) if number == IMPORTED else None
    return _version(row)


def check(task: Task, value) -> str:
    """The compact text of the data, once it passes the gate of the task's route as an import does.
    Raises Refused."""
    draft = Gate(task.route).admit(Entity(value, task.entity_schema or None), [])
    if draft.status == Status.REJECTED:
        raise Refused([line.text.removeprefix("Rejected: ") for line in draft.messages])
    if draft.identifier != task.entity_identifier and not _is_nameless(task, value, draft):
        raise Refused(
            [
                f"The entity identifier would become “{draft.identifier}” instead of "
                f"“{task.entity_identifier}”. It decides the order in which the tasks of an entity "
                "are delivered, so it must stay."
            ]
        )
    return draft.data


def save(task: Task, change: Change, actor: Actor) -> Version:
    """Make this the newest data of the task and, where that is wanted, retry it.

    Returns the newest version, which is the one before where nothing is different. Raises Refused,
    NotAllowed and Stale; nothing is changed then.
    """
    if not allows(task, change.retry):
        raise NotAllowed(why_not(task, change.retry))
    if len(change.reason) > LONGEST_REASON:
        raise Refused([f"The reason has at most {LONGEST_REASON} characters."])
    text = check(task, change.value)
    with transaction.atomic():
        held = lock(task, retry=change.retry)
        before = newest(held)
        if before.number != change.base:
            raise Stale(before)
        version = put(held, before, text, actor, change.reason)
        if version.number != before.number:
            note = f"Version {version.number}. {change.reason}".strip()
            trail.record(actor, "edit-data", held.identifier, changed=1, note=note)
        told = _in_words(version, before, actor, change)
        apply(held, version, before, told, retry=change.retry)
        if change.retry:
            trail.record(actor, "retry", held.identifier, changed=1, note=told)
    return version


def lock(task: Task, retry: bool = False) -> Task:
    """The task's row as it is now, held until the transaction ends. Raises NotAllowed."""
    rows = Task.objects.select_for_update(of=("self",)).select_related("route")
    held = rows.filter(pk=task.pk).first()
    if held is None or newest(held) is None:
        raise NotAllowed("The data of this task is gone: it was removed as too old.")
    if not allows(held, retry):
        raise NotAllowed(why_not(held, retry))
    return held


def put(task: Task, before: Version, text: str, actor: Actor, reason: str = "") -> Version:
    """Write the text as the next version of a locked task, where it differs from the one before."""
    if text == before.data:
        return before
    made = Version(before.number + 1, text, database.now(), actor.name[:255], reason)
    rows = [before, made] if before.number == IMPORTED else [made]
    PayloadVersion.objects.bulk_create(
        PayloadVersion(
            task=task,
            number=row.number,
            data=row.data,
            created_at=row.created_at,
            created_by=row.created_by,
            reason=row.reason,
        )
        for row in rows
    )
    Payload.objects.filter(task=task).update(data=text)
    return made


def apply(
    task: Task,
    version: Version,
    before: Version,
    told: str,
    *,
    retry: bool,
    process: int | None = None,
) -> None:
    """Let a locked task have this version, deliver it again where that is wanted, and tell of it.

    A retry is a new delivery, and so is other data where some was sent already: the target must not
    take it for a repeat.
    """
    changed = version.number != before.number
    if not (changed or retry):
        return
    mine, values = Task.objects.filter(pk=task.pk), {}
    if changed:
        values["size"] = size_of(version.data)
    verb = "retry" if retry else OTHER_DATA if task.attempts and task.status in OPEN else ""
    if verb:
        values["generation"] = F("generation") + 1
    if retry:
        mine.move("retry", **values)
        transaction.on_commit(lambda: _wake(task.route))
    else:
        mine.update(updated_at=Now(), **values)
    line = LogLine("notice", told)
    entry = messages.Entry(task.pk, Phase.EXPORT.value, task.attempt, line, verb)
    messages.write([entry], process, database.now())


def why_not(task: Task, retry: bool = False) -> str:
    """Why the data of a task cannot be changed as it stands."""
    allowed = [Status(status).label for status in (RETRIED if retry else EDITED)]
    words = f"{', '.join(allowed[:-1])} and {allowed[-1]}"
    what = "be retried with other data" if retry else "have its data changed"
    status = Status(task.status).label
    return f"The task is {status} and cannot {what}: that is for {words} tasks."


def _in_words(version: Version, before: Version, actor: Actor, change: Change) -> str:
    which = f"version {version.number}"
    if version.number == before.number:
        return f"Retried by {actor}."
    told = f"Retried by {actor} with {which} of the data" if change.retry else ""
    told = told or f"Data changed by {actor}: {which}"
    return f"{told}. {change.reason}".strip()


def _wake(route: Route) -> None:
    """What was retried on a real-time route goes out at once."""
    if route.realtime and route.enabled:
        for wake in actions.woken:
            wake([route])


def _is_nameless(task: Task, value, draft: Draft) -> bool:
    """Whether the data has no identifier of its own, neither now nor when it was imported: it was
    called after all of itself then, and keeps that name."""
    original = find(task, IMPORTED)
    named_after = schemas.identifier(original.value) if original else None
    return task.entity_identifier == named_after and draft.identifier == schemas.identifier(value)


def _imported(task: Task) -> Version | None:
    data = Payload.objects.filter(task=task).values_list("data", flat=True).first()
    return None if data is None else Version(IMPORTED, data, task.created_at)


def _version(row: PayloadVersion) -> Version:
    return Version(row.number, row.data, row.created_at, row.created_by, row.reason)
