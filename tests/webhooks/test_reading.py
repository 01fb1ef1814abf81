"""What becomes of accepted calls when incomings are broken, shared, or given much at once."""

import pytest

from alumio import database
from connectors.models import Incoming
from scheduler.models import Delivery, Pause, Process
from scheduler.webhooks.waiting import queue_reading
from tasks.models import Task
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.world import data_of, make_route, make_schema

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def break_off(incoming: Incoming) -> None:
    """Give it a step that nobody knows any more."""
    steps = [{"prototype": "gone", "parameters": {}}]
    Incoming.objects.filter(pk=incoming.pk).update(transformers=steps)


def test_an_incoming_that_cannot_be_built_rests_between_tries_while_others_go_on(caller):
    broken, whole = make_receiver(), make_receiver()
    routes = [make_route(incoming=incoming) for incoming in (broken, whole)]
    webhook = make_webhook(broken, whole)
    break_off(broken)
    caller.call(webhook, json={"sku": "A"})

    (process,) = read_all()

    assert process.status == "failed"
    assert [route.tasks.count() for route in routes] == [0, 1]
    assert Delivery.objects.get().status == "received"
    assert queue_reading() == 0

    Pause.objects.update(until=database.now())
    Incoming.objects.filter(pk=broken.pk).update(transformers=[])
    read_all()

    assert [route.tasks.count() for route in routes] == [1, 1]
    assert Delivery.objects.get().status == "processed"


def test_one_broken_webhook_keeps_no_other_waiting(caller):
    broken, whole = make_receiver(), make_receiver()
    route = make_route(incoming=whole)
    break_off(broken)
    caller.call(make_webhook(broken), json={"sku": "A"})
    caller.call(make_webhook(whole), json={"sku": "B"})

    read_all()

    assert route.tasks.count() == 1
    assert Process.objects.filter(job="webhook").count() == 2


def test_two_webhooks_may_feed_one_incoming_and_what_is_unchanged_is_known_to_both(caller):
    incoming = make_receiver(schema=make_schema())
    route = make_route(incoming=incoming, unchanged="skip")
    first, second = make_webhook(incoming), make_webhook(incoming)

    for webhook in (first, second, first):
        caller.call(webhook, json={"sku": "A", "price": 1})
        read_all()
    caller.call(second, json={"sku": "A", "price": 2})
    read_all()

    assert list(route.tasks.order_by("id").values_list("status", flat=True)) == [
        "new",
        "skipped",
        "skipped",
        "new",
    ]


def test_calls_of_a_webhook_become_tasks_in_the_order_in_which_they_came(caller):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    webhook = make_webhook(incoming)
    for number in range(60):
        caller.call(webhook, json=[{"n": number, "part": part} for part in range(3)])

    read_all()

    wanted = [{"n": n, "part": part} for n in range(60) for part in range(3)]
    assert [data_of(task) for task in route.tasks.order_by("id")] == wanted


def test_a_call_with_very_many_records_is_read_whole_or_not_at_all(caller):
    parser = {"prototype": "csv", "parameters": {}}
    incoming = make_receiver(parser)
    make_route(incoming=incoming)
    webhook = make_webhook(incoming)
    lines = [f"sku-{number},{number}" for number in range(5000)]
    whole, cut = "\n".join(["sku,n", *lines]), "\n".join(["sku,n", *lines, '"never closed'])

    for body in (whole, cut):
        caller.call(webhook, content=body)
    read_all()

    good, bad = Delivery.objects.order_by("id")
    assert (good.status, bad.status) == ("processed", "failed")
    assert Task.objects.count() == Task.objects.filter(delivery=good.pk).count() == 5000
