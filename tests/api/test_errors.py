"""Errors by cause through the API."""

import pytest

from tasks.causes import Reason, id_of
from tasks.models import Cause, Level
from tests.pages.rows import make_message, make_task
from tests.world import make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def fail(text, number=1, status="failed", route=None):
    cause = Cause.objects.get(pk=id_of(Reason(text, "publisher", "erp.example")))
    route = route or make_route()
    return [make_task(route, status, cause=cause) for _ in range(number)]


def test_errors_are_listed_by_cause_with_all_that_the_page_says(viewer):
    route, other = make_route(), make_route()
    fail("The target is down.", 2, route=route)
    [task] = fail("The target is down.", status="retry", route=other)
    make_message(task, "The target is down for 17.", level=Level.ERROR)
    fail("It is bent.")

    answer = viewer.get("errors")

    assert answer.body["count"] == 2
    first, last = answer.body["results"]
    assert first == {
        "id": Cause.objects.get(text="The target is down.").pk,
        "text": "The target is down.",
        "step": "publisher",
        "target": "erp.example",
        "count": 3,
        "count_exact": True,
        "statuses": {"failed": 2, "retry": 1},
        "routes": [route.identifier, other.identifier],
        "first_seen_at": first["first_seen_at"],
        "last_seen_at": first["last_seen_at"],
        "sample": {"task": task.identifier, "message": "The target is down for 17."},
        "after": None,
        "hours": [0] * 23 + [3],
    }
    assert last["text"] == "It is bent."


def test_the_id_of_a_group_finds_its_tasks(viewer):
    [task] = fail("It is bent.")
    fail("The target is down.")
    [group] = viewer.get("errors?route=" + task.route.identifier).body["results"]

    answer = viewer.get(f"tasks?cause={group['id']}")

    assert [row["identifier"] for row in answer.body["results"]] == [task.identifier]


def test_a_group_is_retried_by_its_id(editor):
    [task] = fail("It is bent.")
    fail("The target is down.")

    answer = editor.post("tasks/retry", {"filter": {"cause": task.cause_id, "status": ["failed"]}})

    assert (answer.status_code, answer.body["changed"]) == (200, 1)
    task.refresh_from_db()
    assert (task.status, task.cause) == ("new", None)
    assert texts_of(editor) == ["The target is down."]


def texts_of(person) -> list[str]:
    return [group["text"] for group in person.get("errors").body["results"]]


def test_pages_follow_each_other(viewer):
    for number in range(5):
        fail(f"Cause {number}.", 5 - number)

    seen, url = [], "errors?page_size=2"
    while url:
        answer = viewer.get(url)
        assert answer.body["count"] == 5
        seen += [group["text"] for group in answer.body["results"]]
        url = answer.body["next"]

    assert seen == [f"Cause {number}." for number in range(5)]
    assert viewer.get("errors?page_size=2&cursor=4").body["previous"].endswith("cursor=2")


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("sort=size", "sort"),
        ("cursor=x", "cursor"),
        ("page_size=0", "page_size"),
        ("status=finished", "status"),
        ("route=nowhere", "route"),
        ("state=failed", "state"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_its_place(viewer, query, path):
    answer = viewer.get(f"errors?{query}")

    assert answer.status_code == 400
    assert [error["path"] for error in answer.body["errors"]] == [path]


@pytest.mark.parametrize("cause", ["x", "0", "9" * 30])
def test_a_cause_is_a_number(viewer, cause):
    answer = viewer.get(f"tasks?cause={cause}")

    assert answer.status_code == 400
    assert [error["path"] for error in answer.body["errors"]] == ["cause"]
