"""The demo as a newcomer sees it: within its first runs every interesting status shows."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from alumio import jsontext
from scheduler.models import Occurrence, Process, ScheduledJob
from tasks.models import Task
from tests.world import later

pytestmark = [pytest.mark.slow, pytest.mark.database]


def by_status() -> Counter:
    return Counter(Task.objects.values_list("status", flat=True))


def a_minute_later() -> None:
    """As if the last occurrences had not been seen yet."""
    Occurrence.objects.all().delete()
    ScheduledJob.objects.update(checked_until=timezone.now() - timedelta(minutes=1))


def test_the_first_runs_show_every_interesting_status(running_demo):
    running_demo()

    found = by_status()
    assert set(found) == {"new", "finished", "retry", "failed", "skipped", "rejected"}
    assert found["new"] >= 30
    assert found["finished"] >= 20
    assert set(Process.objects.values_list("status", flat=True)) == {"finished"}


def test_a_second_run_brings_only_what_is_new_or_changed(running_demo):
    running_demo()
    before = Task.objects.count()
    a_minute_later()

    running_demo()

    assert Task.objects.count() - before < 10


def test_retries_get_through_or_end_as_failed(running_demo):
    running_demo()
    waiting = set(Task.objects.filter(status="retry").values_list("pk", flat=True))

    for _ in range(3):
        later(minutes=1)
        a_minute_later()
        running_demo()

    ended = Counter(Task.objects.filter(pk__in=waiting).values_list("status", flat=True))
    assert ended["failed"] > 0
    assert not ended["retry"]


def test_an_order_arrives_at_the_erp_by_the_names_that_the_erp_knows(running_demo):
    running_demo()

    task = Task.objects.filter(status="finished", route__identifier="demo-orders-to-erp").first()
    data = jsontext.loads(task.payload.data)
    assert data["number"] == task.entity_identifier
    assert data["customer"]["name"]
    sent = jsontext.loads(task.messages.filter(phase="export").first().detail)
    body = jsontext.loads(sent["request"]["body"])
    assert body["reference"] == data["number"]
    assert "state" not in body
    assert "Bearer" not in str(sent)
