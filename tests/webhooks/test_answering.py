"""A webhook may answer after processing, with what came of the call."""

import pytest

from scheduler import doorbell, queue
from scheduler.execution import execute
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.world import make_route

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(monkeypatch):
    """A worker that does all there is to do the moment the doorbell rings."""

    def work():
        read_all()
        while process := queue.start_next("worker"):
            execute(process)

    monkeypatch.setattr(doorbell, "ring", work)


def test_the_answer_after_processing_names_the_tasks(caller, worker):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    webhook = make_webhook(incoming, answer="process")

    answer = caller.call(webhook, json=[{"sku": "A"}, {"sku": "B"}])

    assert answer.status_code == 200
    told = answer.json()
    assert told["incomings"][incoming.identifier]["new"] == 2
    assert [task["identifier"] for task in told["tasks"]] == list(
        route.tasks.order_by("id").values_list("identifier", flat=True)
    )


def test_of_a_real_time_route_the_answer_says_what_was_delivered(caller, worker, target):
    incoming = make_receiver()
    make_route(incoming=incoming, realtime=True)
    webhook = make_webhook(incoming, answer="process")

    answer = caller.call(webhook, json={"sku": "A"})

    assert answer.status_code == 200
    assert [task["status"] for task in answer.json()["tasks"]] == ["finished"]
    assert target.received == [{"sku": "A"}]


def test_what_cannot_be_read_is_answered_with_the_place(caller, worker):
    webhook = make_webhook(make_receiver(), answer="process")

    answer = caller.call(webhook, content=b'{"sku": }')

    assert answer.status_code == 400
    (told,) = answer.json()["incomings"].values()
    assert "line 1, column 9" in told["error"]


def test_past_the_time_limit_the_call_is_accepted_and_read_later(caller):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    webhook = make_webhook(incoming, answer="process", wait_seconds=1)

    answer = caller.call(webhook, json={"sku": "A"})
    read_all()

    assert answer.status_code == 202
    assert route.tasks.count() == 1


def test_a_repeated_call_gets_the_same_answer_after_processing(caller, worker):
    incoming = make_receiver()
    make_route(incoming=incoming)
    webhook = make_webhook(incoming, answer="process", key_header="X-Event")

    first, second = (
        caller.call(webhook, json={"sku": "A"}, headers={"X-Event": "1"}) for _ in range(2)
    )

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
