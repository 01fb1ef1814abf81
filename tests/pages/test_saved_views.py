"""Saved views of the task list: kept, changed, shared, deleted; on the page and by the API."""

import pytest

from alumio.models import ApiKey, AuditEntry, Role
from tasks.models import SavedView
from tasks.saved_view_form import SavedViewForm
from tests.pages.conftest import signed_in
from tests.pages.rows import make_task

pytestmark = pytest.mark.django_db


def save(person, name="To look at", query="status=failed", **more):
    return person.post("/tasks/views/", name=name, query=query, next="/tasks/", **more)


def views_of(person) -> list[str]:
    return [view.name for view in person.client.get("/tasks/").context["views"].views]


def change(person, view, **posted):
    return person.post(
        f"/tasks/views/{view.pk}/", **{"name": view.name, "next": "/tasks/"} | posted
    )


def test_a_view_keeps_the_filter_and_the_columns_but_not_the_place_in_the_list(viewer):
    make_task(status="failed")

    page = save(viewer, query="status=failed&columns=status,cause&page_size=25&cursor=x&view=3")

    view = SavedView.objects.get()
    assert view.query == "status=failed&columns=status%2Ccause"
    assert page.redirect_chain[-1][0] == f"/tasks/?{view.query}&view={view.pk}"
    shown = page.context["list"]
    assert shown.statuses == ["failed"]
    assert [column.name for column in shown.columns] == ["identifier", "status", "cause"]


def test_a_view_of_the_last_day_stays_one(viewer):
    save(viewer, query="created_after=-24h")

    assert SavedView.objects.get().query == "created_after=-24h"


def test_the_list_knows_its_view_and_that_the_filter_was_changed_since(viewer):
    save(viewer)
    view = SavedView.objects.get()

    same = viewer.client.get("/tasks/?status=failed").context["views"]
    changed = viewer.client.get(f"/tasks/?status=new&view={view.pk}").context["views"]
    other = viewer.client.get("/tasks/?status=new").context["views"]

    assert (same.current, same.is_modified) == (view, False)
    assert (changed.current, changed.is_modified) == (view, True)
    assert other.current is None


def test_a_view_is_renamed_overwritten_and_deleted(viewer):
    save(viewer)
    view = SavedView.objects.get()

    change(viewer, view, name="Broken", do="save", query="status=new")
    view.refresh_from_db()
    assert (view.name, view.query) == ("Broken", "status=failed")

    change(viewer, view, do="overwrite", query="status=new")
    view.refresh_from_db()
    assert view.query == "status=new"

    change(viewer, view, do="delete")
    assert not SavedView.objects.exists()
    done = AuditEntry.objects.filter(action__endswith="-view").values_list("action", flat=True)
    assert list(done.order_by("id")) == ["save-view", "change-view", "change-view", "delete-view"]


def test_two_views_of_one_person_have_two_names(viewer, editor):
    save(viewer)
    page = save(viewer, query="status=new").content.decode()

    assert "There is a view “To look at” already" in page
    assert SavedView.objects.get().query == "status=failed"
    save(editor)
    assert SavedView.objects.count() == 2


@pytest.mark.parametrize("query", ["colour=red", "created_after=soon", "route=%00"])
def test_a_filter_that_cannot_be_read_is_not_saved(viewer, query):
    page = save(viewer, query=query).content.decode()

    assert "The filter cannot be read." in page
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"name": ""}, {"name": "x" * 256}, {"query": "columns=" + "x" * 8_000}]
)
def test_what_cannot_be_kept_is_refused(viewer, sent):
    page = save(viewer, **sent)

    assert page.status_code == 200
    assert not SavedView.objects.exists()


def test_a_view_is_seen_by_others_only_where_it_is_shared(viewer, editor):
    save(editor, name="Mine")
    save(editor, name="Ours", shared="on")

    assert views_of(editor) == ["Mine", "Ours"]
    assert views_of(viewer) == ["Ours"]


def test_viewers_keep_their_views_to_themselves(viewer):
    page = save(viewer, shared="on").content.decode()

    assert "Sharing a view needs the role editor." in page
    assert not SavedView.objects.exists()


def test_others_may_not_change_a_shared_view_but_administrators_may(editor, administrator):
    save(editor, name="Ours", shared="on")
    save(editor, name="Mine")
    ours, mine = SavedView.objects.get(name="Ours"), SavedView.objects.get(name="Mine")
    other = signed_in(Role.VIEWER)

    assert change(other, ours, do="delete").status_code == 403
    assert change(other, mine, do="delete").status_code == 404
    assert change(administrator, mine, do="delete").status_code == 404
    change(administrator, ours, do="delete")
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Mine"]


# ---------------------------------------------------------------- through the API


def test_the_api_saves_lists_changes_and_deletes_views(viewer):
    made = viewer.client.post(
        "/api/v1/task-views", {"name": "A", "query": "?status=failed"}, "application/json"
    )
    assert (made.status_code, made.json()["query"]) == (201, "status=failed")
    one = f"/api/v1/task-views/{made.json()['id']}"

    changed = viewer.client.patch(one, {"name": "B"}, "application/json")
    assert (changed.json()["name"], changed.json()["query"]) == ("B", "status=failed")
    assert [view["name"] for view in viewer.client.get("/api/v1/task-views").json()] == ["B"]
    assert viewer.client.delete(one).status_code == 204
    assert viewer.client.get(one).status_code == 404


def test_the_api_tells_what_is_wrong_and_whose_a_view_is(viewer, editor):
    wrong = viewer.client.post(
        "/api/v1/task-views",
        {"name": "", "query": "colour=red", "shared": True},
        "application/json",
    )
    assert {error["path"] for error in wrong.json()["errors"]} == {"name", "query", "shared"}

    save(editor, name="Ours", shared="on")
    ours = f"/api/v1/task-views/{SavedView.objects.get().pk}"
    assert viewer.client.get(ours).json()["by"] == "editor@example.com"
    assert viewer.client.delete(ours).status_code == 403


def test_a_key_that_belongs_to_nobody_has_no_views(client):
    _, token = ApiKey.issue("till", Role.EDITOR)

    answer = client.get("/api/v1/task-views", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403
    assert "use a key made for one" in answer.json()["detail"]


def test_a_second_click_that_was_checked_before_the_first_was_stored_is_told(viewer, monkeypatch):
    real, met = SavedViewForm.clean, []

    def clean(form):
        found = real(form)
        if not met:
            met.append(SavedView.objects.create(user=form.user, name=found["name"]))
        return found

    monkeypatch.setattr(SavedViewForm, "clean", clean)

    page = save(viewer)

    assert "There is a view “To look at” already." in page.text
    assert SavedView.objects.get() == met[0]
