"""The pages of one task's data without JavaScript: edit, compare, restore, import anew."""

import json

import pytest

from alumio import jsontext
from alumio.audit import Actor
from alumio.models import AuditEntry
from scheduler.models import Process
from tasks import versions
from tasks.models import Payload, PayloadVersion, Task
from tests.pages.posting import Form
from tests.world import make_failed, make_incoming, make_route, make_schema

pytestmark = pytest.mark.django_db

SHOES = {"sku": "A1", "name": "Shoes"}


@pytest.fixture
def task():
    """A failed task with an identifier of its own."""
    return make_failed(make_route(incoming=make_incoming([SHOES], schema=make_schema())))


def edit_url(task) -> str:
    return f"/tasks/{task.identifier}/edit/"


def post(person, task, do="save", **changes):
    """Post the editor as it is, with changes."""
    fields = dict(Form(person.client.get(edit_url(task)).content.decode(), "edit-data").fields)
    return person.client.post(edit_url(task), fields | {"do": do} | changes, follow=True)


def data() -> object:
    return jsontext.loads(Payload.objects.get().data)


def saved(task, *names) -> None:
    """Versions 2, 3, … of the task, one for each name."""
    for number, name in enumerate(names, 1):
        change = versions.Change(SHOES | {"name": name}, number, f"They are {name}.")
        versions.save(Task.objects.get(pk=task.pk), change, Actor("bob@example.com"))


def test_the_editor_begins_with_the_data_on_many_lines(editor, task):
    fields = dict(Form(editor.open(edit_url(task)).text, "edit-data").fields)

    assert fields["data"].replace("\r", "") == '{\n  "sku": "A1",\n  "name": "Shoes"\n}'
    assert fields["version"] == "1"


def test_saving_keeps_the_status_and_saving_with_a_retry_makes_it_new(editor, task):
    kept = post(editor, task, data='{"sku": "A1", "name": "Boots"}', reason="They are boots.")
    assert "Saved as version 2." in kept.content.decode()
    assert Task.objects.get().status == "failed"

    post(editor, task, "retry", data='{"sku": "A1", "name": "Clogs"}')

    assert (Task.objects.get().status, data()["name"]) == ("new", "Clogs")
    entries = AuditEntry.objects.order_by("id").values_list("action", "via", "who")
    assert list(entries) == [
        (action, "page", editor.user.email) for action in ("edit-data", "edit-data", "retry")
    ]


def test_a_check_shows_what_would_change_and_saves_nothing(editor, task):
    page = post(editor, task, "preview", data='{"sku": "A1", "name": "Boots", "stock": 3}')

    text = page.content.decode()
    assert "&quot;Shoes&quot;" in text
    assert "&quot;Boots&quot;" in text
    assert "stock" in text
    assert not PayloadVersion.objects.exists()


def test_what_is_not_json_is_shown_with_its_place_and_nothing_is_lost(editor, task):
    page = post(editor, task, "retry", data='{"sku": "A1",\n "name" "Boots"}', reason="Why not")

    text = page.content.decode()
    assert page.status_code == 422
    assert "Line 2, column 9" in text
    fields = dict(Form(text, "edit-data").fields)
    assert "Boots" in fields["data"]
    assert fields["reason"] == "Why not"
    assert Task.objects.get().status == "failed"


def test_what_the_gate_refuses_is_shown_with_the_reason(editor, task):
    page = post(editor, task, data='{"sku": "B2", "name": "Boots"}')

    assert page.status_code == 422
    assert "would become “B2” instead of “A1”" in page.content.decode()
    assert data() == SHOES


def test_the_live_check_answers_only_the_part_that_changes(editor, task):
    response = editor.client.post(
        edit_url(task),
        {"data": '{"sku": "A1"', "version": "1", "do": "save"},
        headers={"HX-Request": "true"},
    )

    text = response.content.decode()
    assert "This is not JSON" in text
    assert "<html" not in text
    assert not PayloadVersion.objects.exists()


def test_a_save_on_top_of_somebody_elses_shows_both_and_can_be_repeated(editor, task):
    before = dict(Form(editor.open(edit_url(task)).text, "edit-data").fields)
    saved(task, "boots")

    mine = before | {"data": json.dumps(SHOES | {"name": "clogs"})}
    refused = editor.client.post(edit_url(task), mine | {"do": "save"})

    text = refused.content.decode()
    assert refused.status_code == 409
    assert "bob@example.com saved version 2" in text
    assert "&quot;boots&quot;" in text
    assert "&quot;clogs&quot;" in text
    assert data()["name"] == "boots"

    again = dict(Form(text, "edit-data").fields)
    editor.client.post(edit_url(task), again | {"do": "retry 2"})
    assert data()["name"] == "clogs"
    assert Task.objects.get().status == "new"
    assert PayloadVersion.objects.count() == 3


