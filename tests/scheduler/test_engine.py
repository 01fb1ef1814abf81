"""The engine: a thread that finds work by itself and survives everything."""

import threading
import time

import pytest
from django.db import InterfaceError, OperationalError

from scheduler import engine as engines
from scheduler import queue
from scheduler.engine import Engine
from scheduler.models import Process
from tasks.models import Task
from tests.scheduler.running import dying_with, let_expire, queued, route_with_tasks
from tests.world import statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def engine(monkeypatch):
    """An engine that looks often; started by the test, stopped after it."""
    monkeypatch.setattr(engines, "POLL", 0.05)
    monkeypatch.setattr(engines, "SWEEP", 0.2)
    monkeypatch.setattr(engines, "PAUSE", 0.05)
    engine = Engine("worker-1")
    yield engine
    end(engine)


def end(engine: Engine) -> None:
    """Stop it, and wait until its threads have ended."""
    engine.stop()
    for thread in (engine._sweeper, *(hand.thread for hand in engine.hands)):
        if thread.ident:
            thread.join(120)
            assert not thread.is_alive()


def until(happened, seconds=120.0):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_queued_process_is_executed_although_nobody_rings(engine, target):
    route = route_with_tasks(3)
    engine.start()

    process = queued(route)

    until(lambda: Process.objects.get(pk=process.pk).status == "finished")
    assert statuses(route) == ["finished"] * 3
    assert Process.objects.get(pk=process.pk).worker == "worker-1"


def test_the_bell_wakes_an_engine_that_sleeps(engine, monkeypatch):
    monkeypatch.setattr(engines, "POLL", 600)
    monkeypatch.setattr(engines, "SWEEP", 600)
    route, looked, start_next = route_with_tasks(1), threading.Event(), queue.start_next

    def note(worker, kinds):
        found = start_next(worker, kinds)
        looked.set()
        return found

    monkeypatch.setattr(queue, "start_next", note)
    engine.start()
    assert looked.wait(120)
    process = queued(route)

    engines.ring()

    until(lambda: Process.objects.get(pk=process.pk).status == "finished")


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("server closed the connection unexpectedly"),
        InterfaceError("connection already closed"),
        KeyError("unforeseen"),
        SystemExit(1),
    ],
)
def test_an_engine_goes_on_after_anything(engine, error, monkeypatch):
    route = route_with_tasks(1)
    failures, start_next = iter([error, error]), queue.start_next

    def failing(worker, kinds):
        for failure in failures:
            raise failure
        return start_next(worker, kinds)

    monkeypatch.setattr(queue, "start_next", failing)
    process = queued(route)

    engine.start()

    until(lambda: Process.objects.get(pk=process.pk).status == "finished")


def test_an_engine_sweeps_beside_a_long_run(engine, target, monkeypatch):
    lost = route_with_tasks(1)
    long = route_with_tasks(1)
    process, _ = dying_with(lost)
    take, repaired = type(target).take, Task.objects.filter(route=lost, deaths=1)
    monkeypatch.setattr(type(target), "take", lambda *a: until(repaired.exists) or take(*a))
    queued(long)
    engine.start()
    until(lambda: statuses(long) == ["processing"])

    let_expire(process)

    until(lambda: statuses(long) == ["finished"])


def test_a_named_engine_begins_with_what_its_predecessor_left(engine, monkeypatch):
    monkeypatch.setenv("ALUMIO_WORKER_NAME", "worker-1")
    route = route_with_tasks(2)
    process, _ = dying_with(route)
    Process.objects.filter(pk=process.pk).update(worker="worker-1")

    engine.start()

    until(lambda: statuses(route) == ["finished"] * 2)
    process.refresh_from_db()
    assert process.status == "failed"


def test_a_stopped_engine_takes_nothing_new(engine):
    route = route_with_tasks(1)
    engine.start()
    end(engine)

    process = queued(route)

    assert Process.objects.get(pk=process.pk).status == "scheduled"
