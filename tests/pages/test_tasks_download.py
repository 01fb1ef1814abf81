"""The task list as a file: CSV that a spreadsheet may open, NDJSON with the data, of any length."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alumio.models import AuditEntry
from tasks import download
from tasks.models import Cause, Payload
from tests.pages.rows import make_task
from tests.world import make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def text_of(response) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def rows_of(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text_of(response))))


def lines_of(response) -> list[dict]:
    return [json.loads(line) for line in text_of(response).splitlines()]


def test_the_file_holds_what_the_list_shows_newest_first(viewer):
    route = make_route()
    make_task(route, "failed", entity="older", entity_schema="order")
    make_task(route, "failed", entity="newer")
    make_task(route, "new")

    rows = rows_of(viewer.client.get("/tasks/tasks.csv?status=failed"))

    assert [row["entity_identifier"] for row in rows] == ["newer", "older"]
    assert rows[1]["entity_schema"] == "order"
    assert rows[1]["route"] == route.identifier
    assert rows[1]["created_at"].endswith("Z")


def test_the_columns_that_are_asked_for_are_written_in_their_order(viewer):
    cause = Cause.objects.create(digest="d", text="HTTP 404", first_seen_at="2026-01-01T00:00Z")
    make_task(status="failed", entity="order-1", cause=cause, attempts=3)

    page = viewer.client.get("/tasks/tasks.csv?columns=cause,entity_identifier,attempts")

    assert text_of(page) == "cause,entity_identifier,attempts\r\nHTTP 404,order-1,3\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_taken_for_a_formula(viewer, start):
    make_task(entity=f'{start}HYPERLINK("//evil")')

    (row,) = rows_of(viewer.client.get("/tasks/tasks.csv"))

    assert row["entity_identifier"] == f'\'{start}HYPERLINK("//evil")'


def test_a_byte_order_mark_is_written_where_it_is_asked_for(viewer):
    make_task(entity="Größe")

    assert text_of(viewer.client.get("/tasks/tasks.csv?bom=1")).startswith("\ufeffidentifier,")
    assert "Größe" in text_of(viewer.client.get("/tasks/tasks.csv"))


def test_each_line_of_ndjson_is_a_task_with_all_fields_and_its_data(viewer):
    task = make_task(entity="order-1", data='{"price":1.10,"n":12345678901234567890}', attempts=2)
    gone = make_task()
    Payload.objects.filter(task=gone).delete()
    make_task(status="rejected", data='{"cut": "of')

    text = text_of(viewer.client.get("/tasks/tasks.ndjson"))

    rejected, without, found = map(json.loads, text.splitlines())
    assert found["identifier"] == task.identifier
    assert (found["attempts"], found["status"]) == (2, "new")
    assert '"entity":{"price":1.10,"n":12345678901234567890}' in text
    assert without["entity"] is None
    assert rejected["entity"] == '{"cut": "of'


def test_data_that_is_stored_over_several_lines_stays_on_one(viewer):
    make_task(data='{\n "a": 1\n}')

    (line,) = lines_of(viewer.client.get("/tasks/tasks.ndjson"))

    assert line["entity"] == {"a": 1}


def test_a_long_list_is_read_a_chunk_at_a_time_and_without_gaps(viewer, monkeypatch):
    monkeypatch.setattr(download, "ROWS", 10)
    route = make_route()
    made = [make_task(route, entity=f"e{number}").entity_identifier for number in range(35)]

    with CaptureQueriesContext(connection) as queries:
        rows = rows_of(viewer.client.get("/tasks/tasks.csv"))

    assert [row["entity_identifier"] for row in rows] == made[::-1]
    read = [q["sql"] for q in queries if 'FROM "tasks_task"' in q["sql"]]
    assert len(read) == 5
    assert all("LIMIT 10" in sql and "OFFSET" not in sql for sql in read)


def test_tasks_that_arrive_while_the_file_is_read_are_not_in_it(viewer, monkeypatch):
    monkeypatch.setattr(download, "ROWS", 2)
    route = make_route()
    for _ in range(4):
        make_task(route)
    lines = viewer.client.get("/tasks/tasks.ndjson").streaming_content
    first = next(lines)

    make_task(route, entity="late")

    assert b"late" not in first + b"".join(lines)


def test_large_data_is_read_in_portions(viewer, monkeypatch):
    monkeypatch.setattr(download, "DATA_BYTES", 100)
    for number in range(6):
        make_task(data=json.dumps({"n": number, "fill": "x" * 40}))

    with CaptureQueriesContext(connection) as queries:
        lines = lines_of(viewer.client.get("/tasks/tasks.ndjson"))

    assert [line["entity"]["n"] for line in lines] == [5, 4, 3, 2, 1, 0]
    assert sum("tasks_payload" in query["sql"] for query in queries) == 6


def test_who_took_which_list_is_in_the_audit_trail(viewer):
    make_task(status="failed")

    viewer.client.get("/tasks/tasks.ndjson?status=failed")

    entry = AuditEntry.objects.get(action="export")
    assert (entry.who, entry.criteria, entry.note) == (
        "viewer@example.com",
        {"status": ["failed"]},
        "ndjson",
    )


def test_a_filter_that_cannot_be_read_is_explained_on_the_list_and_gives_no_file(viewer):
    make_task()

    page = viewer.client.get("/tasks/tasks.csv?created_after=yesterday", follow=True)

    assert page.status_code == 400
    assert "“yesterday” is not a moment" in page.content.decode()
    assert not AuditEntry.objects.filter(action="export").exists()


def test_the_api_gives_the_same_files_with_the_same_filters(viewer):
    make_task(status="failed", entity="order-1")
    make_task(status="new")
    api = "/api/v1/tasks"

    rows = rows_of(viewer.client.get(f"{api}.csv?status=failed&columns=entity_identifier,size"))
    lines = lines_of(viewer.client.get(f"{api}.ndjson?status=failed", HTTP_ACCEPT="text/plain"))

    assert rows == [{"entity_identifier": "order-1", "size": "11"}]
    assert [line["entity"] for line in lines] == [{"sku": "A"}]


def test_the_api_refuses_what_it_does_not_know(viewer):
    answer = viewer.client.get("/api/v1/tasks.csv?columns=colour&created_after=soon")

    assert answer.status_code == 400
    said = {error["path"]: error["message"] for error in answer.json()["errors"]}
    assert "There is no column “colour”" in said["columns"]
    assert "is not a moment" in said["created_after"]
