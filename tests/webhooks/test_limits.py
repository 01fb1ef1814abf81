"""What a webhook does not take, and what it tells its caller."""

import pytest

from scheduler.models import Delivery
from scheduler.webhooks.book import STALE, Book
from scheduler.webhooks.limits import COUNT_EVERY, Pressure, Rate
from scheduler.webhooks.refusal import Refusal
from tests.webhooks.calling import make_receiver, make_webhook, read_all

pytestmark = pytest.mark.django_db

JSON = {"Content-Type": "application/json"}


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def webhook(**fields):
    return make_webhook(make_receiver(), **fields)


def test_another_method_is_answered_405_with_those_that_are_taken(caller):
    hook = webhook(methods=["POST", "PUT"])

    answer = caller.call(hook, "DELETE")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, PUT")
    assert caller.call(hook, "PUT", json={}).status_code == 202


def test_another_content_type_is_answered_415_with_those_that_are_taken(caller):
    hook = webhook(content_types=["application/json"])

    answer = caller.call(hook, content=b"<a/>", headers={"Content-Type": "text/xml"})

    assert answer.status_code == 415
    assert "Send application/json." in answer.json()["detail"]
    assert caller.call(hook, json={}).status_code == 202


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "text/plain; charset=klingon"}, 415),
        ({"Content-Type": "text/plain; charset=punycode"}, 415),
        ({"Content-Type": "text/plain; charset=undefined"}, 415),
    ],
)
def test_what_cannot_be_decoded_here_is_answered_415(caller, header, status):
    assert caller.call(webhook(), content=b"x", headers=header).status_code == status


@pytest.mark.parametrize(
    ("content_type", "body", "told"),
    [
        ("application/json", b'{"a": "\xff"}', "The byte 0xff at position 7 is not UTF-8."),
        ("application/ld+json", b"\xed\xa0\x80", "The byte 0xed at position 0 is not UTF-8."),
        ("text/csv; charset=ascii", b"a\xe9", "The byte 0xe9 at position 1 is not ASCII."),
    ],
)
def test_text_in_another_encoding_than_it_says_is_answered_400_with_the_place(
    caller, content_type, body, told
):
    answer = caller.call(webhook(), content=body, headers={"Content-Type": content_type})

    assert (answer.status_code, answer.json()["detail"]) == (400, told)


def test_a_body_over_the_limit_of_the_webhook_is_answered_413(caller):
    hook = webhook(max_bytes=100)

    assert caller.call(hook, content=b"x" * 101).status_code == 413
    assert caller.call(hook, content=b"x" * 100).status_code == 202


def test_unknown_disabled_and_guessed_addresses_are_answered_alike(caller):
    disabled, hidden = webhook(), webhook(by_token=True)
    type(disabled).objects.filter(pk=disabled.pk).update(enabled=False)
    addresses = [disabled.identifier, hidden.identifier, hidden.token[:-1] + "x", "nobody", "%00"]

    answers = [caller.call(address, json={}) for address in addresses]

    assert len({(a.status_code, a.content, str(a.headers)) for a in answers}) == 1
    assert answers[0].status_code == 404
    assert caller.call(hidden, json={}).status_code == 202


# ---------------------------------------------------------------- pressure


def test_calls_beyond_the_rate_are_answered_429_with_when_to_come_again(caller, settings):
    settings.ALUMIO_WEB_WORKERS = 1
    hook = webhook(calls_per_second=3)

    answers = [caller.call(hook, json={}) for _ in range(20)]

    assert {answer.status_code for answer in answers} == {202, 429}
    assert {a.headers["Retry-After"] for a in answers if a.status_code == 429} == {"1"}


def test_a_rate_gives_room_for_one_second_and_then_so_many_each_second(settings):
    settings.ALUMIO_WEB_WORKERS = 1
    clock = Clock()
    rate = Rate(10, clock)

    assert taken(rate, 30) == 10
    clock.now += 0.5
    assert taken(rate, 30) == 5
    clock.now += 60
    assert taken(rate, 30) == 10


def taken(rate: Rate, number: int) -> int:
    found = 0
    for _ in range(number):
        try:
            rate.take()
        except Refusal:
            continue
        found += 1
    return found


@pytest.mark.database
def test_past_the_calls_that_may_wait_others_are_answered_429_until_some_are_read(caller):
    hook = webhook(max_waiting=2)
    answers = []
    for _ in range(4):
        answers.append(caller.call(hook, json={}))
        forget(caller, hook)

    assert [answer.status_code for answer in answers] == [202, 202, 429, 429]
    assert answers[-1].headers["Retry-After"] == "10"

    read_all()
    forget(caller, hook)

    assert caller.call(hook, json={}).status_code == 202


def forget(caller, hook) -> None:
    """The time has passed for which a count of waiting calls is believed."""
    _, entry = caller.door.book.known(hook.address)
    entry.pressure._until = 0.0


def test_waiting_calls_are_counted_once_a_second(django_assert_num_queries):
    clock = Clock()
    pressure = Pressure(1, 10, clock)
    pressure.count()
    assert pressure.is_known

    clock.now += COUNT_EVERY

    assert not pressure.is_known
    with django_assert_num_queries(1):
        pressure.count()


# ---------------------------------------------------------------- changes


def test_a_change_of_a_webhook_holds_within_two_seconds():
    clock = Clock()
    book, hook = Book(clock), webhook()
    before = book.find(hook.address)
    hook.enabled = False
    hook.store()

    assert book.known(hook.address) == (True, before)
    clock.now += STALE

    assert not book.known(hook.address)[0]
    assert not book.find(hook.address).webhook.enabled


def test_one_of_those_who_call_has_a_known_webhook_looked_up_again():
    clock = Clock()
    book, hook = Book(clock), webhook()
    entry = book.find(hook.address)

    assert [book.is_due(hook.address) for _ in range(3)] == [False] * 3
    clock.now += 1.0

    assert [book.is_due(hook.address) for _ in range(3)] == [True, False, False]
    assert book.find(hook.address) is entry


def test_a_deleted_webhook_is_unknown_and_so_are_its_deliveries(caller):
    hook = webhook()
    caller.call(hook, json={})
    type(hook).objects.filter(pk=hook.pk).delete()
    caller.door.book = Book()

    assert caller.call(hook, json={}).status_code == 404
    assert not Delivery.objects.exists()
