"""What was delivered is read once more: one, or all that match."""

import pytest

from alumio.audit import Actor
from alumio.models import AuditEntry
from scheduler import queue
from scheduler.execution import execute
from scheduler.models import Delivery, Process
from scheduler.webhooks import replay
from scheduler.webhooks.replay import Choice
from tasks.models import Task
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.webhooks.rows import make_delivery
from tests.world import data_of, make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ACTOR = Actor("somebody")


@pytest.fixture
def incoming():
    incoming = make_receiver()
    make_route(incoming=incoming)
    return incoming


@pytest.fixture
def webhook(incoming):
    return make_webhook(incoming, key_header="x-id")


def finish(process: Process) -> Process:
    while process.status == "scheduled":
        execute(queue.start_next("worker"))
        process.refresh_from_db()
    return process


def test_a_replay_is_a_delivery_of_its_own_with_the_same_body_and_no_key(caller, webhook):
    caller.call(webhook, json={"sku": "A"}, params={"shop": "1"}, headers={"x-id": "7"})
    read_all()
    original = Delivery.objects.get()

    done = replay.replay(Choice((original.identifier,)), ACTOR)
    read_all()

    copied = Delivery.objects.get(identifier=done.identifiers[0])
    assert (copied.replay_of, copied.key, copied.status) == (original, None, "processed")
    for name in ("method", "query", "headers", "sender", "size", "webhook_id"):
        assert getattr(copied, name) == getattr(original, name)
    assert bytes(copied.body) == bytes(original.body)
    first, second = Task.objects.order_by("id")
    assert (first.delivery, second.delivery) == (original.pk, copied.pk)
    assert data_of(first) == data_of(second)


def test_an_unreadable_call_is_read_once_its_parser_was_corrected(caller, webhook, incoming):
    caller.call(webhook, content=b"sku\nA-1\n")
    read_all()
    assert Delivery.objects.get().status == "failed"
    incoming.subscriber["parameters"]["deserializer"] = {"prototype": "csv", "parameters": {}}
    incoming.store()

    replay.replay(Choice.matching({"status": ["failed"]}), ACTOR)
    read_all()

    assert [d.status for d in Delivery.objects.order_by("id")] == ["failed", "processed"]
    assert data_of(Task.objects.get()) == {"sku": "A-1"}


def test_what_still_waits_is_left_alone_and_counted(webhook):
    make_delivery(webhook, "received")
    make_delivery(webhook)

    done = replay.replay(Choice.matching({}), ACTOR)

    assert (len(done.identifiers), done.unread) == (1, 1)
    assert Delivery.objects.count() == 3


def test_only_what_matches_and_was_there_is_replayed(webhook):
    other = make_delivery(make_webhook())
    mine = make_delivery(webhook)
    choice = Choice.matching({"webhook": [webhook.identifier]})
    late = make_delivery(webhook)

    replay.replay(choice, ACTOR)

    replayed = set(Delivery.objects.exclude(replay_of=None).values_list("replay_of", flat=True))
    assert replayed == {mine.pk}
    assert not {other.pk, late.pk} & replayed


def test_each_replay_is_in_the_audit_trail(webhook):
    one, _ = make_delivery(webhook), make_delivery(webhook)

    replay.replay(Choice((one.identifier,)), ACTOR)
    replay.replay(Choice.matching({"webhook": [webhook.identifier]}), ACTOR)

    many, single = AuditEntry.objects.order_by("-id")
    assert (single.action, single.subject, single.changed) == ("replay", one.identifier, 1)
    assert (many.action, many.changed) == ("replay-many", 2)
    assert many.criteria == {"webhook": [webhook.identifier]}


def test_many_are_replayed_by_a_process_each_once(webhook, monkeypatch):
    monkeypatch.setattr(replay, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(replay, "CHUNK", 2)
    originals = [make_delivery(webhook, body=b'{"sku":%d}' % n) for n in range(5)]

    queued = replay.replay(Choice.matching({}), ACTOR)
    assert Delivery.objects.count() == 5
    process = finish(Process.objects.get(pk=queued.process))

    assert (process.status, process.result) == ("finished", "5 replayed.")
    copies = Delivery.objects.exclude(replay_of=None).order_by("id")
    assert [copy.replay_of_id for copy in copies] == [each.pk for each in originals]
    assert AuditEntry.objects.get().process == process.pk


def test_a_process_that_was_cut_off_goes_on_behind_what_it_had_replayed(webhook, monkeypatch):
    monkeypatch.setattr(replay, "MOST_AT_ONCE", 1)
    originals = [make_delivery(webhook) for _ in range(3)]
    queued = replay.replay(Choice.matching({}), ACTOR)
    done = replay.copy([originals[0].pk])
    Process.objects.filter(pk=queued.process).update(cursor={"last": originals[0].pk})

    finish(Process.objects.get(pk=queued.process))

    copies = Delivery.objects.exclude(replay_of=None).exclude(identifier__in=done)
    assert {copy.replay_of_id for copy in copies} == {each.pk for each in originals[1:]}


def test_the_same_choice_is_queued_once(webhook, monkeypatch):
    monkeypatch.setattr(replay, "MOST_AT_ONCE", 1)
    make_delivery(webhook)
    make_delivery(webhook)
    choice = Choice.matching({})

    assert replay.replay(choice, ACTOR) == replay.replay(choice, ACTOR)

    assert Process.objects.count() == 1


def test_large_bodies_are_left_to_a_process_and_copied_a_few_at_a_time(webhook, monkeypatch):
    monkeypatch.setattr(replay, "MOST_BYTES", 100)
    monkeypatch.setattr(replay, "CHUNK_BYTES", 100)
    rows = [make_delivery(webhook, body=b"x" * 60) for _ in range(3)]

    assert isinstance(replay.replay(Choice.matching({}), ACTOR), replay.Queued)

    assert replay.next_ids(Delivery.objects.all(), 0) == [rows[0].pk]
