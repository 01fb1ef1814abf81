"""The pages of processes, and the buttons that run, skip and stop."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scheduler.models import Maintenance, Process, ProcessMessage
from tests.pages.rows import make_process, make_task
from tests.world import make_incoming, make_route

pytestmark = pytest.mark.django_db


def listed(person, query="") -> list[int]:
    response = person.client.get(f"/processes/{query}")
    return [process.pk for process in response.context["list"].page.rows]


def test_processes_are_listed_newest_first_and_filtered_by_status_and_type(viewer):
    route = make_route()
    export, fetch = make_process(route), make_process(route.incoming, "failed")

    assert listed(viewer) == [fetch.pk, export.pk]
    assert listed(viewer, "?status=failed") == [fetch.pk]
    assert listed(viewer, "?job=export") == [export.pk]
    assert listed(viewer, f"?route={route.identifier}") == [export.pk]


def test_a_filter_that_cannot_be_read_is_explained(viewer):
    page = viewer.client.get("/processes/?status=asleep")

    assert page.status_code == 400
    assert "There is no status “asleep”." in page.content.decode()


def test_a_queued_process_says_which_one_it_waits_for(viewer):
    route = make_route()
    running = make_process(route, "running", slot=0)
    waiting = make_process(route, "scheduled")
    other = make_process(make_route(), "scheduled")

    rows = viewer.client.get("/processes/").context["list"].page.rows

    waits = {process.pk: process.waits_for for process in rows}
    assert waits[waiting.pk].process.pk == running.pk
    assert (waits[other.pk].process, waits[other.pk].text) == (None, "1 ahead")
    assert "since" in viewer.open(f"/processes/{waiting.pk}/").text


def test_a_queued_process_says_how_many_go_first(viewer):
    first = make_process(make_route(), "scheduled", priority=2)
    urgent = make_process(make_route(), "scheduled", priority=1)
    last = make_process(make_route(), "scheduled", priority=2)

    rows = viewer.client.get("/processes/").context["list"].page.rows

    waits = {process.pk: process.waits_for.text for process in rows}
    assert waits == {
        urgent.pk: "a free worker",
        first.pk: "1 ahead, 1 with higher priority",
        last.pk: "2 ahead, 1 with higher priority",
    }


def test_a_queued_process_of_a_parallel_route_waits_for_no_place_while_one_is_free(viewer):
    route = make_route(parallel=True, max_processes=2)
    make_process(route, "running", slot=0)
    waiting = make_process(route, "scheduled")
    assert "a free worker" in viewer.open(f"/processes/{waiting.pk}/").text

    make_process(route, "running", slot=1)

    assert "since" in viewer.open(f"/processes/{waiting.pk}/").text


def test_a_queued_process_says_until_when_maintenance_holds_it(viewer):
    waiting = make_process(make_route(), "scheduled")
    began = timezone.now() - timedelta(minutes=5)
    Maintenance(
        name="Upgrade", date=f"{began:%Y-%m-%d}", start=f"{began:%H:%M}", minutes=60
    ).store()

    text = viewer.open(f"/processes/{waiting.pk}/").text

    assert "maintenance “Upgrade”" in text
    assert "until" in text


def test_progress_is_shown_where_it_is_known(viewer):
    process = make_process(make_route(), "running", slot=0, done=312, total=870)

    text = viewer.open("/processes/").text

    assert "312 of 870" in text
    assert f'aria-label="Progress of process {process.pk}"' in text


def test_the_list_takes_as_many_queries_for_many_as_for_one_and_reads_no_settings(viewer):
    make_process(make_route(), "scheduled")
    with CaptureQueriesContext(connection) as few:
        viewer.client.get("/processes/")
    for _ in range(20):
        make_process(make_route())

    with CaptureQueriesContext(connection) as many:
        viewer.client.get("/processes/")

    assert len(many) == len(few)
    assert not any('"transformers"' in query["sql"] for query in many)


def test_the_rows_refresh_alone(viewer):
    response = viewer.client.get("/processes/", headers={"HX-Request": "true"})

    assert response.content.decode().strip().startswith('<div id="processes"')


def test_a_process_shows_its_counts_log_and_revisions(viewer):
    process = make_process(
        make_route(),
        "failed",
        counts={"finished": 3, "failed": 1},
        result="The target is down.",
        revisions={"route:a": 4},
    )
    ProcessMessage.objects.create(
        process=process, level=400, text="It <went> down.", created_at=process.created_at
    )

    text = viewer.open(f"/processes/{process.pk}/").text

    for words in ("3 finished", "The target is down.", "It &lt;went&gt; down.", "revision 4"):
        assert words in text


def test_a_cursor_is_shown_without_the_credentials_of_its_address(viewer):
    uri = "https://shop.example/orders?api_key=canary&page=2"
    process = make_process(make_incoming(), cursor={"page": {"page": 2, "uri": uri}, "done": 3})

    text = viewer.open(f"/processes/{process.pk}/").text

    assert "page=2" in text
    assert "canary" not in text


def test_a_process_leads_to_the_tasks_that_it_made(viewer):
    route = make_route()
    process = make_process(route.incoming, age=100)
    made = process.started_at
    make_task(route, entity="made", created_at=made)
    make_task(route, entity="later")

    url = viewer.client.get(f"/processes/{process.pk}/").context["tasks_url"]

    rows = viewer.client.get(url).context["list"].page.rows
    assert [task.entity_identifier for task in rows] == ["made"]


def test_a_process_that_does_not_exist_is_not_found(viewer):
    assert viewer.client.get("/processes/99999/").status_code == 404
    assert viewer.client.get(f"/processes/{10**30}/").status_code == 404


# ---------------------------------------------------------------- skip and stop


def test_a_queued_process_can_be_skipped(editor):
    process = make_process(make_route(), "scheduled")

    page = editor.post(f"/processes/{process.pk}/skip/")

    assert Process.objects.get().status == "skipped"
    assert "taken out of the queue" in page.content.decode()


def test_a_running_process_is_asked_to_stop(editor):
    process = make_process(make_route(), "running", slot=0)

    editor.post(f"/processes/{process.pk}/stop/")

    process.refresh_from_db()
    assert (process.status, process.stop_requested) == ("running", True)
    assert editor.user.email in process.result


def test_a_process_that_does_not_stop_can_be_killed(editor):
    process = make_process(make_route(), "running", slot=0)
    assert f"/processes/{process.pk}/kill/" not in editor.open("/processes/").text
    editor.client.post(f"/processes/{process.pk}/stop/")
    assert f"/processes/{process.pk}/kill/" in editor.open("/processes/").text

    editor.client.post(f"/processes/{process.pk}/kill/")

    process.refresh_from_db()
    assert (process.status, process.slot) == ("killed", None)


def test_an_ended_process_can_be_run_again_with_its_limit(editor):
    process = make_process(make_route(), "finished", limit=25)

    page = editor.open(f"/processes/{process.pk}/").text
    assert f'action="/routes/{process.route.identifier}/run/"' in page
    assert '<input type="hidden" name="limit" value="25">' in page

    editor.client.post(f"/routes/{process.route.identifier}/run/", {"limit": "25"})

    again = Process.objects.exclude(pk=process.pk).get()
    assert (again.route, again.limit, again.trigger) == (process.route, 25, "person")


def test_what_ended_meanwhile_is_left_alone_and_said(editor):
    process = make_process(make_route(), "finished")

    skipped = editor.post(f"/processes/{process.pk}/skip/").content.decode()
    stopped = editor.post(f"/processes/{process.pk}/stop/").content.decode()

    assert "only a scheduled one can be skipped" in skipped
    assert "only a running one can be stopped" in stopped
    assert Process.objects.get().status == "finished"


def test_a_viewer_sees_no_buttons_and_may_not_press_them(viewer):
    process = make_process(make_route(), "scheduled")

    assert "/skip/" not in viewer.open("/processes/").text
    assert viewer.post(f"/processes/{process.pk}/skip/").status_code == 403
    assert viewer.post(f"/routes/{process.route.identifier}/run/").status_code == 403


# ---------------------------------------------------------------- run now


def test_run_now_queues_a_process_and_links_to_it(editor):
    route = make_route()

    page = editor.post(f"/routes/{route.identifier}/run/", limit="25", next="/")

    process = Process.objects.get()
    assert (process.job, process.limit, process.trigger) == ("export", 25, "person")
    assert process.started_by == editor.user
    assert f'<a href="/processes/{process.pk}/">' in page.content.decode()


def test_run_now_twice_names_the_process_that_is_queued_already(editor):
    incoming = make_incoming()
    editor.post(f"/incomings/{incoming.identifier}/run/")

    page = editor.post(f"/incomings/{incoming.identifier}/run/")

    assert "is already queued as" in page.content.decode()
    assert Process.objects.count() == 1


def test_what_is_disabled_does_not_run_and_says_so(editor):
    route = make_route(enabled=False)

    page = editor.post(f"/routes/{route.identifier}/run/")

    assert "is disabled" in page.content.decode()
    assert not Process.objects.exists()


def test_names_in_the_toast_are_escaped(editor):
    route = make_route()
    type(route).objects.update(name="<b>Bold</b>")

    page = editor.post(f"/routes/{route.identifier}/run/")

    assert "<b>Bold</b>" not in page.content.decode()
