"""The history of a configuration: who saved what when, and the way back."""

import pytest

from alumio.models import AuditEntry, Revision
from connectors.models import Connection, Storage
from tests.pages import making
from tests.pages.conftest import Opened
from tests.pages.making import step
from tests.pages.posting import Form

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(editor):
    """A storage of two revisions: 3600 seconds, then 60."""
    editor.open("/storages/new/").post(name="Seen", time_to_live="3600", save="1")
    editor.open("/storages/seen/edit/").post(time_to_live="60", save="1")
    return Storage.objects.get()


def press_restore(page: Opened) -> Opened:
    """Press the button of the page, with what stands in its form."""
    fields = Form(page.text, "restore").post()
    return Opened(page.client, page.url, page.client.post(page.url, fields, follow=True))


def saved_by_somebody_else(**values) -> Storage:
    theirs = Storage.objects.get()
    for name, value in values.items():
        setattr(theirs, name, value)
    return theirs.store()


def test_the_history_is_a_tab_of_each_configuration(editor, seen):
    for page in ("edit/", "history/", "history/1/"):
        assert 'href="/storages/seen/history/"' in editor.open(f"/storages/seen/{page}").text


def test_the_history_says_who_saved_what(editor, seen):
    saved_by_somebody_else(description="Theirs", path="/kept")

    text = editor.open("/storages/seen/history/").text

    assert "editor@example.com" in text
    assert "Time to live" in text
    assert "Description, Path" in text
    assert "Created" in text


def test_the_change_of_one_revision_can_be_read(viewer, seen):
    text = viewer.open("/storages/seen/history/1/?against=2").text

    assert "What revision 2 changed" in text
    assert "3600" in text


def test_a_restore_is_a_new_revision_and_in_the_audit_trail(editor, seen):
    press_restore(editor.open("/storages/seen/history/1/"))

    assert Storage.objects.get().time_to_live == 3600
    assert Storage.objects.get().revision == 3
    entry = AuditEntry.objects.filter(action="restore").get()
    assert (entry.who, entry.note, entry.revision) == (
        "editor@example.com",
        "Revision 1 is back.",
        3,
    )


def test_a_viewer_may_read_the_history_and_not_go_back(viewer, seen):
    assert "Restore this revision" not in viewer.open("/storages/seen/history/1/").text
    assert viewer.post("/storages/seen/history/1/").status_code == 403
    assert Storage.objects.get().time_to_live == 60


def test_a_restore_is_refused_where_somebody_saved_meanwhile(editor, seen):
    page = editor.open("/storages/seen/history/1/")
    saved_by_somebody_else(time_to_live=7200)

    refused = press_restore(page)

    assert refused.response.status_code == 409
    assert "somebody else saved meanwhile" in refused.text
    assert "3600" in refused.text
    assert "7200" in refused.text
    assert Storage.objects.get().time_to_live == 7200


def test_after_a_refusal_it_can_be_restored_all_the_same(editor, seen):
    page = editor.open("/storages/seen/history/1/")
    saved_by_somebody_else(time_to_live=7200)

    press_restore(press_restore(page))

    assert Storage.objects.get().time_to_live == 3600


def test_credentials_come_back_unseen_and_the_page_says_so(editor):
    connection = making.connection("old sesame")
    connection.client = step("http-client", authentications=[step("bearer", token="new sesame")])
    connection.store()

    page = editor.open("/connections/shop/history/1/")
    press_restore(page)

    assert "Credentials come back as they were then" in page.text
    assert "sesame" not in page.text
    assert "old sesame" in str(Connection.objects.get().client)


def test_what_a_revision_did_not_hold_stays_as_it_is(editor, seen):
    first = Revision.objects.get(kind="storage", number=1)
    del first.content["path"]
    first.content["gone_since"] = 1
    first.save()
    saved_by_somebody_else(path="/kept")

    press_restore(editor.open("/storages/seen/history/1/"))

    assert Storage.objects.get().path == "/kept"
    assert Storage.objects.get().time_to_live == 3600


def test_rest_lists_and_reads_revisions_with_secrets_masked(viewer):
    making.connection("open sesame")

    listed = viewer.client.get("/api/v1/connections/shop/revisions").json()["revisions"]
    one = viewer.client.get("/api/v1/connections/shop/revisions/1")

    assert [each["number"] for each in listed] == [1]
    assert one.json()["content"]["name"] == "Shop"
    assert "open sesame" not in one.content.decode()
    assert viewer.client.get("/api/v1/connections/shop/revisions/9").status_code == 404


def restored(person, **body):
    url = "/api/v1/storages/seen/revisions/1/restore"
    return person.client.post(url, body, content_type="application/json")


def test_rest_restores_on_top_of_the_revision_that_was_read(editor, seen):
    answer = restored(editor, revision=2)

    assert answer.status_code == 200
    assert answer.json()["time_to_live"] == 3600
    assert answer.json()["revision"] == 3


def test_rest_refuses_a_restore_on_top_of_what_was_not_seen(editor, seen):
    saved_by_somebody_else(time_to_live=7200)

    answer = restored(editor, revision=2)

    assert answer.status_code == 409
    assert answer.json()["current"]["time_to_live"] == 7200
    assert {"field": "time_to_live", "theirs": 7200, "yours": 3600} in answer.json()["differences"]
    assert Storage.objects.get().time_to_live == 7200


def test_rest_lets_no_viewer_restore(viewer, seen):
    assert restored(viewer).status_code == 403
