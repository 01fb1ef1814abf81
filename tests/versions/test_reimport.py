"""One task is imported anew from its source, by a worker that was asked through the API."""

import pytest

from alumio import jsontext
from alumio.database import now
from connectors.models import Storage, StorageItem
from scheduler import queue
from scheduler.execution import execute
from tasks.models import Memory, Task
from tasks.pipeline import export_tasks, import_entities
from tests.versions.conftest import BOOTS, SHOES
from tests.versions.reimporting import OTHERS, asked, worked
from tests.world import (
    data_of,
    make_failed,
    make_incoming,
    make_route,
    make_schema,
    set_value,
    statuses,
    texts,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def test_new_data_becomes_a_version_and_the_task_is_retried(editor, failed, source, target):
    source["pages"] = [OTHERS, [BOOTS]]

    process = worked(asked(editor, failed))
    export_tasks(failed.route)

    assert (process.status, process.counts["records"]) == ("finished", 4)
    assert process.result == "Found, and retried as version 2 of the task's data."
    assert target.received == [BOOTS]
    version = failed.versions.get(number=2)
    assert version.reason == f"Imported anew by process {process.pk}."
    assert version.created_by == "API key test editor"
    assert Task.objects.count() == 1


def test_the_search_ends_at_the_record(editor, failed, source):
    source["pages"] = [[BOOTS, *OTHERS], OTHERS]
    source["fetched"].clear()

    process = worked(asked(editor, failed))

    assert process.counts["records"] == 1
    assert source["fetched"] == [0]


def test_all_of_it_is_told_on_the_task_and_in_the_audit_trail(editor, failed, source, audited):
    source["pages"] = [[BOOTS]]

    process = worked(asked(editor, failed))

    assert texts(failed, "import")[-1].startswith("Imported anew by “")
    assert texts(failed, "export")[-1] == (
        "Retried by API key test editor with version 2 of the data, imported anew by "
        f"process {process.pk}."
    )
    assert audited() == [("reimport", failed.identifier), ("retry", failed.identifier)]


def test_unchanged_data_is_retried_as_it_is(editor, failed, target):
    process = worked(asked(editor, failed))
    export_tasks(failed.route)

    assert process.result.startswith("The source still gives the same data")
    assert target.received == [SHOES]
    assert not failed.versions.exists()


def test_an_item_of_a_storage_is_looked_up_again(editor):
    storage = Storage(name="Shop", identifier="shop").store()
    item = StorageItem(storage=storage, key="A1", value=jsontext.dumps(SHOES), updated_at=now())
    item.save()
    incoming = make_incoming(schema=make_schema())
    incoming.subscriber = {"prototype": "storage-subscriber", "parameters": {"storage": "shop"}}
    task = make_failed(make_route(incoming=incoming.store()))
    StorageItem.objects.update(value=jsontext.dumps(BOOTS))

    worked(asked(editor, task))

    assert data_of(task) == BOOTS


def test_the_steps_of_the_incoming_and_the_route_are_taken(editor, source):
    incoming = make_incoming([dict(SHOES)], [set_value("in", True)], schema=make_schema())
    route = make_route(incoming=incoming, transformers=[set_value("route", True)])
    task = make_failed(route)
    source["pages"] = [[dict(BOOTS)]]

    worked(asked(editor, task))

    assert data_of(task) == BOOTS | {"in": True, "route": True}


def test_other_routes_of_the_incoming_get_nothing(editor, failed, source):
    other = make_route(incoming=failed.route.incoming)
    source["pages"] = [[BOOTS]]

    worked(asked(editor, failed))

    assert statuses(other) == []


def test_what_steps_store_is_not_kept(editor, source):
    Storage(name="Seen", identifier="seen").store()
    remember = {
        "prototype": "data",
        "parameters": {
            "transformers": [
                {
                    "prototype": "storage-save-entity-in-storage",
                    "parameters": {"storage": "seen", "storageKey": "&{sku}", "source": "name"},
                }
            ]
        },
    }
    incoming = make_incoming([SHOES], [remember], schema=make_schema())
    task = make_failed(make_route(incoming=incoming))
    source["pages"] = [[*OTHERS, BOOTS]]

    worked(asked(editor, task))

    assert dict(StorageItem.objects.values_list("key", "value")) == {"A1": '"Shoes"'}


def test_the_memory_of_unchanged_entities_stays_as_it_is(editor, source):
    incoming = make_incoming([SHOES], schema=make_schema())
    route = make_route(incoming=incoming, unchanged="skip")
    import_entities(incoming)
    export_tasks(route)
    before = list(Memory.objects.values())
    source["pages"] = [[BOOTS, *OTHERS]]

    worked(asked(editor, Task.objects.get(route=route)))

    assert list(Memory.objects.values()) == before


def test_a_record_that_is_gone_is_told_and_the_task_stays(editor, failed, source):
    source["pages"] = [OTHERS]

    process = worked(asked(editor, failed))

    name = failed.route.incoming.name
    told = f"The source “{name}” no longer gives “A1”; looked through 3 records."
    assert (process.status, process.result) == ("finished", told)
    assert texts(failed, "import")[-1] == f"Not imported anew by process {process.pk}: {told}"
    assert statuses(failed.route) == ["failed"]
    assert data_of(failed) == SHOES


def test_a_source_that_fails_ends_the_process_and_the_task_stays(editor, failed, source):
    source.update(pages=[OTHERS, [BOOTS]], fails_after=1)

    process = worked(asked(editor, failed))

    assert (process.status, process.result) == ("failed", "The source went away.")
    assert texts(failed, "import")[-1].endswith("The source went away.")
    assert statuses(failed.route) == ["failed"]


def test_a_record_that_the_gate_refuses_now_leaves_the_task_as_it_is(editor, source):
    route = make_route(incoming=make_incoming([SHOES], schema=make_schema()), max_entity_bytes=60)
    task = make_failed(route)
    source["pages"] = [[SHOES | {"name": "x" * 60}]]

    process = worked(asked(editor, task))

    assert "not fit for a task" in process.result
    assert "at most 60 are allowed" in process.result
    assert statuses(route) == ["failed"]


def test_a_retried_task_of_a_real_time_route_goes_out_at_once(editor, source, target):
    incoming = make_incoming([SHOES], schema=make_schema())
    task = make_failed(make_route(incoming=incoming, realtime=True))
    source["pages"] = [[BOOTS]]

    worked(asked(editor, task))
    execute(queue.start_next("worker"))

    assert target.received == [BOOTS]
