"""Forgetting while imports run: an entity is forgotten, or remembered anew and stays."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from alumio import database
from alumio.audit import Actor
from tasks import forgetting
from tasks.forgetting import Choice
from tasks.models import Memory, Task
from tasks.pipeline import import_entities
from tests.world import make_incoming, make_route, make_schema, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

ANNA = Actor("anna@example.com")
RECORDS = [{"sku": f"{number:03}", "price": 1} for number in range(200)]


def route_that(unchanged):
    return make_route(incoming=make_incoming(schema=make_schema()), unchanged=unchanged)


def everything() -> Choice:
    return Choice(database.now().isoformat(), criteria={})


def aside(work):
    """Do it on a connection of its own."""
    try:
        return work()
    finally:
        connections.close_all()


def test_rows_that_an_import_holds_are_not_waited_for(source):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    route = route_that("ignore")
    source["pages"] = [RECORDS[:10]]
    import_entities(route.incoming)
    choice = everything()

    with transaction.atomic(), ThreadPoolExecutor() as pool:
        held = list(Memory.objects.select_for_update().filter(entity_identifier__lt="003"))
        done = pool.submit(aside, lambda: forgetting.forget(choice, ANNA)).result(timeout=300)

    assert (done.number, done.held) == (7, 3)
    assert forgetting.forget(choice, ANNA).number == len(held)
    assert not Memory.objects.exists()


def test_forgetting_again_and_again_while_imports_run_loses_no_entity_and_no_memory(source):
    route = route_that("ignore")
    source["pages"] = [RECORDS[start : start + 20] for start in range(0, 200, 20)]
    ended = threading.Event()

    def forget_on():
        while not ended.is_set():
            forgetting.forget(everything(), ANNA)

    with ThreadPoolExecutor() as pool:
        forgetter = pool.submit(aside, forget_on)
        try:
            for _ in range(4):
                import_entities(route.incoming)
        finally:
            ended.set()
        forgetter.result(timeout=300)
    import_entities(route.incoming)

    for memory in Memory.objects.select_related("task"):
        newest = Task.objects.filter(entity_identifier=memory.entity_identifier).latest("id")
        assert memory.task == newest
    assert Memory.objects.count() == len(RECORDS)
    assert set(statuses(route)) == {"new"}
