"""Workers that begin at once, because they are forked: the engine without Celery, to be killed."""

import multiprocessing
import os
import signal
from contextlib import ExitStack

from django.db import connections

from scheduler.engine import Engine, worker_name


class EngineWorker:
    """An engine in a process of its own under a name of its own. Use it as a context; it leaves no
    process behind."""

    def __init__(self, name: str):
        self.name, self.kills = name, 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._end()

    def start(self) -> None:
        connections.close_all()  # a forked connection would be used by two
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=self._work, daemon=True)
        self.process.start()

    def kill(self) -> None:
        """kill -9, and start its successor at once, as a supervisor does."""
        self._end()
        self.kills += 1
        self.start()

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def _end(self) -> None:
        self.process.kill()
        self.process.join()

    def _work(self) -> None:
        try:
            os.environ["ALUMIO_WORKER_NAME"] = self.name
            Engine(worker_name()).start()
            signal.pause()
        finally:
            os._exit(0)  # nothing of the tests' own ends must run here


def crew(stack: ExitStack, number: int) -> list[EngineWorker]:
    """So many workers, which end with the stack."""
    return [stack.enter_context(EngineWorker(f"engine-{n}")) for n in range(number)]
