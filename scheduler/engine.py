"""The engine: the threads of a worker that take processes from the queue and execute them, and
sweep beside that, so that a long run keeps nobody's repair waiting.

One engine a worker, as many workers as wanted. It looks when the doorbell rings and, jittered, at
least every ten seconds by itself, so that everything also runs without Redis, only later. Nothing
that goes wrong in it ends it: a worker without its engine would look alive and do nothing.
"""

import logging
import os
import random
import socket
import threading

from celery import bootsteps
from django.conf import settings
from django.db import Error, connections

from scheduler import queue
from scheduler.execution import execute
from scheduler.repair import repair_lost
from scheduler.runs import ProcessRun
from scheduler.sweep import sweep

log = logging.getLogger(__name__)

POLL: float = settings.ALUMIO_POLL_SECONDS
SWEEP: float = settings.ALUMIO_SWEEP_SECONDS
STOP_WITHIN = 15.0
"""Seconds at most: between two looks at the queue, between two sweeps, for the work in hand to end.
"""
PAUSE = 2.0
"""Seconds of rest after something that nobody foresaw."""

bell = threading.Event()
"""Set by the doorbell's job; the engine of this worker process waits for it."""


class Engine:
    def __init__(self, worker: str):
        self.worker = worker
        self._stopping = threading.Event()
        self._run: ProcessRun | None = None
        self._threads = [
            threading.Thread(target=self._turn, name="engine", daemon=True),
            threading.Thread(target=self._keep_sweeping, name="sweep", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take nothing new; the work in hand ends after the tasks that are in flight."""
        self._stopping.set()
        bell.set()
        if self._run:
            self._run.ask_to_stop(goes_on=True)
        self._threads[0].join(STOP_WITHIN)

    def _turn(self) -> None:
        try:
            self._adopt()
            while not self._stopping.is_set():
                while not self._stopping.is_set() and self._guarded(self._execute_next):
                    pass
                bell.wait(jittered(POLL))
                bell.clear()
        finally:
            connections.close_all()

    def _keep_sweeping(self) -> None:
        try:
            while not self._stopping.is_set():
                self._guarded(sweep)
                bell.set()  # it may have queued something, and perhaps nobody else rings
                self._stopping.wait(jittered(SWEEP))
        finally:
            connections.close_all()

    def _adopt(self) -> None:
        """What ran under this worker's name died with the worker before us."""
        if named():
            self._guarded(lambda: repair_lost(self.worker))

    def _execute_next(self) -> bool:
        process = queue.start_next(self.worker)
        if process is None:
            return False
        self._run = ProcessRun(process)
        if self._stopping.is_set():
            self._run.ask_to_stop(goes_on=True)
        try:
            execute(process, self._run)
        finally:
            self._run = None
        return True

    def _guarded(self, work):
        try:
            return work()
        except Error as error:
            log.warning("The database is away: %s", error)
        except (Exception, SystemExit):
            log.exception("The engine met what it did not foresee")
        connections.close_all()
        self._stopping.wait(PAUSE)
        return False


def jittered(seconds: float) -> float:
    """Between half of it and all of it, so that workers do not look at the same moment."""
    return random.uniform(seconds / 2, seconds)  # noqa: S311 - jitter, no secret


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
