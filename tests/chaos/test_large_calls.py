"""One call with very many records, while the worker that reads it is killed and frozen."""

import os
import random
import signal
import time

import pytest

from scheduler.models import Delivery, Reading
from tasks.models import Task
from tests.chaos.invariants import broken
from tests.chaos.test_kills import all_quiet
from tests.chaos.worker import Worker, wait_until
from tests.webhooks.calling import Caller, make_receiver, make_webhook
from tests.world import make_route, make_schema

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]

KILLS = int(os.environ.get("CHAOS_RECORDS", "1500")) // 500


@pytest.fixture
def many():
    """Records of the call: more than are read between two kills."""
    return int(os.environ.get("CHAOS_RECORDS", "1500")) * 10


def read_so_far() -> int:
    return sum(Reading.objects.values_list("done", flat=True))


def quiet() -> bool:
    return not Delivery.objects.unread().exists() and all_quiet()


def hurt(worker: Worker) -> None:
    """Kill the worker, or freeze it and kill it then, once it has got on with the call."""
    before = read_so_far()
    wait_until(lambda: read_so_far() > before or quiet(), 120)
    time.sleep(random.random() / 4)
    if random.random() < 0.5:
        worker.signal(signal.SIGSTOP)
        time.sleep(random.random())
    worker.kill()


def test_a_call_read_under_kills_becomes_each_of_its_tasks_once_for_each_incoming(many):
    schema = make_schema()
    routes = [make_route(incoming=make_receiver(schema=schema)) for _ in range(2)]
    webhook = make_webhook(*(route.incoming for route in routes))
    records = [{"sku": number} for number in range(many)]
    assert Caller().call(webhook, json=records).status_code == 202

    parts = set()
    with Worker("chaos-1") as worker:
        while worker.kills < KILLS and not quiet():
            hurt(worker)
            parts.add(read_so_far())
        wait_until(quiet, 300, worker.revive)

    print(f"\n{worker.kills} kills, gone on at {sorted(parts)} of {2 * many} readings")
    assert worker.kills > 0
    assert broken() == []
    wanted = [str(number) for number in range(many)]
    for route in routes:
        made = Task.objects.filter(route=route).order_by("id")
        assert list(made.values_list("entity_identifier", flat=True)) == wanted
    assert Delivery.objects.get().status == "processed"
    assert all(reading.ended_at for reading in Reading.objects.all())