def test_a_task_that_was_taken_meanwhile_is_left_alone_and_the_text_stays(editor, task):
    before = dict(Form(editor.open(edit_url(task)).text, "edit-data").fields)
    Task.objects.filter(pk=task.pk).move("retry")

    page = editor.client.post(edit_url(task), before | {"do": "retry"})

    text = page.content.decode()
    assert page.status_code == 409
    assert "The task is New" in text
    assert "Shoes" in dict(Form(text, "edit-data").fields)["data"]


@pytest.mark.parametrize("status", ["processing", "waiting", "rejected"])
def test_there_is_no_editor_where_the_task_cannot_be_changed(editor, task, status):
    Task.objects.filter(pk=task.pk).update(status=status)

    response = editor.client.get(edit_url(task), follow=True)

    assert response.redirect_chain[-1][0].endswith("?tab=data")
    assert "cannot have its data changed" in response.content.decode()
    assert edit_url(task) not in response.content.decode()


def test_versions_are_listed_with_who_when_and_why(viewer, task):
    url = f"/tasks/{task.identifier}/?tab=data"
    assert 'id="versions"' not in viewer.open(url).text

    saved(task, "boots", "clogs")

    text = viewer.open(url).text
    places = [text.index(words) for words in ("Version 3", "Version 2", "Version 1")]
    assert places == sorted(places)
    assert "bob@example.com" in text
    assert "They are clogs." in text
    assert "Restore" not in text


def test_a_version_shows_what_it_changed(viewer, task):
    saved(task, "boots", "clogs")

    text = viewer.open(f"/tasks/{task.identifier}/versions/3/").text

    assert "&quot;boots&quot;" in text
    assert "&quot;clogs&quot;" in text
    assert "Shoes" not in text
    assert viewer.client.get(f"/tasks/{task.identifier}/versions/4/").status_code == 404


def test_restoring_a_version_makes_a_new_one(editor, task):
    saved(task, "boots", "clogs")
    page = editor.open(f"{edit_url(task)}?from=2")
    fields = dict(Form(page.text, "edit-data").fields)

    editor.client.post(edit_url(task), fields | {"do": "save"})

    newest = PayloadVersion.objects.order_by("number").last()
    assert (newest.number, newest.reason) == (4, "Version 2 restored.")
    assert data()["name"] == "boots"


def test_the_page_of_a_task_offers_the_three_ways_to_retry(editor, viewer, task):
    url = f"/tasks/{task.identifier}/"

    text = editor.open(url).text

    assert f'action="{url}reimport/"' in text
    assert edit_url(task) in text
    assert f'value="retry {task.identifier}"' in text
    assert "reimport" not in viewer.open(url).text


def test_the_button_says_why_a_task_cannot_be_imported_anew(editor, task):
    incoming = task.route.incoming
    incoming.subscriber = {"prototype": "no-data-subscriber", "parameters": {}}
    incoming.store()

    text = editor.open(f"/tasks/{task.identifier}/").text

    assert "cannot be asked for a record again" in text


def test_importing_anew_is_queued_once_and_leads_to_its_process(editor, task):
    url = f"/tasks/{task.identifier}/reimport/"

    first = editor.client.post(url, follow=True).content.decode()
    second = editor.client.post(url, follow=True).content.decode()

    process = Process.objects.get()
    assert (process.job, process.status) == ("reimport", "scheduled")
    assert f'<a href="/processes/{process.pk}/">process {process.pk}</a>' in first
    assert "queued already" in second
    assert editor.client.get(f"/processes/{process.pk}/").status_code == 200


def test_data_that_is_too_large_for_a_page_is_left_to_the_api(editor, task):
    Payload.objects.update(data=json.dumps({"sku": "A1", "text": "x" * 1_000_001}))

    text = editor.client.get(edit_url(task), follow=True).content.decode()

    assert "too large for an editor" in text


def test_odd_posts_are_answered(editor, task):
    odd = ({}, {"do": "save"}, {"do": "save x", "data": "1"}, {"version": "9" * 30, "data": "{}"})
    for fields in odd:
        assert editor.client.post(edit_url(task), fields).status_code < 500, fields
