"""REST: one verb on more tasks than are changed at once."""

import pytest

from scheduler import queue
from scheduler.execution import execute
from scheduler.models import CHORES, Process
from tasks import actions
from tests.world import make_route, make_tasks, statuses

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 3)


def test_more_than_are_changed_at_once_are_changed_by_a_process(editor, viewer):
    route = make_route()
    make_tasks(route, *["failed"] * 3, "waiting")

    answer = editor.post("tasks/retry", {"filter": {"route": [route.identifier]}})
    assert answer.status_code == 202
    process = answer.body["process"]
    assert answer.body == {"process": process}
    execute(queue.start_next("worker", CHORES))

    shown = viewer.get(f"processes/{process}").body
    assert (shown["status"], shown["title"]) == ("finished", "Retry 4 tasks")
    assert shown["counts"] == {"changed": 3, "not_allowed_waiting": 1}
    assert (shown["done"], shown["total"], shown["trigger"]) == (4, 4, "api")
    assert shown["result"] == "3 retried, 1 not allowed: 1 waiting."
    assert statuses(route) == ["new"] * 3 + ["waiting"]


def test_up_to_the_limit_the_answer_tells_what_was_changed(editor):
    make_tasks(make_route(), "failed", "failed", "waiting")

    answer = editor.post("tasks/retry", {"filter": {"all": True}})

    assert (answer.status_code, answer.body) == (200, {"changed": 2, "not_allowed": 1})
    assert not Process.objects.exists()


def test_a_request_that_is_repeated_gets_the_process_that_is_under_way(editor):
    make_tasks(make_route(), *["failed"] * 4)

    first = editor.post("tasks/retry", {"filter": {"status": ["failed"]}})
    second = editor.post("tasks/retry", {"filter": {"status": ["failed"]}})

    assert first.body == second.body
    assert Process.objects.count() == 1


@pytest.mark.database
def test_identifiers_that_nobody_could_have_count_as_not_allowed(editor):
    [task] = make_tasks(make_route(), "failed")
    odd = ["", "\0", "no such", "é" * 40, task.identifier, task.identifier]

    answer = editor.post("tasks/retry", {"identifiers": odd})

    assert answer.body == {"changed": 1, "not_allowed": 4}


@pytest.mark.database
def test_a_single_identifier_that_nobody_could_have_counts_as_not_allowed(editor):
    answer = editor.post("tasks/retry", {"identifiers": ["\0"]})

    assert answer.body == {"changed": 0, "not_allowed": 1}


def test_both_answers_are_described(viewer):
    schema = viewer.get("/api/v1/schema/?format=json").body

    answers = schema["paths"]["/api/v1/tasks/retry"]["post"]["responses"]

    assert {"200", "202"} <= set(answers)
