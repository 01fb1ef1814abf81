"""Several clocks at once: each occurrence is recorded once, and queued or told why not."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.clock import tick
from scheduler.cron import due_between
from scheduler.models import Occurrence, Process, ScheduledJob
from tests.chaos.racers import Racers
from tests.scheduler.running import make_job
from tests.world import make_route

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]

BEGIN = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)  # clocks in Europe jump an hour later
STEP = timedelta(minutes=3)
"""Between two rounds: 200 of them are ten hours."""
EXPRESSIONS = ("* * * * *", "*/7 * * * *", "30 2 * * *", "1-59/3 1-4 * * *")


def clock_of(racer: int, round: int) -> datetime:
    """Clocks go a little apart."""
    return BEGIN + STEP * (round + 1) + timedelta(seconds=2 * racer)


def test_five_clocks_fire_each_occurrence_once(rounds):
    jobs = [make_job(make_route(), text, time_zone="Europe/Amsterdam") for text in EXPRESSIONS]
    ScheduledJob.objects.update(created_at=BEGIN)

    with Racers(5, lambda racer, round: tick(clock_of(racer, round))) as clocks:
        counted = [sum(clocks.run_round()) for _ in range(rounds)]

    for job in jobs:
        due = due_between(job.expression, job.time_zone, BEGIN, clock_of(4, rounds - 1))
        fired = Occurrence.objects.filter(job=job).order_by("instant")
        assert list(fired.values_list("instant", flat=True)) == due
    queued = Occurrence.objects.filter(outcome="queued")
    assert queued.count() == Process.objects.count() == sum(counted)
