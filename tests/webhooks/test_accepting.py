"""A call that is answered 202 is stored, and becomes tasks."""

import pytest

from scheduler.models import Delivery
from tasks.models import Task
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.world import make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_call_is_stored_and_then_becomes_a_task_on_each_route(caller):
    incoming = make_receiver()
    make_route(incoming=incoming)
    make_route(incoming=incoming)
    webhook = make_webhook(incoming)

    answer = caller.call(webhook, json={"sku": "A"})

    assert answer.status_code == 202
    delivery = Delivery.objects.get(identifier=answer.json()["delivery"])
    assert bytes(delivery.body) == b'{"sku":"A"}'
    assert not Task.objects.exists()

    (process,) = read_all()

    assert process.status == "finished"
    assert Task.objects.count() == 2
    delivery.refresh_from_db()
    assert delivery.status == "processed"


def test_two_incomings_of_a_webhook_read_the_same_call(caller):
    first, second = make_receiver(), make_receiver({"prototype": "binary", "parameters": {}})
    routes = [make_route(incoming=first), make_route(incoming=second)]
    webhook = make_webhook(first, second)

    caller.call(webhook, content=b'[{"sku": "A"}, {"sku": "B"}]')
    read_all()

    assert [route.tasks.count() for route in routes] == [2, 1]
    delivery = Delivery.objects.get()
    assert {r.incoming: r.counts["new"] for r in delivery.readings.all()} == {
        first.identifier: 2,
        second.identifier: 1,
    }


def test_an_unreadable_call_makes_no_task_and_says_where(caller):
    incoming = make_receiver()
    make_route(incoming=incoming)
    webhook = make_webhook(incoming)
    caller.call(webhook, content=b'[{"sku": "A"}, {"sku": ]')
    caller.call(webhook, json={"sku": "B"})

    read_all()

    bad, good = Delivery.objects.order_by("id")
    assert (bad.status, good.status) == ("failed", "processed")
    assert "column 24" in bad.readings.get().error
    assert Task.objects.count() == 1


def test_calls_wait_while_their_incoming_is_disabled(caller):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    webhook = make_webhook(incoming)
    incoming.enabled = False
    incoming.store()

    assert caller.call(webhook, json={"sku": "A"}).status_code == 202
    assert read_all() == []
    incoming.enabled = True
    incoming.store()
    read_all()

    assert route.tasks.count() == 1


def test_a_keyed_call_that_is_repeated_gets_the_same_answer_and_makes_nothing(caller):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    webhook = make_webhook(incoming, key_header="X-Event")

    answers = [caller.call(webhook, json={"sku": "A"}, headers={"X-Event": "e1"}) for _ in range(3)]
    read_all()

    assert len({answer.content for answer in answers}) == 1
    assert route.tasks.count() == 1


def test_headers_and_query_can_be_used_by_the_steps(caller):
    rows = [
        {"key": "topic", "value": "@{scope.webhook.headers.X-Topic}"},
        {"key": "shop", "value": "@{scope.webhook.query.shop}"},
    ]
    step = {
        "prototype": "data",
        "parameters": {
            "transformers": [{"prototype": "value-setter", "parameters": {"configurations": rows}}]
        },
    }
    incoming = make_receiver(transformers=[step])
    route = make_route(incoming=incoming)
    webhook = make_webhook(incoming)

    caller.call(webhook, json={}, headers={"X-Topic": "orders/paid"}, params={"shop": "nl"})
    read_all()

    assert "orders/paid" in route.tasks.get().payload.data
    assert '"nl"' in route.tasks.get().payload.data


def test_a_caller_that_is_not_let_in_is_told_so_as_http_wants_it(caller):
    webhook = make_webhook(make_receiver(), validators=[])

    answer = caller.call(webhook, json={"sku": "A"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Webhook ")
    assert not Delivery.objects.exists()
