"""One task is imported anew from its source, by a worker that was asked through the API."""

import pytest

from alumio import jsontext
from alumio.database import now
from connectors.errors import SubscriberError
from connectors.models import Storage, StorageItem
from scheduler import queue
from scheduler.execution import execute
from scheduler.models import Process
from scheduler.runs import ProcessRun
from tasks import history, lookup
from tasks.models import Memory, Payload, Task
from tasks.pipeline import export_tasks, import_entities
from tasks.reimport import reimport
from tests.versions.conftest import SHOES, make_failed
from tests.world import make_incoming, make_route, make_schema, set_value, statuses, texts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

BOOTS = SHOES | {"name": "Boots"}
OTHERS = [{"sku": f"B{number}", "name": "Socks"} for number in range(3)]


def asked(api, task) -> Process:
    """The queued process."""
    answer = api.post(f"tasks/{task.identifier}/reimport")
    assert answer.status_code == 202, answer.body
    return Process.objects.get(pk=answer.body["process"])


def worked(process) -> Process:
    """The process after a worker has done it."""
    assert queue.start_next("worker").pk == process.pk
    execute(Process.objects.get(pk=process.pk))
    process.refresh_from_db()
    return process


def data_of(task) -> object:
    return jsontext.loads(Payload.objects.get(task=task).data)


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


def test_an_item_of_a_storage_is_looked_up_again(editor, target):
    storage = Storage(name="Shop", identifier="shop").store()
    item = StorageItem(storage=storage, key="A1", value=jsontext.dumps(SHOES), updated_at=now())
    item.save()
    incoming = make_incoming(schema=make_schema())
    incoming.subscriber = {"prototype": "storage-subscriber", "parameters": {"storage": "shop"}}
    task = make_failed(make_route(incoming=incoming.store()), target)
    StorageItem.objects.update(value=jsontext.dumps(BOOTS))

    worked(asked(editor, task))

    assert data_of(task) == BOOTS


def test_the_steps_of_the_incoming_and_the_route_are_taken(editor, source, target):
    incoming = make_incoming([dict(SHOES)], [set_value("in", True)], schema=make_schema())
    route = make_route(incoming=incoming, transformers=[set_value("route", True)])
    task = make_failed(route, target)
    source["pages"] = [[dict(BOOTS)]]

    worked(asked(editor, task))

    assert data_of(task) == BOOTS | {"in": True, "route": True}


def test_other_routes_of_the_incoming_get_nothing(editor, failed, source):
    other = make_route(incoming=failed.route.incoming)
    source["pages"] = [[BOOTS]]

    worked(asked(editor, failed))

    assert statuses(other) == []


def test_what_steps_store_is_not_kept(editor, source, target):
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
    task = make_failed(make_route(incoming=incoming), target)
    source["pages"] = [[*OTHERS, BOOTS]]

    worked(asked(editor, task))

    assert dict(StorageItem.objects.values_list("key", "value")) == {"A1": '"Shoes"'}


def test_the_memory_of_unchanged_entities_stays_as_it_is(editor, source, target):
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


def test_a_record_that_the_gate_refuses_now_leaves_the_task_as_it_is(editor, target, source):
    route = make_route(incoming=make_incoming([SHOES], schema=make_schema()), max_entity_bytes=60)
    task = make_failed(route, target)
    source["pages"] = [[SHOES | {"name": "x" * 60}]]

    process = worked(asked(editor, task))

    assert "not fit for a task" in process.result
    assert "at most 60 are allowed" in process.result
    assert statuses(route) == ["failed"]


def test_a_task_that_somebody_retried_meanwhile_is_left_alone(editor, failed, source):
    process = asked(editor, failed)
    source["pages"] = [[BOOTS]]
    editor.post("tasks/retry", {"identifiers": [failed.identifier]})

    worked(process)

    assert process.result == "The task is New by now, so it was left alone."
    assert data_of(failed) == SHOES


def test_a_task_whose_data_somebody_changed_meanwhile_is_left_alone(editor, failed, source):
    process = asked(editor, failed)
    source["pages"] = [[BOOTS]]
    clogs = SHOES | {"name": "Clogs"}
    editor.put(f"tasks/{failed.identifier}/data", {"data": clogs, "version": 1})

    worked(process)

    assert "left alone" in process.result
    assert data_of(failed) == clogs


def test_a_search_that_was_killed_goes_on_and_does_nothing_twice(editor, failed, source):
    source["pages"] = [[BOOTS]]
    process = asked(editor, failed)
    died = queue.start_next("worker")

    reimport(died.arguments, ProcessRun(died))
    died.refresh_from_db()

    again = reimport(died.arguments, ProcessRun(died))

    assert again == "Found, and retried as version 2 of the task's data."
    assert failed.versions.count() == 2
    assert process.pk == died.pk


def test_a_search_goes_on_where_it_was_killed(editor, failed, source, monkeypatch):
    monkeypatch.setattr(lookup, "KEPT_EVERY", 2)
    source.update(pages=[OTHERS, [BOOTS]], fails_after=1)
    asked(editor, failed)
    died = queue.start_next("worker")
    with pytest.raises(SubscriberError):
        reimport(died.arguments, ProcessRun(died))
    died.refresh_from_db()
    source["fails_after"] = None
    run = ProcessRun(died)

    reimport(died.arguments, run)

    assert died.cursor == {"page": 0, "done": 2}
    assert run.counts["records"] == 4
    assert data_of(failed) == BOOTS


