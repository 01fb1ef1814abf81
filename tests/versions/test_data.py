"""The data of one task is changed through the API: what is kept, what is refused, what follows."""

import pytest

from alumio import jsontext
from scheduler import queue
from scheduler.execution import execute
from tasks import counts, log
from tasks.claim import claim
from tasks.models import Payload, PayloadVersion, Task
from tasks.pipeline import export_tasks, import_entities
from tasks.run import Run
from tests.versions.conftest import BOOTS, SHOES
from tests.world import data_of, make_failed, make_incoming, make_route, make_schema, texts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def versions(api, task) -> list[dict]:
    return api.get(f"tasks/{task.identifier}/versions").body["results"]


def change(api, task, data, version=1, **more):
    body = {"data": data, "version": version, **more}
    return api.put(f"tasks/{task.identifier}/data", body)


def errors(answer) -> str:
    assert answer.status_code == 400, answer.body
    return " ".join(error["message"] for error in answer.body["errors"])


def test_a_failed_task_is_delivered_with_the_data_that_somebody_gave_it(editor, failed, target):
    answer = change(editor, failed, BOOTS, reason="They are boots.", retry=True)
    export_tasks(failed.route)

    assert answer.body == {"version": 2, "status": "new"}
    assert target.received == [BOOTS]
    assert target.keys == [f"{failed.identifier}-2"]
    failed.refresh_from_db()
    assert (failed.status, failed.generation, failed.attempts) == ("finished", 2, 1)


def test_what_was_imported_is_kept_as_the_first_version(editor, failed):
    assert [v["version"] for v in versions(editor, failed)] == [1]

    change(editor, failed, BOOTS, reason="They are boots.")

    newest, imported = versions(editor, failed)
    assert (newest["version"], imported["version"]) == (2, 1)
    assert newest["reason"] == "They are boots."
    assert newest["created_by"] == "API key test editor"
    assert imported["created_by"] is None
    assert imported["created_at"] == editor.get(f"tasks/{failed.identifier}").body["created_at"]


def test_a_version_is_read_with_what_it_changed(editor, failed):
    change(editor, failed, BOOTS | {"stock": 3})

    version = editor.get(f"tasks/{failed.identifier}/versions/2").body

    assert version["data"] == BOOTS | {"stock": 3}
    assert version["differences"] == [
        {"path": "name", "before": "Shoes", "after": "Boots"},
        {"path": "stock", "after": 3},
    ]
    assert editor.get(f"tasks/{failed.identifier}/versions/1").body["data"] == SHOES
    assert editor.get(f"tasks/{failed.identifier}/versions/3").status_code == 404


def test_a_change_and_a_retry_are_told_on_the_task_and_in_the_audit_trail(editor, failed, audited):
    change(editor, failed, BOOTS, reason="They are boots.")
    change(editor, failed, SHOES, version=2, retry=True)

    *_, changed, retried = texts(failed, "export")
    assert changed == "Data changed by API key test editor: version 2. They are boots."
    assert retried == "Retried by API key test editor with version 3 of the data."
    assert list(failed.messages.exclude(verb="").order_by("id").values_list("verb", flat=True))[
        -1:
    ] == ["retry"]
    assert audited() == [
        ("edit-data", failed.identifier),
        ("edit-data", failed.identifier),
        ("retry", failed.identifier),
    ]


def test_size_follows_the_data_and_the_status_stays_without_a_retry(editor, failed):
    change(editor, failed, SHOES | {"name": "Größe"})

    failed.refresh_from_db()
    assert failed.status == "failed"
    assert failed.size == len(Payload.objects.get(task=failed).data.encode())


def test_the_bytes_of_the_route_follow(editor, failed):
    change(editor, failed, SHOES | {"name": "x" * 1000}, retry=True)

    counts.forget()
    failed.refresh_from_db()
    assert counts.bytes_by_route()[failed.route_id] == failed.size > 1000


def test_what_is_retried_on_a_real_time_route_goes_out_at_once(editor, target):
    incoming = make_incoming([SHOES], schema=make_schema())
    task = make_failed(make_route(incoming=incoming, realtime=True))

    change(editor, task, BOOTS, retry=True)
    execute(queue.start_next("worker"))

    assert target.received == [BOOTS]


def test_the_same_data_makes_no_version_but_may_be_retried(editor, failed):
    kept = change(editor, failed, SHOES).body
    retried = change(editor, failed, SHOES, retry=True).body

    assert (kept, retried["status"]) == ({"version": 1, "status": "failed"}, "new")
    assert not PayloadVersion.objects.exists()
    assert texts(failed, "export")[-1] == "Retried by API key test editor."


