"""What is answered 2xx is committed, and nothing ends the thread that commits."""

import threading
import time

import pytest
from django.db import DataError, OperationalError, connection

from scheduler.models import Delivery
from scheduler.webhooks import storing
from scheduler.webhooks.call import Call
from scheduler.webhooks.storing import MOST, MOST_BYTES, Storable, Writer, store_all
from tests.webhooks.calling import make_receiver, make_webhook

pytestmark = pytest.mark.django_db(transaction=True)


def storable(webhook, key=None, body=b"{}", query="", headers=None) -> Storable:
    call = Call("POST", "http://x/", query, headers or {}, body, "203.0.113.7", time.time())
    return Storable(webhook.pk, call, dict(call.headers), query, key, 72)


@pytest.fixture
def webhook():
    return make_webhook(make_receiver())


class Told:
    """What a writer told of, and how it can be made to go wrong."""

    def __init__(self):
        self.groups, self.errors = [], []

    def __call__(self, group):
        self.groups.append(list(group))
        if self.errors:
            raise self.errors.pop()

    def wait_for(self, number: int) -> list[Storable]:
        deadline = time.monotonic() + 120
        while sum(map(len, self.groups)) < number:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return [each for group in self.groups for each in group]


@pytest.mark.database
def test_ten_who_store_the_same_key_at_once_store_one_delivery_and_learn_of_it(webhook):
    storables = [storable(webhook, key="event-1") for _ in range(10)]
    barrier = threading.Barrier(10)

    def store(one):
        barrier.wait()
        store_all([one])
        connection.close()

    threads = [threading.Thread(target=store, args=(one,)) for one in storables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.error for one in storables] == [None] * 10
    assert {one.identifier for one in storables} == {Delivery.objects.get().identifier}
    assert sum(one.is_repeat for one in storables) == 9


@pytest.mark.database
def test_of_one_group_with_the_same_key_one_is_stored(webhook):
    group = [storable(webhook, key=key) for key in ("a", "a", None, None, "b")]

    store_all(group)

    assert Delivery.objects.count() == 4
    assert group[0].identifier == group[1].identifier


@pytest.mark.database
def test_one_that_cannot_be_stored_keeps_no_other_from_it(webhook):
    bad = storable(webhook)
    bad.webhook = None
    group = [storable(webhook), bad, storable(webhook)]

    store_all(group)

    assert [each.error is None for each in group] == [True, False, True]
    assert Delivery.objects.count() == 2


@pytest.mark.database
def test_a_connection_that_broke_is_made_anew_and_nothing_is_stored_twice(webhook, monkeypatch):
    insert, breaks = storing._insert, [True]

    def insert_and_break(group):
        kept = insert(group)
        if breaks:
            breaks.pop()
            connection.connection.close()
            raise OperationalError("the connection is gone")
        return kept

    monkeypatch.setattr(storing, "_insert", insert_and_break)
    group = [storable(webhook), storable(webhook, key="a")]

    store_all(group)

    assert [(each.error, each.is_repeat) for each in group] == [(None, False)] * 2
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize(
    "error",
    [OperationalError("away"), DataError("bad"), MemoryError(), SystemExit(1), ValueError()],
)
def test_whatever_goes_wrong_the_writer_goes_on(webhook, monkeypatch, error):
    told, store = Told(), storing.store

    def fail(group):
        raise error

    monkeypatch.setattr(storing, "store", fail)
    writer = Writer(told)
    writer.give(storable(webhook))
    assert told.wait_for(1)[0].error is not None
    monkeypatch.setattr(storing, "store", store)
    told.errors.append(RuntimeError("Event loop is closed"))
    writer.give(storable(webhook))
    writer.give(storable(webhook))

    assert [each.error for each in told.wait_for(3)[1:]] == [None, None]
    assert Delivery.objects.count() == 2


def test_calls_that_gather_are_stored_in_groups_bounded_in_number_and_bytes(webhook, monkeypatch):
    told, begin, sizes = Told(), threading.Event(), []

    def note(group):
        begin.wait(120)
        sizes.append((len(group), sum(len(each.call.body) for each in group)))

    monkeypatch.setattr(storing, "store", note)
    writer = Writer(told)
    for number in range(MOST * 2):
        writer.give(storable(webhook, body=bytes(MOST_BYTES // 4 if number < 20 else 10)))
    begin.set()
    told.wait_for(MOST * 2)

    assert max(number for number, _ in sizes) <= MOST
    assert max(size for _, size in sizes) <= MOST_BYTES


def test_a_call_that_was_answered_503_is_not_stored_afterwards(webhook):
    told = Told()
    late, wanted = storable(webhook), storable(webhook)
    late.is_wanted = False
    writer = Writer(told)

    writer.give(late)
    writer.give(wanted)
    told.wait_for(1)

    assert Delivery.objects.get().identifier == wanted.identifier
