"""A call with many records is read in parts: whoever goes on after a death begins behind them."""

from collections import Counter
from itertools import chain

import pytest
from django.db import connection

from alumio.audit import Actor
from alumio.models import Role, User
from connectors.models import Incoming
from scheduler import queue
from scheduler.execution import execute
from scheduler.models import Delivery, Process, Reading
from scheduler.repair import repair_lost
from scheduler.runs import ProcessRun
from scheduler.webhooks.replay import Choice, replay
from scheduler.webhooks.waiting import queue_reading
from tasks.models import Task
from tasks.run import Lost
from tests.scheduler.running import let_expire
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.webhooks.rows import make_delivery
from tests.world import data_of, make_route, make_schema

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MANY = 1_730
RECORDS = [{"sku": str(number)} for number in range(MANY)]


@pytest.fixture
def die_after(monkeypatch):
    """Reads until so many parts were committed, then dies; what it left is queued again."""

    def read(parts: int) -> Process:
        looks, check = Counter(), ProcessRun.check

        def look(run):
            looks["all"] += 1
            if looks["all"] > parts:
                raise Lost("It died.")
            check(run)

        with monkeypatch.context() as patched:
            patched.setattr(ProcessRun, "check", look)
            queue_reading()
            process = queue.start_next("worker")
            execute(process)
        let_expire(process)
        repair_lost()
        return process

    return read


def go_on() -> list[Process]:
    while process := queue.start_next("worker"):
        execute(process)
    return read_all()


def test_a_call_with_many_records_is_committed_in_parts_and_gone_on_with(caller, die_after):
    route = make_route(incoming=make_receiver())
    caller.call(make_webhook(route.incoming), json=RECORDS)

    died = die_after(2)
    reading = Reading.objects.get()
    assert (reading.done, reading.ended_at, reading.counts["new"]) == (1000, None, 1000)
    assert Delivery.objects.get().status == "received"

    die_after(1)
    assert Reading.objects.get().done == 1500

    go_on()

    reading, delivery = Reading.objects.get(), Delivery.objects.get()
    assert [data_of(task) for task in route.tasks.order_by("id")] == RECORDS
    assert reading.ended_at
    assert reading.process != died.pk
    assert reading.counts == {"records": MANY, "new": MANY}
    assert (delivery.status, reading.done) == ("processed", MANY)


def test_each_of_two_incomings_goes_on_where_it_was(caller, die_after):
    routes = [make_route(incoming=make_receiver()) for _ in range(2)]
    caller.call(make_webhook(*(route.incoming for route in routes)), json=RECORDS)

    for parts in (1, 2, 3):
        die_after(parts)
    go_on()

    for route in routes:
        assert [data_of(task) for task in route.tasks.order_by("id")] == RECORDS
    assert Delivery.objects.get().status == "processed"


def test_small_calls_around_a_large_one_are_read_once_and_in_order(caller, die_after):
    route = make_route(incoming=make_receiver())
    webhook = make_webhook(route.incoming)
    calls = [[{"sku": "before"}], RECORDS, [{"sku": "after"}], []]
    for records in calls:
        caller.call(webhook, json=records)

    die_after(1)
    go_on()

    assert [data_of(task) for task in route.tasks.order_by("id")] == list(chain(*calls))
    assert set(Delivery.objects.values_list("status", flat=True)) == {"processed"}
    counts = Reading.objects.order_by("delivery_id").values_list("counts", flat=True)
    assert [each.get("new", 0) for each in counts] == [1, MANY, 1, 0]


def test_what_steps_split_drop_and_know_already_counts_the_same_after_a_death(caller, die_after):
    incoming = make_receiver(schema=make_schema())
    route = make_route(incoming=incoming, unchanged="ignore")
    records = [{"sku": str(number % 1_200)} for number in range(MANY)]
    caller.call(make_webhook(incoming), json=records)

    die_after(2)
    die_after(1)
    go_on()

    assert route.tasks.count() == 1_200
    assert Reading.objects.get().counts == {"records": MANY, "new": 1_200}
    ordinals = Task.objects.order_by("id").values_list("ordinal", flat=True)
    assert list(ordinals) == list(range(1_200))


def test_a_replay_and_a_repeat_do_not_disturb_a_call_that_is_being_read(caller, die_after):
    route = make_route(incoming=make_receiver())
    webhook = make_webhook(route.incoming, key_header="X-Key")
    first = caller.call(webhook, json=RECORDS, headers={"X-Key": "7"})

    die_after(2)
    repeat = caller.call(webhook, json=RECORDS, headers={"X-Key": "7"})
    go_on()

    assert repeat.json() == first.json()
    assert route.tasks.count() == MANY
    assert Delivery.objects.get().status == "processed"


XML = {"prototype": "xml", "parameters": {}}


def parse_with(parser: dict | None) -> None:
    parameters = {"deserializer": parser} if parser else {}
    spec = {"prototype": "webhook-subscriber", "parameters": parameters}
    Incoming.objects.update(subscriber=spec)


