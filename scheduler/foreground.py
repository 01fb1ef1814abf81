"""Running an incoming, a route or a chore at once, in this very program, with a progress bar.

It is a process like any other: listed, leased, in its place of the route; only no worker takes it.
"""

import json
import os
import signal
import socket
import sys
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import transaction
from tqdm import tqdm

from alumio import audit, database
from alumio.audit import Actor
from connectors.models import Incoming
from routes.models import Route
from scheduler import process_audit, queue
from scheduler.execution import execute
from scheduler.models import Kind, Process, Trigger
from scheduler.runs import ProcessRun
from scheduler.status import Status


class Busy(Exception):
    """All places of the configuration are taken by running processes."""


def start(target: Incoming | Route, limit: int | None = None) -> Process:
    """A process of this program, running. Raises queue.Disabled or Busy."""
    if not target.enabled:
        raise queue.Disabled(f"“{target.name}” is disabled. Enable it to run it.")
    importing = isinstance(target, Incoming)
    ends = {"incoming": target if importing else None, "route": None if importing else target}
    with transaction.atomic():
        started = _start(Kind.IMPORT if importing else Kind.EXPORT, limit=limit, **ends)
        if started is None:
            raise Busy(f"“{target.name}” is being run by another process. Try again later.")
        process_audit.queued(Actor.of_command(), target, started)
    return started


def _start(kind: str, **fields) -> Process | None:
    now = database.now()
    process = Process.objects.create(
        job=kind, trigger=Trigger.COMMAND, created_at=now, updated_at=now, **fields
    )
    return queue.start(process, f"{socket.gethostname()}:command-{os.getpid()}")


class ShownRun(ProcessRun):
    """Moves a bar while it works."""

    def __init__(self, process: Process, bar: tqdm):
        super().__init__(process)
        self.bar = bar

    def started(self, total=None, **revisions):
        super().started(total, **revisions)
        self.bar.total = total
        self.bar.refresh()

    def keep(self, cursor=None):
        super().keep(cursor)
        self.bar.update(self.done - self.bar.n)


def run(target: Incoming | Route, limit: int | None = None, *, as_json: bool = False) -> Process:
    """Start and execute; gives the process as it ended. Raises CommandError if it cannot."""
    try:
        process = start(target, limit)
    except (queue.Disabled, Busy) as error:
        raise CommandError(str(error)) from None
    return _execute(process, " records" if isinstance(target, Incoming) else " tasks", as_json)


def upkeep(kind: Kind, *, as_json: bool = False) -> Process:
    """Repair what is stuck or remove old records at once; gives the process as it ended."""
    with transaction.atomic():
        process = _start(kind)
        audit.record(Actor.of_command(), kind.value, process=process.pk)
    return _execute(process, " records", as_json)


def _execute(process: Process, unit: str, as_json: bool) -> Process:
    quiet = True if as_json else None
    with tqdm(desc=process.name, unit=unit, file=sys.stderr, disable=quiet, leave=False) as bar:
        shown = ShownRun(process, bar)
        with stopped_by_signals(shown):
            execute(process, shown)
    process.refresh_from_db()
    return process


@contextmanager
def stopped_by_signals(run: ProcessRun):
    """Ctrl-C and SIGTERM let the tasks in hand end, as a stop on the page does."""
    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, lambda *_: run.ask_to_stop())
    except ValueError:  # not the main thread, so no signals to take
        pass
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def report(process: Process, as_json: bool, write) -> None:
    """One line of what came of it. Raises CommandError unless it finished."""
    seconds = round((process.ended_at - process.started_at).total_seconds(), 3)
    if as_json:
        summary = {
            "process": process.pk,
            "status": process.status,
            "result": process.result,
            "counts": process.counts,
            "seconds": seconds,
        }
        write(json.dumps(summary, ensure_ascii=False))
    elif process.status == Status.FINISHED:
        write(f"{process.result} (process {process.pk}, {seconds:.1f} s)")
    if process.status != Status.FINISHED:
        text = f"Process {process.pk} {process.get_status_display().lower()}: {process.result}"
        raise CommandError(text)
