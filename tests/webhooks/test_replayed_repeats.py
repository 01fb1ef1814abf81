"""A repeat of a call that could not be read gets the answer of the replay that worked."""

import pytest

from alumio.audit import Actor
from connectors.models import Incoming
from scheduler import doorbell
from scheduler.models import Delivery
from scheduler.webhooks.replay import Choice, replay
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.world import make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CSV = {"prototype": "csv", "parameters": {}}
BODY = b"sku\nA\nB\n"


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr(doorbell, "ring", read_all)


@pytest.fixture
def webhook():
    """Its incoming takes CSV for JSON."""
    incoming = make_receiver()
    make_route(incoming=incoming)
    return make_webhook(incoming, key_header="X-Key", answer="process")


def correct() -> None:
    spec = {"prototype": "webhook-subscriber", "parameters": {"deserializer": CSV}}
    Incoming.objects.update(subscriber=spec)


def call(caller, webhook):
    return caller.call(webhook, content=BODY, headers={"X-Key": "7"})


def replay_one(identifier: str) -> str:
    (made,) = replay(Choice((identifier,)), Actor.of_command()).identifiers
    return made


def test_until_a_replay_worked_the_repeat_gets_the_old_answer_and_then_that_of_the_replay(
    caller, worker, webhook
):
    first = call(caller, webhook)
    assert first.status_code == 400

    failed = replay_one(first.json()["delivery"])
    repeat = call(caller, webhook)
    assert (repeat.status_code, repeat.json()) == (400, first.json())

    correct()
    read = replay_one(failed)
    repeat = call(caller, webhook)

    assert repeat.status_code == 200
    assert repeat.json()["delivery"] == read
    assert len(repeat.json()["tasks"]) == 2
    assert Delivery.objects.count() == 3


def test_of_several_replays_the_newest_that_could_be_read_counts(caller, worker, webhook):
    first = call(caller, webhook).json()["delivery"]
    correct()
    replay_one(first)
    newest = replay_one(first)

    assert call(caller, webhook).json()["delivery"] == newest


def test_a_replay_of_a_call_that_was_read_changes_nothing_for_its_repeats(caller, worker, webhook):
    correct()
    first = call(caller, webhook)
    replay_one(first.json()["delivery"])

    assert call(caller, webhook).json() == first.json()


def test_while_the_replay_waits_the_repeat_is_told_its_number(caller, webhook):
    webhook.answer = "accept"
    webhook.store()
    first = call(caller, webhook).json()["delivery"]
    read_all()

    waiting = replay_one(first)
    repeat = call(caller, webhook)

    assert repeat.status_code == 202
    assert repeat.json() == {"delivery": waiting}
