"""A real Celery worker, started as `manage.py up` does, to be killed, frozen and restarted."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "redis://127.0.0.1:1/0"
BUSY = 5
"""So many times longer everything may take on a machine that does much else."""


class Worker:
    """Use it as a context; it leaves no process behind. `database` are Django's settings of it;
    a `paused` one waits for SIGCONT."""

    def __init__(self, name, broker: str = NOBODY, database: dict | None = None, paused=False):
        keys = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
        of = database or {key: str(connection.settings_dict[key]) for key in keys}
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "CHAOS_DATABASE": json.dumps(of),
            "ALUMIO_WORKER_NAME": name,
            "REDIS_URL": broker,
            "ALUMIO_LOG_LEVEL": "ERROR",
            "PYTHONWARNINGS": "ignore",
        }
        self.kills, self.process, self.paused = 0, None, paused

    def __enter__(self):
        self.start()
        if self.paused:
            self.signal(signal.SIGSTOP)
        return self

    def __exit__(self, *_):
        self.signal(signal.SIGKILL)
        self.process.wait()

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "alumio", "worker"]
        options = ["--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.process = subprocess.Popen(
            [*command, *options, "--loglevel=CRITICAL"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("CHAOS_VERBOSE") else subprocess.DEVNULL,
        )

    def signal(self, number: int) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9, and start its successor at once, as a supervisor does."""
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self.start()

    def revive(self) -> None:
        """Start a successor if it has ended by itself."""
        if self.process.poll() is not None:
            self.kills += 1
            self.start()


class Deliveries:
    """What a file target has been given: lines of key, sku and process id."""

    def __init__(self, path: Path):
        self.path = path
        path.touch()

    def __len__(self):
        return self.path.read_bytes().count(b"\n")

    def lines(self) -> list[tuple[str, str, str]]:
        return [tuple(line.split()) for line in self.path.read_text().splitlines()]

    def times(self) -> Counter:
        """How often each sku was delivered."""
        return Counter(sku for _, sku, _ in self.lines())

    def repeats(self) -> int:
        return sum(self.times().values()) - len(self.times())

    def worst(self) -> int:
        """How many deliveries of one worker were repeated by later ones, at most."""
        last = {sku: pid for _, sku, pid in self.lines()}
        repeated = Counter(pid for _, sku, pid in self.lines() if pid != last[sku])
        return max(repeated.values(), default=0)

    def keys(self) -> dict[str, set[str]]:
        keys = defaultdict(set)
        for key, sku, _ in self.lines():
            keys[sku].add(key)
        return keys


def wait_until(happened: Callable[[], object], seconds: float, meanwhile=lambda: None) -> None:
    """Wait for something that must happen, and happens within so many seconds on a machine that
    does nothing else. Raises AssertionError if it does not."""
    deadline = time.monotonic() + BUSY * seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        meanwhile()
        time.sleep(0.05)
