"""Real workers, killed and frozen at random: nothing is lost, and little is sent twice."""

import random
import signal
import time
from collections import Counter

import pytest

from scheduler import queue
from scheduler.models import Process
from tasks.models import Message, Task
from tasks.pipeline import import_entities
from tests.chaos.invariants import broken
from tests.chaos.worker import Worker, wait_until
from tests.world import statuses, texts

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]

GROUP = 50
"""Tasks that are settled together at most."""


def all_quiet() -> bool:
    waiting = Process.objects.filter(status__in=["scheduled", "running"])
    return not waiting.exists() and not Task.objects.filter(status="processing").exists()


def kill_at_random(worker: Worker, progress, kills: int) -> None:
    """Kill the worker at once when it is seen at work, then up to 2 seconds after, so often or
    until all is quiet."""
    while worker.kills < kills and not all_quiet():
        before = progress()
        wait_until(lambda before=before: progress() != before or all_quiet(), 120)
        if worker.kills:
            time.sleep(random.choice([0.2, 0.5, 1.0, 2.0]) * random.random())
        if not all_quiet():
            worker.kill()
    wait_until(all_quiet, 300)


def test_a_worker_killed_at_random_loses_nothing_and_repeats_only_what_was_in_flight(
    scene, deliveries, records
):
    route = scene(records, pause=0.01, requests_in_flight=4)
    import_entities(route.incoming)
    queue.enqueue(route, "person")

    with Worker("chaos-1") as worker:
        kill_at_random(worker, deliveries.times, records // 200)

    died = Task.objects.filter(status="failed", deaths=3).count()
    report(worker, deliveries, died)
    assert broken() == []
    assert worker.kills > 0
    assert Counter(statuses(route))["finished"] == records - died, results()
    assert died <= worker.kills / 2  # some die together once; each one's further deaths are its own
    assert len(deliveries.times()) >= records - died
    assert deliveries.worst() <= route.requests_in_flight + GROUP
    assert all(len(keys) == 1 for keys in deliveries.keys().values())


def results() -> list[tuple]:
    """What the processes said at their end, for whoever reads why a test failed."""
    return list(Process.objects.order_by("id").values_list("id", "status", "result", "counts"))


def report(worker, deliveries, died) -> None:
    print(
        f"\n{worker.kills} kills, {len(deliveries.times())} delivered, {deliveries.repeats()} "
        f"repeats, {deliveries.worst()} by one kill, {died} given up after three deaths"
    )


def test_an_import_killed_at_random_neither_loses_nor_doubles_a_record(scene, records):
    route = scene(records, page_size=60, page_pause=0.3)
    queue.enqueue(route.incoming, "person")

    with Worker("chaos-1") as worker:
        kill_at_random(worker, Task.objects.count, records // 200)

    skus = sorted(int(identifier) for identifier in entities(route))
    print(f"\n{worker.kills} kills, {len(skus)} tasks of {len(set(skus))} records")
    assert broken() == []
    assert worker.kills > 0
    assert skus == list(range(records))


def entities(route):
    return Task.objects.filter(route=route).values_list("entity_identifier", flat=True)


def test_a_worker_frozen_past_its_lease_settles_nothing_that_others_settled(scene, deliveries):
    route = scene(120, pause=0.05, requests_in_flight=4)
    import_entities(route.incoming)
    queue.enqueue(route, "person")

    with Worker("frozen") as frozen, Worker("other", paused=True) as other:
        wait_until(lambda: len(deliveries) > 20, 120)
        frozen.signal(signal.SIGSTOP)
        other.signal(signal.SIGCONT)
        wait_until(lambda: statuses(route).count("finished") == 120, 120)
        frozen.signal(signal.SIGCONT)
        late = Message.objects.filter(text__contains="does not count")
        wait_until(late.exists, 120)

    assert statuses(route) == ["finished"] * 120
    assert broken() == []
    assert all(len(keys) == 1 for keys in deliveries.keys().values())
    assert deliveries.repeats() <= 4 + GROUP


def test_a_record_that_kills_its_worker_fails_alone(scene, deliveries):
    route = scene(50, deadly=17)
    import_entities(route.incoming)
    queue.enqueue(route, "person")

    with Worker("chaos-1") as worker:
        wait_until(
            lambda: statuses(route).count("finished") == 49 and all_quiet(), 120, worker.revive
        )

    poison = Task.objects.get(entity_identifier="17")
    assert poison.status == "failed"
    assert "died while processing this task" in texts(poison, "export")[-1]
    assert deliveries.times()["17"] == worker.kills == 3
    assert broken() == []


def test_an_import_that_kills_its_worker_each_time_is_not_tried_for_ever(scene):
    route = scene(10)
    step = {"prototype": "deadly-step", "parameters": {}}
    route.incoming.transformers = [step]
    route.incoming.store()
    queue.enqueue(route.incoming, "person")

    with Worker("chaos-1") as worker:
        wait_until(
            lambda: Process.objects.filter(status="failed").count() == 3 and all_quiet(),
            120,
            worker.revive,
        )

    assert "3 times in a row" in Process.objects.order_by("id").last().result
    assert broken() == []


def test_a_worker_that_is_asked_to_end_leaves_the_rest_to_its_successor(scene, deliveries):
    route = scene(300, pause=0.01)
    import_entities(route.incoming)
    queue.enqueue(route, "person")

    with Worker("chaos-1") as worker:
        wait_until(lambda: len(deliveries) > 20, 120)
        worker.signal(signal.SIGTERM)
        worker.process.wait(300)
        assert "new" in statuses(route)
        assert broken() == []
        worker.start()
        wait_until(all_quiet, 120)

    assert statuses(route) == ["finished"] * 300
    assert deliveries.repeats() == 0
    assert list(Process.objects.order_by("id").values_list("status", flat=True)) == [
        "killed",
        "finished",
    ]