def test_a_new_task_is_changed_where_it_stands(editor, route, target):
    import_entities(route.incoming)
    task = Task.objects.get()

    answer = change(editor, task, BOOTS)
    export_tasks(route)

    assert answer.body == {"version": 2, "status": "new"}
    assert target.received == [BOOTS]
    assert target.keys == [f"{task.identifier}-1"]


def test_other_data_than_was_sent_before_has_another_key(editor, target):
    route = make_route(
        incoming=make_incoming([SHOES], schema=make_schema()), retry_enabled=True, max_retries=3
    )
    import_entities(route.incoming)
    target.down, run = True, Run()
    run.id = 7
    export_tasks(route, run)
    task = Task.objects.get()

    answer = change(editor, task, BOOTS)

    task.refresh_from_db()
    assert answer.body["status"] == task.status == "retry"
    assert task.idempotency_key == f"{task.identifier}-2"
    found = log.attempts(log.newest(task, "export")[0], generation=2)
    assert [(attempt.number, attempt.generation) for attempt in found] == [(0, 2), (1, 1)]


@pytest.mark.parametrize("status", ["processing", "waiting", "rejected"])
def test_a_task_in_other_hands_or_without_data_is_refused(editor, failed, status):
    Task.objects.filter(pk=failed.pk).update(status=status)

    answer = change(editor, failed, BOOTS)

    assert answer.status_code == 409
    assert f"The task is {status.capitalize()}" in answer.body["detail"]
    assert data_of(failed) == SHOES


def test_a_new_task_cannot_be_retried(editor, route):
    import_entities(route.incoming)
    task = Task.objects.get()

    answer = change(editor, task, BOOTS, retry=True)

    assert answer.status_code == 409
    assert "cannot be retried" in answer.body["detail"]
    assert data_of(task) == SHOES


def test_data_against_the_schema_is_refused_with_its_place(editor):
    strict = make_schema(
        "strict", schema={"properties": {"price": {"type": "number", "minimum": 1}}}
    )
    route = make_route(incoming=make_incoming([SHOES], schema=strict), max_entity_bytes=100)
    import_entities(route.incoming)
    task = Task.objects.get()

    assert "price: 0 is less than" in errors(change(editor, task, SHOES | {"price": 0}))
    assert "at most 100 are allowed" in errors(change(editor, task, SHOES | {"name": "x" * 100}))
    assert data_of(task) == SHOES


def test_the_entity_identifier_must_stay(editor, failed):
    answer = change(editor, failed, SHOES | {"sku": "B2"}, retry=True)

    assert "would become “B2” instead of “A1”" in errors(answer)
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_data_without_an_identifier_of_its_own_may_change_and_keeps_its_name(editor):
    route = make_route([{"name": "Shoes"}])
    import_entities(route.incoming)
    task = Task.objects.get()

    first = change(editor, task, {"name": "Boots"})
    second = change(editor, task, {"name": "Clogs"}, version=2)

    assert (first.body["version"], second.body["version"]) == (2, 3)
    task.refresh_from_db()
    assert task.entity_identifier == '{"name":"Shoes"}'


def test_a_change_on_top_of_somebody_elses_is_refused_with_both(editor, failed):
    change(editor, failed, BOOTS, reason="They are boots.")

    answer = change(editor, failed, SHOES | {"name": "Clogs"}, retry=True)

    assert answer.status_code == 409
    assert answer.body["current"]["version"] == 2
    assert answer.body["current"]["data"] == BOOTS
    assert answer.body["differences"] == [{"path": "name", "before": "Boots", "after": "Clogs"}]
    assert data_of(failed) == BOOTS


def test_numbers_stay_exact(editor, failed):
    exact = b'{"data":{"sku":"A1","price":1.10,"big":12345678901234567890123},"version":1}'

    editor.put(f"tasks/{failed.identifier}/data", exact)

    data = Payload.objects.get(task=failed).data
    assert data == '{"sku":"A1","price":1.10,"big":12345678901234567890123}'


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"version": 1}, "data"),
        ({"data": SHOES}, "version"),
        ({"data": SHOES, "version": True}, "version"),
        ({"data": SHOES, "version": 1, "retry": "yes"}, "retry"),
        ({"data": SHOES, "version": 1, "reason": "x" * 256}, "reason"),
        ({"data": SHOES, "version": 1, "status": "new"}, "status"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_its_place(editor, failed, body, where):
    answer = editor.put(f"tasks/{failed.identifier}/data", body)

    assert answer.status_code == 400
    assert [error["path"] for error in answer.body["errors"]] == [where]


def test_a_process_that_has_claimed_the_task_is_not_disturbed(editor, route):
    import_entities(route.incoming)
    [claimed] = claim(route.pk, 1, 10)

    answer = change(editor, Task.objects.get(), BOOTS)

    assert answer.status_code == 409
    assert jsontext.loads(claimed.data) == SHOES
