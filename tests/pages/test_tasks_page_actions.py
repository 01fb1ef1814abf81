"""Acting on many tasks from their list: asked first, counted, and never more than was seen."""

import pytest

from tasks.models import Task
from tests.pages.rows import make_task

pytestmark = pytest.mark.django_db


def status_of(task) -> str:
    return Task.objects.get(pk=task.pk).status


def select(tasks, verb, **more) -> dict:
    return {"verb": verb, "identifiers": [task.identifier for task in tasks], **more}


def test_retrying_several_asks_first_and_says_what_will_happen(editor):
    failed, finished = make_task(status="failed"), make_task(status="finished")
    processing = make_task(status="processing")

    page = editor.post("/tasks/action/", **select([failed, finished, processing], "retry"))

    text = page.content.decode()
    assert "Retry 2 tasks?" in text
    assert "left alone" in text
    assert status_of(failed) == "failed"


def test_retrying_several_changes_what_may_change_and_counts_the_rest(editor):
    tasks = [make_task(status=s) for s in ("failed", "finished", "skipped")]
    refused = [make_task(status=s) for s in ("processing", "waiting")]

    page = editor.post("/tasks/action/", **select([*tasks, *refused], "retry", sure=1))

    assert "3 retried, 2 not allowed: 1 processing, 1 waiting." in page.content.decode()
    assert {status_of(task) for task in tasks} == {"new"}
    assert [status_of(task) for task in refused] == ["processing", "waiting"]


def test_the_counters_show_at_once_what_was_changed(editor):
    task = make_task(status="failed")
    editor.client.get("/tasks/")

    page = editor.post("/tasks/action/", **select([task], "retry", sure=1))

    tallies = page.context["list"].tallies
    assert (tallies["failed"].number, tallies["new"].number) == (0, 1)


def test_everything_that_matches_leaves_out_what_arrived_later(editor):
    shown = [make_task(status="failed") for _ in range(3)]
    other = make_task(status="finished")
    newest = other.pk
    later = make_task(status="failed")

    editor.post(
        "/tasks/action/", verb="retry", everything=1, filter="status=failed", newest=newest, sure=1
    )

    assert {status_of(task) for task in shown} == {"new"}
    assert (status_of(later), status_of(other)) == ("failed", "finished")


def test_an_unreadable_filter_changes_nothing(editor):
    task = make_task(status="failed")

    for query in ("colour=red", "created_after=soon"):
        page = editor.post(
            "/tasks/action/", verb="retry", everything=1, filter=query, newest=task.pk, sure=1
        )
        assert "cannot be read" in page.content.decode()
    assert status_of(task) == "failed"


@pytest.mark.parametrize("newest", ["", "²", "9" * 40, "-1", "\0"])
def test_odd_marks_of_time_change_nothing(editor, newest):
    task = make_task(status="failed")

    editor.post("/tasks/action/", verb="retry", everything=1, filter="", newest=newest, sure=1)
    editor.post("/tasks/action/", verb="retry", identifiers=["\0", newest], sure=1)

    assert status_of(task) == "failed"


def test_choosing_nothing_is_said(editor):
    assert (
        "Choose at least one task" in editor.post("/tasks/action/", verb="retry").content.decode()
    )


def test_the_row_menu_acts_at_once_and_comes_back(editor):
    task = make_task(status="new")

    page = editor.post(
        "/tasks/action/", one=f"skip {task.identifier}", next="/tasks/?status=skipped"
    )

    assert status_of(task) == "skipped"
    assert page.redirect_chain[-1][0] == "/tasks/?status=skipped"
    assert "1 skipped." in page.content.decode()


def test_nobody_is_sent_to_another_site_afterwards(editor):
    task = make_task(status="new")

    page = editor.post("/tasks/action/", one=f"skip {task.identifier}", next="//evil.example/")

    assert page.redirect_chain[-1][0] == "/tasks/"


def test_a_viewer_may_not_act(viewer):
    task = make_task(status="failed")

    response = viewer.post("/tasks/action/", one=f"retry {task.identifier}")

    assert response.status_code == 403
    assert status_of(task) == "failed"


def test_verbs_of_processes_are_not_for_people(editor):
    task = make_task(status="new")

    assert editor.post("/tasks/action/", one=f"claim {task.identifier}").status_code == 404


def test_without_scripts_all_available_is_a_box(editor):
    tasks = [make_task(status="failed") for _ in range(3)]
    page = editor.open("/tasks/?status=failed")
    assert "All 3 available" in page.text

    shown = page.response.context["list"]
    posted = {"everything": ["", "1"], "filter": shown.filter_query(), "newest": shown.watermark}
    editor.post("/tasks/action/", verb="retry", sure=1, **posted)

    assert {status_of(task) for task in tasks} == {"new"}
