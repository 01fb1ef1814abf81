"""The doorbell: a ring on a real Redis wakes real Celery workers that would sleep for an hour."""

import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from connectors.models import Incoming
from scheduler import queue
from scheduler.models import Process
from tests.chaos.worker import ROOT, Worker, wait_until
from tests.world import make_incoming

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

RINGER = """
import time, django
django.setup()
from scheduler import doorbell
while True:
    doorbell.ring()
    time.sleep(0.5)
"""
"""Rings, in a program in which nothing of the broker is declared yet, until it is ended."""


class Sleeper(Worker):
    """A worker that looks at the queue when it begins, then only when the doorbell rings."""

    def __init__(self, name: str, broker: str):
        super().__init__(name, broker)
        self.environment["CHAOS_LOOKS_EVERY"] = "3600"


@contextmanager
def ringing(worker: Worker):
    command = [sys.executable, "-c", RINGER]
    program = subprocess.Popen(command, env=worker.environment, cwd=ROOT)
    try:
        yield
    finally:
        program.kill()
        program.wait()


def make_counting(barrier: str = "") -> None:
    incoming = make_incoming()
    settings = {"records": 2, "page_size": 1, "pause": 0, "barrier": barrier}
    incoming.subscriber = {"prototype": "counting-source", "parameters": settings}
    incoming.store()


def finished() -> int:
    return Process.objects.filter(status="finished").count()


def queue_all() -> None:
    for incoming in Incoming.objects.all():
        queue.enqueue(incoming, "person")


def let_begin_and_sleep(number: int, *workers: Worker) -> None:
    """Workers begin with a look at the queue; when that is done they sleep: no thread of theirs
    has anything to do for two seconds."""
    wait_until(lambda: finished() == number, 60)
    looks = []

    def asleep() -> bool:
        looks.append(all(sleeps(worker) for worker in workers))
        return len(looks) > 40 and all(looks[-40:])

    wait_until(asleep, 60)


def sleeps(worker: Worker) -> bool:
    """Whether none of its threads runs or would like to."""
    threads = psutil.Process(worker.process.pid).threads()
    return all(psutil.Process(each.id).status() == psutil.STATUS_SLEEPING for each in threads)


def test_nothing_but_a_ring_wakes_a_worker_that_sleeps(redis_url):
    make_counting()
    queue_all()

    with Sleeper("sleeper", redis_url) as worker:
        let_begin_and_sleep(1, worker)
        queue_all()
        time.sleep(3)
        assert finished() == 1
        with ringing(worker):
            wait_until(lambda: finished() == 2, 60)


def test_all_workers_hear_the_same_ring(redis_url, tmp_path):
    """Of two runs that are queued together each worker takes one, while the other one is busy."""
    barrier = tmp_path / "barrier"
    for _ in range(2):
        make_counting(str(barrier))
    queue_all()

    with Sleeper("one", redis_url) as worker, Sleeper("other", redis_url) as other:
        let_begin_and_sleep(2, worker, other)
        barrier.touch()
        queue_all()
        with ringing(worker):
            wait_until(lambda: Process.objects.filter(status="running").count() == 2, 60)
            barrier.unlink()
            wait_until(lambda: finished() == 4, 60)

    last = Process.objects.order_by("-id")[:2]
    assert {process.worker.partition(":")[2] for process in last} == {"one", "other"}