def records_in(place: str) -> dict:
    return {"prototype": "json", "parameters": {"pattern": place}}


def page_of(client, delivery: Delivery) -> str:
    editor, _ = User.objects.get_or_create(email="editor@example.com", role=Role.EDITOR)
    client.force_login(editor)
    return client.get(f"/deliveries/{delivery.identifier}/").content.decode()


def replay_it(delivery: Delivery) -> Delivery:
    (made,) = replay(Choice((delivery.identifier,)), Actor.of_command()).identifiers
    return Delivery.objects.get(identifier=made)


def test_a_replay_goes_on_behind_what_was_read_before_the_parser_was_wrong(
    caller, die_after, client
):
    route = make_route(incoming=make_receiver())
    caller.call(make_webhook(route.incoming), json=RECORDS)

    die_after(1)
    parse_with(XML)
    go_on()
    delivery = Delivery.objects.get()
    page = page_of(client, delivery)

    assert (delivery.status, route.tasks.count()) == ("failed", 500)
    assert "500 records were read before that." in page
    assert "goes on behind these records" in page
    assert "it goes on behind that, if the parser gives the same records" in page

    still_wrong = replay_it(delivery)
    go_on()
    parse_with(None)
    right = replay_it(still_wrong)
    go_on()

    assert Delivery.objects.get(pk=right.pk).status == "processed"
    assert [data_of(task) for task in route.tasks.order_by("id")] == RECORDS
    assert Task.objects.filter(delivery=right.pk).count() == MANY - 500
    assert "It went on behind record 500" in page_of(client, right)
    for read_since in (delivery, still_wrong):
        assert "goes on behind" not in page_of(client, read_since)
    replay_it(delivery)
    go_on()
    assert route.tasks.count() == 2 * MANY


def test_once_a_replay_has_read_the_rest_the_next_one_reads_all(caller, die_after):
    route = make_route(incoming=make_receiver())
    caller.call(make_webhook(route.incoming), json=RECORDS)
    die_after(1)
    parse_with(XML)
    go_on()
    delivery = Delivery.objects.get()
    replay_it(delivery)
    go_on()
    parse_with(None)

    replay_it(delivery)
    die_after(2)
    again = replay_it(delivery)
    go_on()

    assert route.tasks.count() == 2 * MANY
    assert Task.objects.filter(delivery=again.pk).count() == MANY


def test_records_of_another_parser_are_not_mixed_with_those_that_were_read(
    caller, die_after, client
):
    route = make_route(incoming=make_receiver())
    body = {"some": RECORDS[1:], "all": RECORDS}
    parse_with(records_in("all"))
    caller.call(make_webhook(route.incoming), json=body)

    die_after(1)
    parse_with(records_in("some"))
    go_on()
    delivery = Delivery.objects.get()

    assert (delivery.status, route.tasks.count()) == ("failed", 500)
    assert "Gives other records than when the first 500 were read" in page_of(client, delivery)

    anew = replay_it(delivery)
    go_on()

    made = Task.objects.filter(delivery=anew.pk).order_by("id")
    assert [data_of(task) for task in made] == RECORDS[1:]


def test_what_a_webhook_no_longer_has_read_says_how_far_it_was(caller, die_after, client):
    kept, taken = [make_route(incoming=make_receiver()) for _ in range(2)]
    webhook = make_webhook(taken.incoming, kept.incoming)
    caller.call(webhook, json=RECORDS)

    die_after(1)
    webhook.incomings = [kept.incoming.identifier]
    webhook.store()
    go_on()
    delivery = Delivery.objects.get()

    assert (delivery.status, taken.tasks.count(), kept.tasks.count()) == ("processed", 500, MANY)
    page = page_of(client, delivery)
    assert "Taken off the webhook after record 500: the rest was not read." in page
    assert "part by part" not in page


def test_an_incoming_that_was_disabled_in_between_goes_on_once_it_is_not(caller, die_after):
    route = make_route(incoming=make_receiver())
    caller.call(make_webhook(route.incoming), json=RECORDS)

    die_after(2)
    Incoming.objects.update(enabled=False)
    go_on()
    assert route.tasks.count() == 1000
    assert Delivery.objects.get().status == "received"

    Incoming.objects.update(enabled=True)
    go_on()
    assert [data_of(task) for task in route.tasks.order_by("id")] == RECORDS
    assert Delivery.objects.get().status == "processed"


def test_a_worker_of_the_version_before_writes_while_the_database_is_migrated():
    delivery = make_delivery(make_webhook(make_receiver()))
    names = "delivery_id, incoming, ended_at, counts, error"
    values = [delivery.pk, "some", None, "{}", ""]

    with connection.cursor() as cursor:
        statement = f"INSERT INTO scheduler_reading ({names}) VALUES (%s, %s, %s, %s, %s)"
        cursor.execute(statement, values)

    reading = Reading.objects.get()
    assert (reading.done, reading.ordinals, reading.digest) == (0, {}, "")
