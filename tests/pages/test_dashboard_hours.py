"""Tasks per hour, the platform's room and services, and the same numbers over REST."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from alumio.overview import resources
from scheduler.models import ScheduledJob
from tasks import hours
from tests.pages.rows import make_process, make_task
from tests.world import make_route

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.database,
    pytest.mark.usefixtures("same_hour"),
]


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def test_tasks_count_in_the_hour_of_their_last_change():
    route, now = make_route(), timezone.now()
    make_task(route, "finished", updated_at=now)
    make_task(route, "failed", updated_at=now)
    make_task(route, "finished", updated_at=now - timedelta(hours=3))
    make_task(route, "finished", updated_at=now - timedelta(hours=30))

    found = hours.last_hours()

    assert len(found) == 24
    assert found[-1].numbers == {"finished": 1, "failed": 1}
    assert found[-4].numbers == {"finished": 1}
    assert sum(hour.total for hour in found) == 3


def test_an_hour_that_is_too_full_is_counted_to_a_limit_and_says_so(monkeypatch):
    monkeypatch.setattr(hours, "MOST", 2)
    route = make_route()
    for _ in range(4):
        make_task(route, "finished")

    present = hours.last_hours()[-1]

    assert present.total == 3
    assert not present.exact


def test_hours_that_take_too_long_are_left_to_the_next_look(monkeypatch):
    monkeypatch.setattr(hours, "PATIENCE", -1)
    make_task(make_route(), "finished")
    assert all(hour.numbers is None for hour in hours.last_hours())

    monkeypatch.setattr(hours, "PATIENCE", 60)

    assert hours.last_hours()[-1].total == 1


def test_each_number_of_the_table_leads_to_its_tasks(viewer):
    make_task(make_route(), "failed", entity="order-7")
    text = viewer.open("/").text

    link = text.split('id="hours"')[1].split('<a href="')[1].split('"')[0].replace("&amp;", "&")

    assert "status=failed" in link
    assert "order-7" in viewer.open(link).text


def test_the_poll_renews_counters_and_table_beside_the_rest(viewer):
    make_task(make_route(), "failed")

    text = viewer.client.get("/", headers={"HX-Request": "true"}).content.decode()

    assert 'id="counters" class="counters with-total" hx-swap-oob="true"' in text
    assert '<div id="hours" hx-swap-oob="true"' in text
    assert "<canvas" not in text


def test_the_next_runs_are_shown_in_their_order(viewer):
    route = make_route()
    for name, expression in (("Late", "0 0 1 1 *"), ("Soon", "* * * * *")):
        ScheduledJob(name=name, job="export", route=route, expression=expression).store()
    ScheduledJob(
        name="Off", job="export", route=route, expression="* * * * *", enabled=False
    ).store()

    runs = viewer.client.get("/").context["next_runs"]

    assert [run.job.name for run in runs] == ["Soon", "Late"]


def test_the_platform_says_how_much_room_it_takes_and_who_is_missing(viewer):
    route = make_route()
    make_process(route, "scheduled", age=600)

    text = viewer.open("/").text

    assert "Database" in text
    assert "Processes wait and nobody takes them: start a worker." in text


def test_room_that_gets_short_changes_its_colour():
    uses = [resources.Use("Disk", used, 100) for used in (50, 80, 95)]

    assert [use.colour for use in uses] == ["blue", "orange", "red"]
    assert resources.Use("Database", 10).percent is None


def test_rest_gives_the_numbers_of_the_page(viewer):
    route = make_route()
    make_task(route, "failed")
    make_process(route, "failed", result="The target is down.")

    answer = viewer.client.get("/api/v1/dashboard").json()

    assert answer["total"] == 1
    assert answer["tasks"]["failed"] == 1
    assert answer["hours"][-1]["tasks"] == {"failed": 1}
    assert answer["routes"][0]["health"] == "red"
    assert answer["routes"][0]["reasons"][0] == "The last export failed: The target is down."
    assert answer["processes"] == {"running": 0, "waiting": 0}
    assert {use["name"] for use in answer["uses"]} >= {"Database", "Disk"}


def test_rest_refuses_what_it_does_not_know(viewer):
    assert viewer.client.get("/api/v1/dashboard?since=1").status_code == 400
