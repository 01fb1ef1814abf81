"""The broker is flushed, silent for long, or not there yet: everything runs, only later."""

import os
import signal
import subprocess
import time

import pytest
import redis

from alumio import bundled_redis
from scheduler import queue
from scheduler.models import Process
from tests.chaos.invariants import broken
from tests.chaos.test_kills import all_quiet
from tests.chaos.worker import Worker, wait_until
from tests.redis_server import Server, wait_until_ready
from tests.scheduler.running import make_job

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]

LOOKS_EVERY = 2.0
"""Seconds after which a worker of these tests looks at the queue by itself."""
BEGINS = 40
"""Seconds in which a worker has begun, on a machine that does much else."""


@pytest.fixture
def silence():
    """For how many seconds the broker says nothing: a few in the suite, 60 by `make chaos`."""
    return int(os.environ.get("CHAOS_SILENCE", "5"))


class Poller(Worker):
    def __init__(self, name: str, broker: str):
        super().__init__(name, broker)
        self.environment["CHAOS_LOOKS_EVERY"] = str(LOOKS_EVERY)


def ended(*processes: Process) -> bool:
    mine = Process.objects.filter(pk__in=[process.pk for process in processes])
    return mine.filter(status="finished").count() == len(processes)


@pytest.fixture
def run_one(scene):
    """Queues a run, waits for its end and gives it."""
    incoming = scene(1).incoming

    def run() -> Process:
        process = queue.enqueue(incoming, "person").process
        wait_until(lambda: ended(process), BEGINS)
        return process

    return run


def tell_lateness(*processes: Process) -> None:
    """How long the later ones waited, for whoever runs this at length."""
    rows = Process.objects.filter(pk__in=[process.pk for process in processes])
    waited = [(row.started_at - row.created_at).total_seconds() for row in rows]
    print(f"\n{len(waited)} runs, at most {max(waited):.1f} s late; polled every {LOOKS_EVERY} s")


def start_again(server: Server) -> None:
    command = bundled_redis.command(server.folder)
    quietly = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server.process = subprocess.Popen(command, **quietly)
    wait_until_ready(server)


def test_a_broker_that_forgets_everything_again_and_again_costs_nothing(broker, run_one):
    with Poller("chaos-1", broker.url) as worker, redis.Redis.from_url(broker.url) as client:
        run_one()
        runs = []
        for _ in range(4):
            client.flushall()
            runs.append(run_one())
        assert worker.process.poll() is None

    tell_lateness(*runs)
    assert broken() == []


def test_a_broker_that_is_silent_for_long_delays_no_run_and_no_schedule(
    broker, silence, scene, run_one
):
    job = make_job(scene(1).incoming, "* * * * *")
    with Poller("chaos-1", broker.url) as worker:
        run_one()
        broker.process.send_signal(signal.SIGSTOP)
        begun, runs = time.monotonic(), []
        while time.monotonic() - begun < silence:
            runs.append(run_one())
        broker.process.send_signal(signal.SIGCONT)
        run_one()
        if silence >= 60:
            assert job.occurrences.filter(outcome="queued").exists()
        assert worker.process.poll() is None

    tell_lateness(*runs)
    assert broken() == []


def test_a_worker_that_begins_without_a_broker_works_and_goes_on_when_it_comes(broker, run_one):
    broker.process.kill()
    broker.process.wait()

    with Poller("chaos-1", broker.url) as worker:
        first = run_one()
        start_again(broker)
        second = run_one()
        wait_until(all_quiet, BEGINS)
        assert worker.process.poll() is None

    tell_lateness(second)
    assert ended(first, second)
    assert broken() == []
