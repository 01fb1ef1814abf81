"""Many tasks at once, as a person does it: the question, the process and its result."""

import csv

import pytest

from alumio.models import AuditEntry
from scheduler import bulk_actions, queue
from scheduler.execution import execute
from scheduler.models import CHORES, Process
from tasks import actions
from tasks.models import Message, Task
from tests.pages.rows import make_task
from tests.world import make_route, statuses

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(bulk_actions, "PART", {"postgresql": 2, "sqlite": 2})


@pytest.fixture
def route():
    route = make_route()
    for status in ("failed",) * 4:
        make_task(route, status)
    return route


def everything(verb="retry", filter="", **more) -> dict:
    newest = Task.objects.order_by("-id").first().pk
    return {"verb": verb, "everything": 1, "filter": filter, "newest": newest, **more}


def run_chore() -> None:
    execute(queue.start_next("worker", CHORES))


def test_the_question_says_that_many_tasks_are_changed_in_the_background(editor, route):
    page = editor.post("/tasks/action/", **everything())

    assert "Retry 4 tasks?" in page.content.decode()
    assert "in the background" in page.content.decode()
    assert statuses(route) == ["failed"] * 4


def test_the_question_as_a_page_of_its_own_carries_what_was_chosen(editor, route):
    named = Task.objects.first().identifier

    one = editor.post("/tasks/action/", verb="retry", identifiers=[named]).content.decode()
    all_of_them = editor.post("/tasks/action/", **everything()).content.decode()

    assert f'<input type="hidden" name="identifiers" value="{named}">' in one
    assert '<input type="hidden" name="everything" value="1">' in all_of_them


def test_of_few_tasks_the_question_says_no_such_thing(editor, route):
    page = editor.post("/tasks/action/", **everything(filter="status=failed", newest=1))

    assert "in the background" not in page.content.decode()


def test_who_confirms_after_somebody_else_did_is_told_where_the_tasks_went(editor):
    route = make_route()
    make_task(route, "failed")
    make_task(route, "failed")
    question = editor.post("/tasks/action/", **everything(filter="status=failed"))
    assert '<input type="hidden" name="expected" value="2">' in question.content.decode()

    again = everything(filter="status=failed", expected=2, sure=1)
    first = editor.post("/tasks/action/", **again).content.decode()
    second = editor.post("/tasks/action/", **again).content.decode()

    assert "2 retried." in first
    assert "no longer in the filter" not in first
    assert "0 retried. Changed meanwhile and no longer in the filter: 2." in second
    assert statuses(route) == ["new"] * 2


@pytest.mark.parametrize("expected", ["", "-1", "x", "9" * 400, "²"])
def test_a_broken_number_of_expected_tasks_changes_nothing(editor, expected):
    route = make_route()
    make_task(route, "failed")

    page = editor.post("/tasks/action/", **everything(expected=expected, sure=1))

    assert "1 retried." in page.content.decode()
    assert "no longer in the filter" not in page.content.decode()


def test_a_confirmed_one_leads_to_its_process_which_tells_what_came_of_it(editor, route):
    make_task(route, "waiting", entity="order-1")

    page = editor.post("/tasks/action/", **everything(sure=1))
    address = page.redirect_chain[-1][0]
    assert address == f"/processes/{Process.objects.get().pk}/"
    assert "This runs in the background." in page.content.decode()
    run_chore()

    text = editor.open(address).text
    for words in (
        "Retry 5 tasks",
        "Change many tasks",
        "4 retried, 1 not allowed: 1 waiting.",
        "5 of 5",
        "Every task",
        editor.user.email,
    ):
        assert words in text, words
    assert statuses(route) == ["new"] * 4 + ["waiting"]
    assert set(Message.objects.values_list("text", flat=True)) == {
        f"Retried by {editor.user.email}."
    }


def test_confirming_twice_leads_to_the_same_process(editor, route):
    confirmed = everything(sure=1, filter="status=failed")
    first = editor.post("/tasks/action/", **confirmed)

    second = editor.post("/tasks/action/", **confirmed)

    assert second.redirect_chain == first.redirect_chain
    assert "under way already" in second.content.decode()
    assert Process.objects.count() == AuditEntry.objects.filter(action="retry").count() == 1


def test_the_refused_tasks_are_a_file_that_no_spreadsheet_takes_for_formulas(editor, route):
    refused = make_task(route, "waiting", entity="=1+1")
    editor.post("/tasks/action/", **everything(sure=1))
    run_chore()
    process = Process.objects.get()

    assert (
        f"/processes/{process.pk}/not-allowed.csv" in editor.open(f"/processes/{process.pk}/").text
    )
    response = editor.client.get(f"/processes/{process.pk}/not-allowed.csv")

    lines = list(csv.reader(b"".join(response.streaming_content).decode().splitlines()))
    assert lines == [
        ["identifier", "route", "entity_identifier", "status"],
        [refused.identifier, route.identifier, "'=1+1", "waiting"],
    ]


def test_only_actions_have_such_a_file(viewer, route):
    process = queue.enqueue(route, "person").process

    assert viewer.client.get(f"/processes/{process.pk}/not-allowed.csv").status_code == 404


def test_a_process_without_a_configuration_breaks_no_page(editor, route):
    for kind, arguments in (("repair", {}), ("prune", {}), ("reimport", {"task": "01X"})):
        queue.enqueue_chore(kind, "person", arguments=arguments, key=kind)
    editor.post("/tasks/action/", **everything(sure=1))
    queue.start_next("worker", ["bulk"])

    for process in Process.objects.all():
        assert process.name in editor.open(f"/processes/{process.pk}/").text
    listed = editor.open("/processes/").text
    assert all(name in listed for name in ("Retry 4 tasks", "Repair stuck tasks"))
    assert "Retry 4 tasks" in editor.open("/").text


def test_what_was_done_is_in_the_audit_trail(editor, route):
    editor.post("/tasks/action/", **everything(sure=1, filter="status=failed"))
    task = Task.objects.first()
    editor.post("/tasks/action/", one=f"skip {task.identifier}")

    at_once, in_background = AuditEntry.objects.filter(action__in=actions.VERBS)
    assert (in_background.action, in_background.criteria) == ("retry", {"status": ["failed"]})
    assert (in_background.process, in_background.changed) == (Process.objects.get().pk, None)
    assert (at_once.action, at_once.identifier) == ("skip", task.identifier)
    assert (at_once.changed, at_once.not_allowed, at_once.via) == (0, 1, "page")
    assert {entry.who for entry in (at_once, in_background)} == {editor.user.email}


def test_a_running_one_can_be_stopped_and_a_waiting_one_skipped(editor, route):
    address = editor.post("/tasks/action/", **everything(sure=1)).redirect_chain[-1][0]
    assert "/skip/" in editor.open(address).text
    editor.post(f"{address}skip/")
    assert Process.objects.get().status == "skipped"

    address = editor.post("/tasks/action/", **everything(sure=1)).redirect_chain[-1][0]
    process = queue.start_next("worker", CHORES)
    page = editor.open(address).text
    assert "/stop/" in page
    assert "stays changed" in page
    editor.post(f"{address}stop/")

    process.refresh_from_db()
    assert process.stop_requested
