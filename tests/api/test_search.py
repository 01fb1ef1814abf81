"""REST: the search for a business key, and the history of a task."""

import jsonschema
import pytest

from tasks.models import Task
from tasks.pipeline import export_tasks, import_entities
from tests.world import make_incoming, make_route, make_schema

pytestmark = [pytest.mark.django_db]


def imported(*entities) -> Task:
    incoming = make_incoming(list(entities), schema=make_schema())
    make_route(incoming=incoming)
    import_entities(incoming)
    return Task.objects.first()


def fits(body, name: str, viewer) -> None:
    description = viewer.get("schema/?format=json").body
    reference = {"$ref": f"#/components/schemas/{name}"}
    jsonschema.validate(body, {"components": description["components"]} | reference)


def test_a_business_key_finds_its_tasks_and_the_entities_that_contain_it(viewer):
    imported({"sku": "10045"}, {"sku": "100456"})

    answer = viewer.get("search?q=10045")

    assert answer.status_code == 200
    assert [task["entity_identifier"] for task in answer.body["tasks"]] == ["10045"]
    found = [(e["entity_identifier"], e["exact"]) for e in answer.body["entities"]]
    assert found == [("10045", True), ("100456", False)]
    assert answer.body["entities"][0]["tasks"] == {"new": 1}
    assert answer.body["complete"] is True
    fits(answer.body, "Found", viewer)


def test_a_task_is_found_by_its_identifier_or_the_end_of_it(viewer):
    task = imported({"sku": "A"})

    for text in (task.identifier, task.identifier.lower(), task.identifier[-8:]):
        [found] = viewer.get(f"search?q={text}").body["tasks"]
        assert found["identifier"] == task.identifier


def test_a_search_for_nothing_or_too_much_is_refused(viewer):
    for query in ("search", "search?q=%20", "search?q=" + "x" * 256):
        answer = viewer.get(query)
        assert answer.status_code == 400
        assert answer.body["errors"][0]["path"] == "q"


def test_a_task_tells_its_history_oldest_first(viewer):
    task = imported({"sku": "A"})
    export_tasks(task.route)

    body = viewer.get(f"tasks/{task.identifier}").body

    moves = [(change["verb"], change["from"], change["to"]) for change in body["history"]]
    assert moves == [
        ("import", None, "new"),
        ("claim", "new", "processing"),
        ("finish", "processing", "finished"),
    ]
    fits(body, "TaskWithData", viewer)


def test_what_an_api_key_did_is_told_with_its_name(editor):
    task = imported({"sku": "A"})

    editor.post("tasks/skip", {"identifiers": [task.identifier]})

    change = editor.get(f"tasks/{task.identifier}").body["history"][-1]
    assert (change["from"], change["to"]) == ("new", "skipped")
    assert change["by"] == f"API key {editor.key.name}"
