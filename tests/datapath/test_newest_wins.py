"""A route on which the newest wins: what waits for its retry gives way to a newer task of its
entity."""

import pytest

from scheduler.sweep import queue_realtime
from tasks.due import Due
from tasks.models import Message, Task
from tasks.pipeline import export_tasks, import_entities
from tests.world import act_on, later, make_incoming, make_route, make_schema, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def route_that_retries(**policies):
    incoming = make_incoming(schema=make_schema())
    return make_route(incoming=incoming, retry_enabled=True, newest_wins=True, **policies)


def fetch(source, route, *prices):
    source["pages"] = [[{"sku": "A", "price": price} for price in prices]]
    import_entities(route.incoming)


def test_a_newer_task_replaces_one_that_waits_for_its_retry(source, target):
    route = route_that_retries()
    fetch(source, route, 1)
    target.down = True
    export_tasks(route)
    fetch(source, route, 2)
    target.down = False

    export_tasks(route)

    assert statuses(route) == ["skipped", "finished"]
    assert target.received == [{"sku": "A", "price": 2}]
    old, new = Task.objects.order_by("id")
    line = Message.objects.filter(task=old).latest("id")
    assert (line.verb, line.text) == (
        "supersede",
        f"Skipped: task {new.identifier} of the same entity is newer, and wins.",
    )


def test_only_the_newest_of_several_is_left_and_other_entities_are_not_concerned(source, target):
    route = route_that_retries()
    source["pages"] = [[{"sku": "A", "n": 1}, {"sku": "B", "n": 1}]]
    import_entities(route.incoming)
    target.down = True
    export_tasks(route)
    fetch(source, route, 2, 3)

    later(minutes=5)
    export_tasks(route)

    assert statuses(route) == ["skipped", "retry", "skipped", "retry"]


def test_a_task_whose_newer_one_is_removed_meanwhile_keeps_its_retry(source, target, monkeypatch):
    route = route_that_retries()
    fetch(source, route, 1)
    target.down = True
    export_tasks(route)
    fetch(source, route, 2)
    look = Due._by_entity

    def look_and_lose_the_newest(self, page):
        found = list(look(self, page))
        Task.objects.filter(id=Task.objects.latest("id").id, status="new").delete()
        return found

    monkeypatch.setattr(Due, "_by_entity", look_and_lose_the_newest)
    export_tasks(route)

    assert statuses(route) == ["retry"]


def test_without_the_setting_the_older_task_goes_first(source, target):
    route = route_that_retries()
    route.newest_wins = False
    route.store()
    fetch(source, route, 1)
    target.down = True
    export_tasks(route)
    fetch(source, route, 2)
    target.down = False

    export_tasks(route)

    assert statuses(route) == ["retry", "new"]
    assert target.received == []


def test_a_real_time_route_is_woken_for_the_newer_task(source, target):
    route = route_that_retries(realtime=True)
    fetch(source, route, 1)
    target.down = True
    export_tasks(route)
    assert queue_realtime() == 0

    fetch(source, route, 2)

    assert queue_realtime() == 1


def test_a_replaced_task_can_be_retried_by_a_person_and_then_goes_its_way(source, target):
    route = route_that_retries()
    fetch(source, route, 1)
    target.down = True
    export_tasks(route)
    fetch(source, route, 2)
    target.down = False
    export_tasks(route)

    act_on("retry", Task.objects.filter(status="skipped"))
    export_tasks(route)

    assert [record["price"] for record in target.received] == [2, 1]
