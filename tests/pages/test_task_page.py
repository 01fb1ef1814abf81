"""The page of one task: overview, entity data, import and export messages."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tasks.models import Level, Task
from tests.pages import making
from tests.pages.rows import captured, make_message, make_process, make_task

pytestmark = pytest.mark.django_db


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


def told_attempt(task, process, **fields):
    """The line that ended an attempt of two seconds."""
    fields = {"verb": "fail", "level": Level.ERROR, "attempt": 1} | fields
    now = timezone.now()
    began = {"created_at": now, "began_at": now - timedelta(seconds=2)}
    return make_message(task, "The target is down.", process=process.pk, **began | fields)


def test_an_attempt_tells_its_outcome_its_time_and_the_revisions_it_ran_with(viewer):
    route = making.route()
    route.store()
    process = make_process(route, revisions={"route": 1, "outgoing": 1, "connection:shop": 3})
    task = make_task(route, "failed", attempt=1)
    told_attempt(task, process)

    text = viewer.open(f"/tasks/{task.identifier}/?tab=export").text

    assert "took 2.0 s" in text
    assert f"/routes/{route.identifier}/history/1/" in text
    assert f"/outgoings/{route.outgoing.identifier}/history/1/" in text
    assert "/connections/shop/history/3/" in text
    assert text.count("(changed since)") == 1
    assert viewer.open(f"/routes/{route.identifier}/history/1/").response.status_code == 200


def test_an_attempt_with_another_outgoing_than_today_names_the_one_of_that_time(viewer):
    route = making.route()
    before, route.outgoing = route.outgoing, making.outgoing("Another")
    route.store()
    process = make_process(route, revisions={"route": 1, "outgoing": 1})
    task = make_task(route, "failed", attempt=1)
    told_attempt(task, process)

    text = viewer.open(f"/tasks/{task.identifier}/?tab=export").text

    assert f"/outgoings/{before.identifier}/history/1/" in text
    assert "/outgoings/another/history/" not in text


def test_of_an_import_for_several_routes_the_tasks_own_is_named(viewer):
    route = making.route()
    ran = {"incoming": 1, f"route:{route.identifier}": 1, "route:another": 4}
    process = make_process(route.incoming, revisions=ran)
    task = make_task(route, imported_by=process.pk)

    detail = viewer.client.get(f"/tasks/{task.identifier}/").context["detail"]

    assert [(one.noun, one.name, one.number) for one in detail.imported_with] == [
        ("Incoming", route.incoming.name, 1),
        ("Route", route.name, 1),
    ]


def test_attempts_are_kept_over_retries_and_say_to_which_delivery_they_belong(viewer):
    task = make_task(status="failed", attempt=2, generation=2)
    process = make_process(task.route)
    told_attempt(task, process)
    make_message(task, "Retried by ana@example.com.", verb="retry", attempt=1, process=process.pk)
    told_attempt(task, process, attempt=2)

    detail = viewer.client.get(f"/tasks/{task.identifier}/?tab=export").context["detail"]

    kept = [(attempt.number, attempt.generation) for attempt in detail.attempts]
    assert kept == [(2, 2), (0, 2), (1, 1)]


def test_a_level_hides_lines_but_not_what_came_of_their_attempts(viewer):
    task = make_task(status="retry", attempt=1, next_attempt_at=timezone.now())
    process = make_process(task.route)
    make_message(task, "Sent.", attempt=1, process=process.pk)
    make_message(task, "It is down.", attempt=1, process=process.pk, level=Level.ERROR)
    told_attempt(task, process, verb="postpone", level=Level.NOTICE)

    response = viewer.client.get(f"/tasks/{task.identifier}/?tab=export&level=error")

    [attempt] = response.context["detail"].attempts
    assert attempt.outcome == "retry"
    assert [line.text for line in attempt.shown] == ["It is down."]


def test_the_history_tells_every_change_with_its_actor_and_reason(editor):
    task = make_task(status="failed", attempt=1)
    process = make_process(task.route)
    told_attempt(task, process)

    editor.post("/tasks/action/", one=f"retry {task.identifier}", next="/tasks/")

    text = editor.open(f"/tasks/{task.identifier}/?tab=history").text
    assert "Retried by editor@example.com." in text
    assert "The target is down." in text
    changes = editor.client.get(f"/tasks/{task.identifier}/?tab=history").context["detail"].changes
    moves = [(change.source, change.target) for change in changes]
    assert moves == [
        ("failed", "new"),
        ("processing", "failed"),
        ("new", "processing"),
        ("", "new"),
    ]
    assert f"/processes/{process.pk}/" in text


def test_five_hundred_messages_are_shown_and_the_older_ones_are_a_page_away(viewer):
    task = make_task()
    for number in range(503):
        make_message(task, f"Line {number:03}.", phase="import")

    page = viewer.client.get(f"/tasks/{task.identifier}/?tab=import")

    detail = page.context["detail"]
    assert len(detail.lines) == 500
    assert "Line 002." not in page.content.decode()
    older = f"/tasks/{task.identifier}/?tab=import&before={detail.older_before}"
    assert f"before={detail.older_before}" in page.content.decode()
    texts = [line.text for line in viewer.client.get(older).context["detail"].lines]
    assert texts == ["Line 000.", "Line 001.", "Line 002."]


def test_huge_messages_are_cut_and_whole_on_a_page_of_their_own(viewer):
    task = make_task(status="failed")
    detail = json.dumps({"request": {"method": "POST", "url": "x", "body": "b" * 900_000}})
    lines = [
        make_message(task, "word " * 5_000, attempt=1, process=1, detail=detail) for _ in range(5)
    ]

    page = viewer.open(f"/tasks/{task.identifier}/?tab=export").text

    assert len(page) < 2_500_000
    assert f"/tasks/{task.identifier}/messages/{lines[0].pk}/" in page
    whole = viewer.open(f"/tasks/{task.identifier}/messages/{lines[0].pk}/").text
    assert "b" * 900_000 in whole
    assert whole.count("word ") == 5_000
    other = make_task()
    assert (
        viewer.client.get(f"/tasks/{other.identifier}/messages/{lines[0].pk}/").status_code == 404
    )


def test_what_holds_a_task_back_is_said(viewer):
    first = make_task(entity="10045", status="retry", next_attempt_at=timezone.now())
    second = make_task(first.route, entity="10045")

    text = viewer.open(f"/tasks/{second.identifier}/").text
    assert "An older task of the same entity goes first" in text
    assert f"/tasks/{first.identifier}/" in text

    type(first.route).objects.filter(pk=first.route_id).update(enabled=False)
    assert "Its route is disabled" in viewer.open(f"/tasks/{first.identifier}/").text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("failed", "delivered again by the next run"),
        ("new", "is not delivered"),
        ("waiting", "counts as delivered"),
        ("processing", "a process is at work on it"),
        ("rejected", "import it anew"),
    ],
)
def test_the_overview_says_what_may_be_done_and_what_follows(viewer, status, words):
    task = make_task(status=status)

    assert words in viewer.open(f"/tasks/{task.identifier}/").text


def news(person, task, seen: str, tab="overview"):
    headers = {"HX-Request": "true", "Alumio-Seen": seen}
    return person.client.get(f"/tasks/{task.identifier}/?tab={tab}", headers=headers)


def test_the_page_is_told_only_of_news(viewer):
    task = make_task(status="processing", attempt=1)
    seen = viewer.client.get(f"/tasks/{task.identifier}/").context["detail"].version

    assert news(viewer, task, seen).status_code == 204
    Task.objects.filter(pk=task.pk).update(status="finished", updated_at=timezone.now())
    answer = news(viewer, task, seen)

    text = answer.content.decode()
    assert 'id="task-state" hx-swap-oob="true"' in text
    assert "Finished" in text
    assert "<html" not in text
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("tab", ["overview", "data", "import", "export", "history"])
@pytest.mark.parametrize("status", ["new", "processing", "retry", "rejected", "finished"])
def test_every_tab_opens_for_a_task_of_any_status_that_has_nothing_but_its_row(viewer, status, tab):
    task = make_task(status=status)
    task.payload.delete()

    assert viewer.client.get(f"/tasks/{task.identifier}/?tab={tab}").status_code == 200
