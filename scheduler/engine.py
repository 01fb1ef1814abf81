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
from collections.abc import Sequence

from celery import bootsteps
from django.conf import settings
from django.db import Error, connections

from scheduler import queue
from scheduler.execution import execute
from scheduler.models import CHORES, FLOWS, UPKEEP
from scheduler.repair import repair_lost
from scheduler.runs import ProcessRun
from scheduler.sweep import sweep
from scheduler.webhooks.waiting import queue_reading

log = logging.getLogger(__name__)

POLL: float = settings.ALUMIO_POLL_SECONDS
SWEEP: float = settings.ALUMIO_SWEEP_SECONDS
STOP_WITHIN = 15.0
"""Seconds at most: between two looks at the queue, between two sweeps, for the work in hand to end.
"""
PAUSE = 2.0
"""Seconds of rest after something that nobody foresaw."""


class Hand:
    """A thread that takes processes of some kinds from the queue and executes them, one by one."""

    def __init__(self, worker: str, kinds: Sequence[str], name: str):
        self.worker, self.kinds = worker, kinds
        self.stopping = threading.Event()
        self.bell = threading.Event()
        self._run: ProcessRun | None = None
        self.thread = threading.Thread(target=self._turn, name=name, daemon=True)

    def stop(self) -> None:
        """Take nothing new; the work in hand ends after what is in flight."""
        self.stopping.set()
        self.bell.set()
        if self._run:
            self._run.ask_to_stop(goes_on=True)

    def _turn(self) -> None:
        try:
            while not self.stopping.is_set():
                while not self.stopping.is_set() and guarded(self._execute_next, self.stopping):
                    pass
                self.bell.wait(jittered(POLL))
                self.bell.clear()
        finally:
            connections.close_all()

    def _execute_next(self) -> bool:
        if self.kinds == FLOWS:
            queue_reading()
        process = queue.start_next(self.worker, self.kinds)
        if process is None:
            return False
        self._run = ProcessRun(process)
        if self.stopping.is_set():
            self._run.ask_to_stop(goes_on=True)
        try:
            execute(process, self._run)
        finally:
            self._run = None
        return True


class Engine:
    """The hands of one worker, and the sweep beside them.

    Chores have a hand of their own, so that nobody's retry waits behind an hour of export, and what
    the platform does by itself has another, so that none waits behind the removal of old records.
    """

    def __init__(self, worker: str):
        self.worker = worker
        asked_for = [kind for kind in CHORES if kind not in UPKEEP]
        self.hands = [
            Hand(worker, FLOWS, "engine"),
            Hand(worker, asked_for, "chores"),
            Hand(worker, UPKEEP, "upkeep"),
        ]
        self._stopping = threading.Event()
        self._sweeper = threading.Thread(target=self._keep_sweeping, name="sweep", daemon=True)

    def start(self) -> None:
        engines.add(self)
        self._sweeper.start()

    def ring(self) -> None:
        """Look at the queue now."""
        for hand in self.hands:
            hand.bell.set()

    def stop(self) -> None:
        self._stopping.set()
        engines.discard(self)
        for hand in self.hands:
            hand.stop()
        for hand in self.hands:
            if hand.thread.is_alive():
                hand.thread.join(STOP_WITHIN)

    def _keep_sweeping(self) -> None:
        try:
            self._adopt()
            for hand in self.hands:
                hand.thread.start()
            while not self._stopping.is_set():
                guarded(sweep, self._stopping)
                self.ring()  # it may have queued something, and perhaps nobody else rings
                self._stopping.wait(jittered(SWEEP))
        finally:
            connections.close_all()

    def _adopt(self) -> None:
        """What ran under this worker's name died with the worker before us: before anything new
        runs under it."""
        if named():
            guarded(lambda: repair_lost(self.worker), self._stopping)


engines: set[Engine] = set()
"""Those of this program, to be rung: a worker has one."""


def ring() -> None:
    """Wake the engines of this program."""
    for engine in list(engines):
        engine.ring()


def guarded(work, stopping: threading.Event):
    """Do it; whatever goes wrong is logged and followed by a rest. Returns False then."""
    try:
        return work()
    except Error as error:
        log.warning("The database is away: %s", error)
    except (Exception, SystemExit):
        log.exception("The engine met what it did not foresee")
    connections.close_all()
    stopping.wait(PAUSE)
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