def test_a_search_stops_when_somebody_asks(editor, failed, source):
    source["pages"] = [OTHERS] * 3
    process = asked(editor, failed)
    running = queue.start_next("worker")
    run = ProcessRun(running)
    run.ask_to_stop()

    execute(running, run)

    process.refresh_from_db()
    assert process.status == "killed"
    assert statuses(failed.route) == ["failed"]


def rejected(route, **fields) -> Task:
    import_entities(route.incoming)
    return Task.objects.get(route=route, status="rejected", **fields)


def test_a_rejected_task_is_replaced_by_a_new_one(editor, source, target):
    route = make_route(incoming=make_incoming([SHOES], schema=make_schema()), max_entity_bytes=10)
    old = rejected(route)
    type(route).objects.filter(pk=route.pk).update(max_entity_bytes=None)

    process = worked(asked(editor, old))

    new = Task.objects.exclude(pk=old.pk).get()
    assert statuses(route) == ["rejected", "new"]
    assert data_of(new) == SHOES
    assert process.result == f"Imported anew as task {new.identifier} (New)."
    assert new.identifier in texts(old, "import")[-1]
    assert any(old.identifier in text for text in texts(new, "import"))


def test_a_record_that_is_still_refused_is_rejected_again_with_its_reasons(editor):
    route = make_route(incoming=make_incoming([SHOES], schema=make_schema()), max_entity_bytes=10)
    old = rejected(route)

    worked(asked(editor, old))

    new = Task.objects.exclude(pk=old.pk).get()
    assert statuses(route) == ["rejected", "rejected"]
    assert "at most 10 are allowed" in texts(new, "import")[-1]
    assert (new.cause.step, new.cause) == ("size limit", old.cause)


def test_a_record_that_a_step_refused_is_known_by_its_first_bytes(editor, source):
    broken = {
        "prototype": "data",
        "parameters": {
            "transformers": [
                {
                    "prototype": "value-setter",
                    "parameters": {"configurations": [{"key": "x", "value": "&{nowhere}"}]},
                }
            ]
        },
    }
    incoming = make_incoming([*OTHERS, SHOES], schema=make_schema())
    route = make_route(incoming=incoming, transformers=[broken])
    import_entities(incoming)
    old = Task.objects.order_by("-id").first()
    assert (old.status, old.entity_identifier) == ("rejected", "")
    type(route).objects.filter(pk=route.pk).update(transformers=[])

    process = worked(asked(editor, old))

    new = Task.objects.order_by("-id").first()
    assert (new.status, new.entity_identifier) == ("new", "A1")
    assert process.counts["records"] == 4


def test_a_rejected_task_asked_for_twice_is_replaced_once(editor):
    route = make_route(incoming=make_incoming([SHOES], schema=make_schema()), max_entity_bytes=10)
    old = rejected(route)
    first = asked(editor, old)
    running = queue.start_next("worker")
    second = asked(editor, old)

    execute(running)
    worked(second)

    assert first.pk == running.pk
    assert Task.objects.count() == 2
    assert "left alone" in second.result


def test_two_clicks_queue_one_process(editor, failed):
    first = asked(editor, failed)

    answer = editor.post(f"tasks/{failed.identifier}/reimport")

    assert answer.status_code == 409
    assert answer.body["duplicate_of"] == first.pk


def test_a_retried_task_of_a_real_time_route_goes_out_at_once(editor, source, target):
    incoming = make_incoming([SHOES], schema=make_schema())
    task = make_failed(make_route(incoming=incoming, realtime=True), target)
    source["pages"] = [[BOOTS]]

    worked(asked(editor, task))
    execute(queue.start_next("worker"))

    assert target.received == [BOOTS]


@pytest.mark.parametrize("status", ["new", "processing", "retry", "waiting"])
def test_a_task_that_is_not_at_its_end_is_refused(editor, failed, status):
    Task.objects.filter(pk=failed.pk).update(status=status)

    answer = editor.post(f"tasks/{failed.identifier}/reimport")

    assert answer.status_code == 409
    assert "can be imported anew" in answer.body["detail"]


def test_a_source_that_cannot_be_asked_again_says_so(editor, target):
    nothing = {"prototype": "no-data-subscriber", "parameters": {}}
    route = make_route(incoming=make_incoming([SHOES], schema=make_schema()))
    task = make_failed(route, target)
    route.incoming.subscriber = nothing
    route.incoming.store()

    answer = editor.post(f"tasks/{task.identifier}/reimport")

    assert answer.status_code == 409
    assert "cannot be asked for a record again" in answer.body["detail"]


def test_a_disabled_incoming_is_not_asked(editor, failed):
    failed.route.incoming.enabled = False
    failed.route.incoming.store()

    answer = editor.post(f"tasks/{failed.identifier}/reimport")

    assert answer.status_code == 409
    assert "is disabled" in answer.body["detail"]


def test_looking_again_does_not_change_why_a_task_was_rejected(editor, source):
    route = make_route(incoming=make_incoming([SHOES], schema=make_schema()), max_entity_bytes=10)
    execute(queue.start(queue.enqueue(route.incoming, "person").process, "worker"))
    old = Task.objects.get()
    source["pages"] = [OTHERS]

    worked(asked(editor, old))

    [entered] = history.of(old)
    assert "at most 10 are allowed" in entered.text
