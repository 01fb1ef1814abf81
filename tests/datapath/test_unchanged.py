"""Unchanged entities: sent anyway, marked as Skipped or ignored, as the route says."""

import pytest

from alumio.audit import Actor
from connectors.errors import SubscriberError
from tasks import actions, insertion
from tasks.choice import Choice
from tasks.models import Memory, Task
from tasks.pipeline import export_tasks, import_entities
from tests.world import act_on, keep_where, make_incoming, make_route, make_schema, statuses, texts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

FIRST = [{"sku": "A", "price": 1}, {"sku": "B", "price": 1}]
CHANGED = [{"sku": "A", "price": 1}, {"sku": "B", "price": 2}]


def route_that(unchanged):
    return make_route(incoming=make_incoming(schema=make_schema()), unchanged=unchanged)


def fetch(source, route, records):
    source["pages"] = [records]
    return import_entities(route.incoming)


def test_by_default_an_unchanged_entity_is_sent_again(source):
    route = route_that("send")
    fetch(source, route, FIRST)

    fetch(source, route, FIRST)

    assert statuses(route) == ["new"] * 4
    assert not Memory.objects.exists()


def test_an_unchanged_entity_becomes_a_skipped_task_that_names_the_one_before(source):
    route = route_that("skip")
    fetch(source, route, FIRST)
    before = Task.objects.order_by("id").first()

    run = fetch(source, route, CHANGED)

    assert statuses(route) == ["new", "new", "skipped", "new"]
    assert run.counts == {"records": 2, "skipped": 1, "new": 1}
    skipped = Task.objects.get(status="skipped")
    assert texts(skipped, "import")[-1] == f"Skipped: unchanged since task {before.identifier}."


def test_an_ignored_entity_makes_no_task_and_is_counted(source):
    route = route_that("ignore")
    fetch(source, route, FIRST)

    run = fetch(source, route, CHANGED)

    assert statuses(route) == ["new", "new", "new"]
    assert run.counts == {"records": 2, "unchanged": 1, "new": 1}


def test_what_failed_was_never_delivered_so_it_is_sent_again(source, target):
    route = route_that("ignore")
    fetch(source, route, FIRST)
    target.refused = {"A"}
    export_tasks(route)

    fetch(source, route, FIRST)

    assert statuses(route) == ["failed", "finished", "new"]


def test_the_same_record_twice_in_one_page_counts_once(source):
    route = route_that("ignore")

    fetch(source, route, [FIRST[0], FIRST[0]])

    assert statuses(route) == ["new"]


def test_what_came_before_a_failed_change_is_sent_again_for_the_target_may_have_either(
    source, target
):
    route = route_that("ignore")
    fetch(source, route, [FIRST[1]])
    export_tasks(route)
    target.down = True
    fetch(source, route, [CHANGED[1]])
    export_tasks(route)
    target.down = False

    fetch(source, route, [FIRST[1]])

    assert statuses(route) == ["finished", "failed", "new"]


def test_a_failed_task_that_a_person_retries_with_success_counts_again(source, target):
    route = route_that("ignore")
    fetch(source, route, FIRST[:1])
    target.down = True
    export_tasks(route)
    target.down = False
    act_on("retry", Task.objects.all(), "anna@example.com")
    export_tasks(route)

    fetch(source, route, FIRST[:1])

    assert statuses(route) == ["finished"]


def test_a_rejected_entity_is_not_remembered_and_what_was_sent_before_still_is(source):
    route = route_that("ignore")
    fetch(source, route, FIRST[:1])
    large = {"sku": "A", "price": 1, "text": "x" * 1000}
    type(route).objects.filter(pk=route.pk).update(max_entity_bytes=500)

    fetch(source, route, [large])
    fetch(source, route, FIRST[:1])
    type(route).objects.filter(pk=route.pk).update(max_entity_bytes=5000)
    fetch(source, route, [large])

    assert statuses(route) == ["new", "rejected", "new"]


def test_a_skipped_entity_is_sent_when_a_person_retries_it(source, target):
    route = route_that("skip")
    fetch(source, route, FIRST[:1])
    export_tasks(route)
    fetch(source, route, FIRST[:1])

    skipped = Task.objects.get(status="skipped")
    actions.act("retry", Choice.named([skipped.identifier]), Actor("anna@example.com"))
    export_tasks(route)

    assert statuses(route) == ["finished", "finished"]
    assert target.received == [FIRST[0], FIRST[0]]


def test_two_routes_of_one_incoming_do_not_share_what_they_remember(source):
    one = route_that("ignore")
    fetch(source, one, FIRST)

    other = make_route(incoming=one.incoming, unchanged="ignore")
    fetch(source, one, FIRST)

    assert statuses(one) == ["new", "new"]
    assert statuses(other) == ["new", "new"]
    assert Memory.objects.count() == 4


def test_two_routes_remember_what_their_own_steps_made_of_an_entity(source):
    one = route_that("ignore")
    other = make_route(
        incoming=one.incoming, unchanged="ignore", transformers=[keep_where("price", 1)]
    )
    fetch(source, one, FIRST)

    fetch(source, one, CHANGED)

    assert statuses(one) == ["new", "new", "new"]
    assert statuses(other) == ["new", "new"]


def test_what_is_remembered_is_committed_with_its_task_or_not_at_all(source, monkeypatch):
    route = route_that("ignore")
    remember = Memory.objects.bulk_create

    def crash(*args, **kwargs):
        remember(*args, **kwargs)
        raise RuntimeError("The worker dies.")

    monkeypatch.setattr(Memory.objects, "bulk_create", crash)
    with pytest.raises(RuntimeError):
        fetch(source, route, FIRST)
    assert (Task.objects.count(), Memory.objects.count()) == (0, 0)
    monkeypatch.undo()

    monkeypatch.setattr(insertion.messages, "write", crash_at_once)
    with pytest.raises(RuntimeError):
        fetch(source, route, FIRST)
    assert (Task.objects.count(), Memory.objects.count()) == (0, 0)
    monkeypatch.undo()

    fetch(source, route, FIRST)
    assert statuses(route) == ["new", "new"]


def crash_at_once(*args, **kwargs):
    raise RuntimeError("The worker dies.")


def test_what_a_lost_import_had_committed_is_not_taken_for_new_when_it_goes_on(source):
    route = route_that("ignore")
    source.update(pages=[[FIRST[0]], [FIRST[1]]], fails_after=1)
    with pytest.raises(SubscriberError):
        import_entities(route.incoming)

    source.update(fails_after=None)
    run = import_entities(route.incoming)

    assert statuses(route) == ["new", "new"]
    assert run.counts == {"records": 2, "unchanged": 1, "new": 1}


def test_switching_the_setting_off_and_on_again_keeps_what_was_remembered(source):
    route = route_that("ignore")
    fetch(source, route, FIRST)
    type(route).objects.filter(pk=route.pk).update(unchanged="send")
    fetch(source, route, FIRST)
    type(route).objects.filter(pk=route.pk).update(unchanged="skip")

    fetch(source, route, FIRST)

    assert statuses(route) == ["new"] * 4 + ["skipped"] * 2
    assert Memory.objects.count() == 2
