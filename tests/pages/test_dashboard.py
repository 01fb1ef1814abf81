"""The dashboard: counters, routes, what runs, what failed; and what a fresh instance shows."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alumio.overview.routes import bar
from scheduler.models import ScheduledJob
from tasks.models import Level
from tasks.status import Status
from tests.pages.rows import make_message, make_process, make_task
from tests.world import make_route

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def test_a_fresh_instance_shows_the_steps_to_the_first_record(editor, viewer):
    assert "Let the first record travel" in editor.open("/").text
    assert "/routes/new/" in editor.open("/").text
    assert "/routes/new/" not in viewer.open("/").text
    assert 'href="/routes/builder/new/"' in editor.open("/").text
    assert "/routes/builder/new/" not in viewer.open("/").text


def test_counters_lead_to_the_tasks_of_their_status(viewer):
    route = make_route()
    for status in ("failed", "failed", "new"):
        make_task(route, status)

    response = viewer.client.get("/")

    tallies = {tab["status"]: tab["tally"].number for tab in response.context["tabs"]}
    assert tallies == {status.value: 0 for status in Status} | {"all": 3, "failed": 2, "new": 1}
    assert 'href="/tasks/?status=failed"' in response.content.decode()


def test_a_route_shows_its_ends_its_last_run_and_its_next(viewer):
    route = make_route()
    make_process(route, "failed", result="The target is down.")
    make_process(route, "scheduled", age=5)
    ScheduledJob(name="J", job="export", route=route, expression="* * * * *").store()

    line = viewer.client.get("/").context["routes"][0]

    assert line.last.status == "failed"
    assert timezone.now() < line.next < timezone.now() + timedelta(minutes=1)
    assert route.incoming.name in viewer.open("/").text


def test_running_processes_come_first_then_the_queue_in_its_order(viewer):
    route, other, third = make_route(), make_route(), make_route()
    low = make_process(other, "scheduled", priority=3)
    high = make_process(third, "scheduled", priority=1)
    running = make_process(route, "running", slot=0)

    shown = viewer.client.get("/").context["processes"]

    assert [process.pk for process in shown] == [running.pk, high.pk, low.pk]


def test_the_latest_failures_name_their_cause(viewer):
    task = make_task(status="failed", entity="order-7")
    make_message(task, "First cause.", level=Level.ERROR)
    make_message(task, "Last cause.", level=Level.ERROR)

    text = viewer.open("/").text

    assert "order-7" in text
    assert "Last cause." in text
    assert "First cause." not in text


def test_the_demo_is_marked_and_only_an_administrator_removes_it(viewer, administrator):
    make_route(demo=True)

    assert "This is demo data" in viewer.open("/").text
    assert "Remove demo" not in viewer.open("/").text
    assert "Remove demo" in administrator.open("/").text


def test_without_a_demo_there_is_no_banner(viewer):
    make_route()

    assert "This is demo data" not in viewer.open("/").text


def test_the_part_that_refreshes_comes_alone(viewer):
    make_route()

    response = viewer.client.get("/", headers={"HX-Request": "true"})

    assert response.content.decode().strip().startswith('<div id="dashboard"')


def test_many_routes_take_no_more_queries_than_one(viewer):
    make_task(status="failed")
    few = queries(viewer)
    for _ in range(10):
        route = make_route()
        make_task(route, "failed")
        make_process(route)
        ScheduledJob(name="J", job="export", route=route, expression="0 * * * *").store()

    assert queries(viewer) <= few + 2


def queries(person) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        person.client.get("/")
    return len(captured)


def test_the_parts_of_a_bar_fill_it_and_none_is_too_thin_to_see():
    parts = bar(dict.fromkeys(Status, 0) | {"finished": 100_000, "failed": 1})

    assert [part.status for part in parts] == ["finished", "failed"]
    assert min(part.width for part in parts) > 1.5
    assert sum(part.width for part in parts) == pytest.approx(100, abs=0.1)
