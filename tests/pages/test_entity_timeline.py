"""The timeline of an entity: all its tasks in all routes, and what happened to each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks import timeline
from tasks.models import Level
from tests.pages.rows import captured, make_message, make_task
from tests.world import make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def events(person, query) -> list[tuple[str, str]]:
    """(words, status) of the events on the page, from top to bottom."""
    response = person.client.get(f"/tasks/entity/{query}")
    assert response.status_code == 200
    found = response.context["entity"].timeline.events
    return [(event.words or event.change.text, str(event.change.target)) for event in found]


def minutes_ago(number):
    return timezone.now() - timedelta(minutes=number)


def ended(task, minutes, verb, **fields):
    """The line that ended an attempt so many minutes ago."""
    at = minutes_ago(minutes)
    began = {"created_at": at, "began_at": at - timedelta(seconds=1)}
    return make_message(task, "What came of it.", verb=verb, process=7, **began | fields)


def test_tasks_of_all_routes_make_one_timeline_newest_first(viewer):
    old = make_task(status="finished", entity="10045", created_at=minutes_ago(60))
    new = make_task(status="processing", entity="10045", created_at=minutes_ago(30), attempt=1)
    make_task(entity="100456")
    ended(old, 50, "fail", attempt=1, level=Level.ERROR)
    make_message(old, "Retried by ana@x.com.", verb="retry", created_at=minutes_ago(20))
    ended(old, 10, "finish", attempt=2)

    assert events(viewer, "?id=10045") == [
        ("Attempt 1", "processing"),
        ("Attempt 2", "finished"),
        ("Retried by ana@x.com.", "new"),
        ("Imported", "new"),
        ("Attempt 1", "failed"),
        ("Imported", "new"),
    ]
    text = viewer.open("/tasks/entity/?id=10045").text
    assert old.identifier in text
    assert new.route.name in text
    assert "2 tasks" in text


def test_the_timeline_can_be_narrowed_to_a_route(viewer):
    task, other = make_task(entity="10045"), make_task(entity="10045", status="rejected")

    assert len(events(viewer, f"?id=10045&route={task.route.identifier}")) == 1
    text = viewer.open(f"/tasks/entity/?id=10045&route={task.route.identifier}").text
    assert other.route.name in text
    assert other.identifier not in text
    assert events(viewer, "?id=10045&route=nowhere") == []


def test_many_tasks_are_paged_and_each_page_holds_all_that_happened_to_its_tasks(viewer):
    route = make_route()
    tasks = [make_task(route, entity="settings", status="failed") for _ in range(60)]
    ended(tasks[0], 0, "fail", attempt=1)

    first = viewer.client.get("/tasks/entity/?id=settings").context["entity"]
    second = viewer.client.get(first.older_url).context["entity"]
    last = viewer.client.get(second.older_url).context["entity"]

    pages = [first.page.rows, second.page.rows, last.page.rows]
    assert [task.pk for page in pages for task in page] == [t.pk for t in reversed(tasks)]
    assert not last.older_url
    assert "Attempt 1" in [event.words for event in last.timeline.events]
    assert viewer.client.get(last.newer_url).context["entity"].page.rows == second.page.rows


def test_a_page_takes_the_same_number_of_queries_however_many_tasks_it_has(viewer):
    route = make_route()
    tasks = [make_task(route, entity="few" if n < 2 else "many") for n in range(20)]
    for task in tasks:
        ended(task, 1, "finish", attempt=1)

    few, many = (captured(viewer, f"/tasks/entity/?id={name}") for name in ("few", "many"))

    assert many.count("\n") == few.count("\n")
    assert "tasks_payload" not in many


def test_an_unknown_a_missing_and_an_odd_entity_are_explained(viewer):
    assert "No task of this entity" in viewer.open("/tasks/entity/?id=gone").text
    assert "Which entity?" in viewer.open("/tasks/entity/").text
    for query in ("?id=%00", "?id=x&cursor=nonsense", "?id=" + "x" * 300, "?id=x&route=%00"):
        assert viewer.client.get(f"/tasks/entity/{query}").status_code == 200


def test_an_entity_in_more_routes_than_there_are_lanes_is_drawn(viewer):
    for _ in range(timeline.LANES + 2):
        make_task(entity="10045")

    found = viewer.client.get("/tasks/entity/?id=10045").context["entity"].timeline

    assert found.lane_numbers == list(range(1, timeline.LANES + 1))


def test_identifiers_with_markup_and_signs_keep_their_meaning(viewer):
    name = "<b>1&2</b>?#%"
    task = make_task(entity=name)

    page = viewer.open(f"/tasks/{task.identifier}/").text

    assert "<b>1&2" not in page
    link = "/tasks/entity/?id=%3Cb%3E1%262%3C%2Fb%3E%3F%23%25"
    assert link in page
    assert task.identifier in viewer.open(link).text


def test_the_page_of_a_task_shows_the_timeline_of_its_entity_where_there_are_others(viewer):
    alone = make_task(entity="alone")
    task = make_task(entity="10045")
    other = make_task(entity="10045", status="failed")
    ended(other, 1, "fail", attempt=1)

    text = viewer.open(f"/tasks/{task.identifier}/").text

    assert "Timeline of 10045" in text
    assert f"/tasks/{other.identifier}/" in text
    assert "this task" in text
    assert "Timeline of" not in viewer.open(f"/tasks/{alone.identifier}/").text
