"""Unchanged entities: sent anyway, marked as Skipped or ignored, as the route says."""

import pytest

from tasks.models import Memory, Task
from tasks.pipeline import export_tasks, import_entities
from tests.world import make_incoming, make_route, make_schema, statuses, texts

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
