"""The engine: the thread of a worker that takes processes from the queue and executes them.

One engine a worker, as many workers as wanted. It looks when the doorbell rings and, jittered, at
least every ten seconds by itself, so that everything also runs without Redis, only later.
"""

import logging
import os
import random
import socket
import threading
import time

from celery import bootsteps
from django.db import DatabaseError, connections

from scheduler import queue
from scheduler.execution import execute
from scheduler.repair import repair_lost
from scheduler.runs import ProcessRun
from scheduler.sweep import sweep

log = logging.getLogger(__name__)

POLL = (5.0, 10.0)
SWEEP = 15.0
STOP_WITHIN = 15.0
"""Seconds: between two looks at the queue, between two sweeps, for the work in hand to end."""

bell = threading.Event()
"""Set by the doorbell's job; the engine of this worker process waits for it."""


class Engine:
    def __init__(self, worker: str):
        self.worker = worker
        self._stopping = threading.Event()
        self._run: ProcessRun | None = None
        self._swept_at = 0.0
        self._thread = threading.Thread(target=self._turn, name="engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take nothing new; the work in hand ends after the tasks that are in flight."""
        self._stopping.set()
        bell.set()
        if self._run:
            self._run.ask_to_stop()
        self._thread.join(STOP_WITHIN)

    def _turn(self) -> None:
        try:
            self._adopt()
            while not self._stopping.is_set():
                self._look()
                bell.wait(random.uniform(*POLL))  # noqa: S311 - jitter, no secret
                bell.clear()
        finally:
            connections.close_all()

    def _adopt(self) -> None:
        """What ran under this worker's name died with the worker before us."""
        if named():
            self._guarded(lambda: repair_lost(self.worker))

    def _look(self) -> None:
        if time.monotonic() - self._swept_at > SWEEP:
            self._swept_at = time.monotonic()
            self._guarded(sweep)
        while not self._stopping.is_set() and self._guarded(self._execute_next):
            pass

    def _execute_next(self) -> bool:
        process = queue.start_next(self.worker)
        if process is None:
            return False
        self._run = ProcessRun(process)
        try:
            execute(process, self._run)
        finally:
            self._run = None
        return True

    def _guarded(self, work):
        try:
            return work()
        except DatabaseError as error:
            log.warning("The database is away: %s", error)
            connections.close_all()
            self._stopping.wait(2.0)
            return False


def named() -> str:
    """The name the supervisor gave this worker; nobody else runs under it at the same time."""
    return os.environ.get("ALUMIO_WORKER_NAME", "")


def worker_name() -> str:
    return f"{socket.gethostname()}:{named() or os.getpid()}"


class EngineStep(bootsteps.StartStopStep):
    """Starts the engine with a Celery worker, before the worker looks for its broker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker, **options):
        super().__init__(worker, **options)
        self.engine = Engine(worker_name())

    def start(self, worker):
        self.engine.start()

    def stop(self, worker):
        self.engine.stop()

    terminate = stop
