"""A call with the caller's own name for it is one, however often it is repeated."""

from datetime import timedelta

import pytest

from scheduler.models import Delivery
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.world import make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize(
    ("bodies", "number"),
    [
        ([b'{"event": {"id": 7}}', b'{"event": {"id": 7}, "again": true}'], 1),
        ([b'{"event": {"id": "7"}}', b'{"event": {"id": 7}}'], 1),
        ([b'{"event": {"id": "a"}}', b'{"event": {"id": "b"}}'], 2),
        ([b'{"event": {}}', b'{"event": {}}'], 2),
        ([b'{"event": {"id": null}}', b'{"event": {"id": null}}'], 2),
        ([b'{"event": {"id": true}}', b'{"event": {"id": true}}'], 2),
        ([b'{"event": {"id": [1]}}', b'{"event": {"id": [1]}}'], 2),
        ([b"event=7", b"event=7"], 2),
        ([b"", b""], 2),
        ([b'{"event": {"id": "\\u0000"}}'] * 2, 1),
        ([b'{"event": {"id": "' + b"x" * 5000 + b'"}}'] * 2, 1),
    ],
)
def test_the_key_may_be_at_a_place_in_the_body(caller, bodies, number):
    webhook = make_webhook(make_receiver(), key_path="event.id")

    answers = [caller.call(webhook, content=body) for body in bodies]

    assert {answer.status_code for answer in answers} == {202}
    assert Delivery.objects.count() == number


def test_after_the_window_the_same_key_is_a_new_call(caller):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    webhook = make_webhook(incoming, key_header="X-Event", key_hours=2)
    first = caller.call(webhook, json={}, headers={"X-Event": "1"}).json()["delivery"]
    rows = Delivery.objects.filter(identifier=first)
    moment = rows.get().received_at

    rows.update(received_at=moment - timedelta(hours=2, seconds=1))
    second = caller.call(webhook, json={}, headers={"X-Event": "1"}).json()["delivery"]
    third = caller.call(webhook, json={}, headers={"X-Event": "1"}).json()["delivery"]
    read_all()

    assert first != second == third
    assert route.tasks.count() == 2


def test_two_webhooks_may_have_calls_of_the_same_key(caller):
    hooks = [make_webhook(make_receiver(), key_header="X-Event") for _ in range(2)]

    for hook in hooks:
        caller.call(hook, json={}, headers={"x-event": "1"})

    assert Delivery.objects.count() == 2


def test_without_a_key_nothing_is_guessed(caller):
    webhook = make_webhook(make_receiver(), key_header="X-Event")

    for _ in range(2):
        caller.call(webhook, json={"sku": "A"})

    assert Delivery.objects.count() == 2
