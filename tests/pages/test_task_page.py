"""The page of one task: overview, entity data, import and export messages."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tasks.models import Level, Task
from tests.pages.rows import captured, make_message, make_process, make_task

pytestmark = pytest.mark.django_db


def listed(person, query="") -> list[str]:
    """The entity identifiers on the page, from top to bottom."""
    response = person.client.get(f"/tasks/{query}")
    assert response.status_code == 200
    return [task.entity_identifier for task in response.context["list"].page.rows]


def status_of(task) -> str:
    return Task.objects.get(pk=task.pk).status


def select(tasks, verb, **more) -> dict:
    return {"verb": verb, "identifiers": [task.identifier for task in tasks], **more}


def test_the_overview_shows_the_cause_the_next_attempt_and_the_key(viewer):
    due = timezone.now() + timedelta(minutes=4, seconds=30)
    task = make_task(status="retry", next_attempt_at=due, attempt=1, attempts=1)
    make_message(task, "The target is down.", level=Level.ERROR, process=7)

    text = viewer.open(f"/tasks/{task.identifier}/").text

    assert "The target is down." in text
    assert "in 4 min" in text
    assert task.idempotency_key in text
    assert "tasks_payload" not in captured(viewer, f"/tasks/{task.identifier}/")


def test_the_overview_shows_other_tasks_of_the_same_entity_in_all_routes(viewer):
    task, other = make_task(entity="10045"), make_task(entity="10045", status="failed")
    make_task(entity="10046")

    detail = viewer.client.get(f"/tasks/{task.identifier}/").context["detail"]

    assert {task.pk for task in detail.entity.tasks} == {task.pk, other.pk}


def test_the_entity_data_is_a_tree_of_exact_escaped_values(viewer):
    data = '{"price":1.10,"stock":12345678901234567890,"html":"<b>x</b>","lines":[{"sku":"A"}]}'
    task = make_task(data=data)

    text = viewer.open(f"/tasks/{task.identifier}/?tab=data").text

    assert '<span class="json-number">1.10</span>' in text
    assert "12345678901234567890" in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "<b>x</b>" not in text


def test_the_entity_data_can_be_downloaded_as_it_is(viewer):
    task = make_task(data='{"price":1.10}')

    response = viewer.client.get(f"/tasks/{task.identifier}/data/")

    assert response.content == b'{"price":1.10}'
    assert "attachment" in response.headers["Content-Disposition"]


def test_large_data_is_shown_in_part(viewer):
    task = make_task(data=json.dumps({"text": "x" * 400_000}))

    text = viewer.open(f"/tasks/{task.identifier}/?tab=data").text

    assert "too large for a page" in text
    assert len(text) < 350_000


def test_a_tree_with_very_many_values_ends_somewhere(viewer):
    task = make_task(data=json.dumps(list(range(20_000))))

    text = viewer.open(f"/tasks/{task.identifier}/?tab=data").text

    assert text.count("json-number") < 3_100
    assert "more; see the text" in text


def test_a_rejected_task_shows_the_reason_and_its_first_bytes(viewer):
    task = make_task(status="rejected", data='{"text":"only the begi', size=5000)
    make_message(task, "Rejected: too large.", phase="import", level=Level.ERROR)

    text = viewer.open(f"/tasks/{task.identifier}/?tab=data").text

    assert "Rejected: too large." in text
    assert "only the begi" in text


def test_import_messages_can_be_narrowed_to_a_level(viewer):
    task = make_task()
    make_message(task, "Fetched.", phase="import")
    make_message(task, "The price is negative.", phase="import", level=Level.WARNING)

    everything = viewer.open(f"/tasks/{task.identifier}/?tab=import").text
    worse = viewer.open(f"/tasks/{task.identifier}/?tab=import&level=warning").text

    assert "Fetched." in everything
    assert "Fetched." not in worse
    assert "The price is negative." in worse


def test_export_messages_are_grouped_by_attempt_with_request_and_response(viewer):
    task = make_task(status="failed", attempt=2)
    process = make_process(task.route)
    detail = {
        "request": {"method": "POST", "url": "http://erp/items", "headers": {}, "body": "{}"},
        "response": {"status": 503, "headers": {"retry-after": "5"}, "body": "<busy>"},
        "duration_ms": 1500,
    }
    for attempt in (1, 2):
        make_message(
            task,
            f"Answer {attempt}",
            level=Level.ERROR,
            attempt=attempt,
            process=process.pk,
            detail=json.dumps(detail),
        )
    make_message(task, "Retried by ana@example.com.", attempt=2)

    response = viewer.client.get(f"/tasks/{task.identifier}/?tab=export")

    attempts = response.context["detail"].attempts
    assert [attempt.number for attempt in attempts] == [0, 2, 1]
    text = response.content.decode()
    assert "&lt;busy&gt;" in text
    assert "1.5 s" in text
    assert f"/processes/{process.pk}/" in text


def test_odd_details_of_messages_do_not_break_the_page(viewer):
    task = make_task()
    odd = ("[1,2]", '{"request":null}', '{"request":{"url":"x"},"response":"gone"}', "no json")
    for detail in (*odd, '{"request":{"headers":[1]},"duration_ms":"fast"}'):
        make_message(task, "Odd", detail=detail, attempt=1, process=1)

    assert viewer.client.get(f"/tasks/{task.identifier}/?tab=export").status_code == 200


def test_unknown_tasks_and_tabs_are_not_found(viewer):
    task = make_task()

    assert viewer.client.get("/tasks/01NOTHING/").status_code == 404
    assert viewer.client.get(f"/tasks/{task.identifier}/?tab=secrets").status_code == 404
