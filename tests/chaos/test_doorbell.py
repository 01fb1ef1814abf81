"""The doorbell: a ring on a real Redis wakes real Celery workers that would sleep for an hour."""

import subprocess
import sys
import time
from contextlib import contextmanager

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


def make_counting(pause: float) -> None:
    incoming = make_incoming()
    settings = {"records": 2, "page_size": 1, "pause": pause}
    incoming.subscriber = {"prototype": "counting-source", "parameters": settings}
    incoming.store()


def finished() -> int:
    return Process.objects.filter(status="finished").count()


def queue_all() -> None:
    for incoming in Incoming.objects.all():
        queue.enqueue(incoming, "person")


def let_begin_and_sleep(number: int) -> None:
    """Workers begin with a look at the queue; when that is done they sleep."""
    wait_until(lambda: finished() == number, 60)
    time.sleep(3)


def test_nothing_but_a_ring_wakes_a_worker_that_sleeps(redis_url):
    make_counting(pause=0)
    queue_all()

    with Sleeper("sleeper", redis_url) as worker:
        let_begin_and_sleep(1)
        queue_all()
        time.sleep(3)
        assert finished() == 1
        with ringing(worker):
            wait_until(lambda: finished() == 2, 60)


def test_all_workers_hear_the_same_ring(redis_url):
    """Of two runs that are queued together each worker takes one, while the other one is busy."""
    for _ in range(2):
        make_counting(pause=3)
    queue_all()

    with Sleeper("one", redis_url) as worker, Sleeper("other", redis_url):
        let_begin_and_sleep(2)
        queue_all()
        with ringing(worker):
            wait_until(lambda: finished() == 4, 60)

    last = Process.objects.order_by("-id")[:2]
    assert {process.worker.partition(":")[2] for process in last} == {"one", "other"}
