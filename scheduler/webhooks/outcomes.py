"""What came of a delivery, for people: what each incoming made of it, and the tasks."""

from dataclasses import dataclass

from django.db.models import Count

from connectors.models import Incoming
from scheduler.counted import counted
from scheduler.told import Chip
from scheduler.webhooks import pauses
from scheduler.webhooks.delivery_listing import fault_of
from scheduler.webhooks.models import Delivery, Pause, Progress, Reading
from tasks.models import Task
from tasks.status import Status

MOST_TASKS = 20
SHOWN = ("identifier", "status", "entity_identifier", "route", "updated_at")


@dataclass
class Line:
    """One incoming and what it made of a delivery; `waits` says why not all of it was read."""

    identifier: str
    name: str
    reading: Reading | None = None
    waits: str = ""
    error: str = ""

    @property
    def stopped_after(self) -> int:
        """Records that were read before the rest could not be; 0 where it was all or nothing."""
        return self.reading.done if self.reading and self.reading.error else 0

    @property
    def began_behind(self) -> int:
        """Records that a replay left out, since they were read before; 0 where it read all."""
        if self.reading is None or self.reading.error:
            return 0
        return max(0, self.reading.done - self.reading.counts.get("records", 0))

    @property
    def is_half_read(self) -> bool:
        """Whether some was read, and the rest not."""
        reading = self.reading
        return bool(reading and reading.done and (reading.error or not reading.ended_at))

    @property
    def chips(self) -> list[Chip]:
        counts = self.reading.counts if self.reading else {}
        return [Chip(counted(n, name), name) for name, n in counts.items() if n]


def readings_of(delivery: Delivery) -> list[Line]:
    """Of each incoming that has read it, and of those that are still to read it."""
    found = {reading.incoming: reading for reading in delivery.readings.all()}
    unread = delivery.status == Progress.RECEIVED
    wanted = [*found, *(delivery.webhook.incomings if unread else ())]
    incomings = {i.identifier: i for i in Incoming.objects.filter(identifier__in=wanted)}
    resting = pauses.resting(wanted) if unread else {}
    return [
        Line(
            identifier,
            incomings[identifier].name if identifier in incomings else identifier,
            found.get(identifier),
            _left(delivery, found.get(identifier))
            or _waits(incomings.get(identifier), found.get(identifier), resting.get(identifier)),
            fault_of(delivery, found[identifier]) if identifier in found else "",
        )
        for identifier in dict.fromkeys(wanted)
    ]


def _left(delivery: Delivery, reading: Reading | None) -> str:
    """Why nobody goes on with what was begun, where the webhook has the incoming no more."""
    if reading is None or reading.ended_at:
        return ""
    if delivery.status == Progress.RECEIVED and reading.incoming in delivery.webhook.incomings:
        return ""
    return f"Taken off the webhook after record {reading.done:,}: the rest was not read."


def _waits(incoming: Incoming | None, reading: Reading | None, pause: Pause | None) -> str:
    if reading and reading.ended_at:
        return ""
    if incoming is None:
        return "There is no such incoming any more."
    if not incoming.enabled:
        return "This incoming is disabled: the call waits until it is not."
    if pause:
        return f"This incoming cannot be run: {pauses.told(pause)}"
    return "The rest is read part by part." if reading else "The next process reads it."


@dataclass(frozen=True)
class Made:
    """The tasks of a delivery: the first ones, and how many there are of each status now."""

    first: list[Task]
    statuses: list[tuple[Status, int]]

    @property
    def number(self) -> int:
        return sum(number for _, number in self.statuses)


def tasks_of(delivery: Delivery) -> Made:
    tasks = Task.objects.filter(delivery=delivery.pk)
    rows = tasks.order_by("id").select_related("route").only(*SHOWN, "route__name")
    numbers = dict(tasks.order_by().values_list("status").annotate(Count("id")))
    statuses = [(status, numbers[status.value]) for status in Status if status.value in numbers]
    return Made(list(rows[:MOST_TASKS]), statuses)
