"""Why a queued process has not started: a maintenance window, a place that is taken, or others
that go first."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from scheduler.maintenance import Hold
from scheduler.models import CHORES, FLOWS, UPKEEP, Maintenance, Process
from scheduler.status import Status

HANDS = (FLOWS, tuple(kind for kind in CHORES if kind not in UPKEEP), UPKEEP)
"""Kinds of process that one thread of a worker takes, one after the other."""
TOLD = ("job", "incoming", "route", "webhook", "worker", "started_at")
MOST = 10_000
"""Queued processes that are looked through to say how many go first."""


class Wait(StrEnum):
    """What there is to wait for."""

    MAINTENANCE = "maintenance"
    PLACE = "place"
    TURN = "turn"
    WORKER = "worker"


@dataclass(frozen=True)
class Reason:
    """What a queued process waits for. `text` is for people; `process` holds the place that it
    wants, `maintenance` goes on `until`."""

    kind: Wait
    text: str
    process: Process | None = None
    maintenance: Maintenance | None = None
    until: datetime | None = None

    def __str__(self):
        """All of it in one line, with moments in UTC."""
        if self.kind == Wait.MAINTENANCE:
            return f"{self.text} until {_utc(self.until)}"
        if self.kind != Wait.PLACE:
            return self.text
        where = f" on {self.process.worker}" if self.process.worker else ""
        since = f" since {_utc(self.process.started_at)}" if self.process.started_at else ""
        return f"slot held by {self.text}{where}{since}"


class Waiting:
    """What queued processes wait for: a few queries for all of them, none where none is queued."""

    def reason(self, process: Process) -> Reason | None:
        """None for what is not queued."""
        if process.status != Status.SCHEDULED:
            return None
        if window := self.hold.window_of(process):
            text = f"maintenance “{window.maintenance.name}”"
            return Reason(Wait.MAINTENANCE, text, maintenance=window.maintenance, until=window.end)
        return self._place(process) or self._turn(process)

    @cached_property
    def hold(self) -> Hold:
        return Hold()

    @cached_property
    def running(self) -> dict[tuple, list[Process]]:
        return _running()

    @cached_property
    def queue(self) -> dict[tuple, list[tuple[int, int]]]:
        return _queue()

    def _place(self, process: Process) -> Reason | None:
        holders = self.running[target_of(process)] if process.target else []
        if not holders or len(holders) < getattr(process.route, "slots", 1):
            return None
        return Reason(Wait.PLACE, f"process {holders[0].pk}", process=holders[0])

    def _turn(self, process: Process) -> Reason:
        queue = self.queue[hand_of(process.job)]
        ahead = bisect_left(queue, (process.priority, process.pk))
        urgent = bisect_left(queue, (process.priority, 0))
        if not ahead:
            return Reason(Wait.WORKER, "a free worker")
        higher = f", {urgent:,} with higher priority" if urgent else ""
        return Reason(Wait.TURN, f"{ahead:,} ahead{higher}")


def target_of(process: Process) -> tuple:
    return process.job, process.route_id or process.incoming_id or process.webhook_id


def hand_of(kind: str) -> tuple:
    return next(kinds for kinds in HANDS if kind in kinds)


def _running() -> dict[tuple, list[Process]]:
    """Running processes by what they run, oldest first."""
    found = Process.objects.filter(status=Status.RUNNING, job__in=FLOWS).order_by("id")
    by_target = defaultdict(list)
    for process in found.only(*TOLD):
        by_target[target_of(process)].append(process)
    return by_target


def _queue() -> dict[tuple, list[tuple[int, int]]]:
    """(priority, id) of the queued processes, in the order in which they start, for each hand."""
    rows = Process.objects.filter(status=Status.SCHEDULED).order_by("priority", "id")
    queues = defaultdict(list)
    for priority, id, kind in rows.values_list("priority", "id", "job")[:MOST]:
        queues[hand_of(kind)].append((priority, id))
    return queues


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
