"""A thousand jobs due in the same minute: one tick queues them, and they start by priority."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from connectors.models import Incoming
from scheduler import queue
from scheduler.clock import tick
from scheduler.models import Kind, Occurrence, Priority, Process, ScheduledJob

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MANY = 1_000
NOTHING = {"prototype": "static-data-subscriber", "parameters": {"data": []}}


def make_jobs() -> list[ScheduledJob]:
    """Each with an incoming of its own; one of three is urgent, one of three can wait."""
    names = [f"job-{number}" for number in range(MANY)]
    Incoming.objects.bulk_create(
        Incoming(name=name, identifier=name, subscriber=NOTHING) for name in names
    )
    incomings = Incoming.objects.in_bulk(names, field_name="identifier")
    priorities = (Priority.MEDIUM, Priority.LOW, Priority.HIGH)
    jobs = ScheduledJob.objects.bulk_create(
        ScheduledJob(
            name=name,
            identifier=name,
            job=Kind.IMPORT,
            incoming=incomings[name],
            expression="0 * * * *",
            priority=priorities[number % 3],
        )
        for number, name in enumerate(names)
    )
    ScheduledJob.objects.update(created_at=NOON - timedelta(minutes=1))
    return jobs


def start_all() -> list[Process]:
    """What a worker takes, one after the other."""
    started = []
    while process := queue.start_next("worker"):
        Process.objects.filter(pk=process.pk).move("finish", slot=None)
        started.append(process)
    return started


def test_a_thousand_jobs_of_one_minute_are_queued_by_one_tick_and_start_by_priority():
    make_jobs()

    begun = time.monotonic()
    queued = tick(NOON)
    print(f"\n{queued:,} jobs queued by one tick in {time.monotonic() - begun:.2f} s")
    started = start_all()

    assert queued == MANY == Occurrence.objects.filter(outcome="queued").count()
    order = [(process.priority, process.pk) for process in started]
    assert order == sorted(order)
    assert len({process.incoming_id for process in started}) == MANY
