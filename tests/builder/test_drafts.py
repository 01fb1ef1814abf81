"""What a draft keeps, and how it is stored: all at once, with its audit entries, or not at all."""

import pytest

from alumio.builder import models
from alumio.builder.models import Draft
from alumio.builder.storing import applied
from alumio.components import MASK
from alumio.models import AuditEntry, Revision
from connectors.models import Connection, Incoming, Outgoing
from routes.models import Route
from scheduler.models import ScheduledJob
from scheduler.webhooks.models import Webhook
from tests.builder.drafting import of
from tests.pages.making import connection, incoming, outgoing, route, step

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def build_all(builder) -> None:
    """A route with all that belongs to it, every part of it new."""
    builder.fill("start", name="Orders")
    builder.post("choose", at="choose/incoming", type="http-subscriber")
    at = builder.document.incoming.key
    builder.fill(at, name="Shop", subscriber__p__request__p__uri="/orders")
    builder.post("keep", at=at, unfinished="1", **made_connection(builder, at))
    made = builder.document.changed_parts()[0]
    address = "client-p-plugins-0-p-uri"
    builder.fill(made.key, **{"name": "Shop's address", address: "https://shop.example.com"})
    builder.post("choose", at="choose/trigger", type="scheduled-job")
    builder.post("choose", at="choose/outgoing", type="no-action-publisher")
    builder.fill(builder.document.outgoing.key, name="Warehouse")
    builder.post("choose", at="choose/scheduler", type="scheduled-job")


def made_connection(builder, at: str) -> dict:
    data = dict(builder.panel(at).form.post())
    data.pop("at", None)
    return data | {"create": "connection", "into": "subscriber-p-client-prototype"}


def test_a_whole_route_with_its_connection_and_schedules_is_stored_at_once(builder):
    build_all(builder)
    assert not Connection.objects.exists()

    response = builder.post("save")

    assert response.status_code == 204
    assert response["HX-Redirect"] == "/routes/builder/edit/orders/"
    saved = Route.objects.get()
    assert saved.incoming.subscriber["parameters"]["client"] == "shops-address"
    assert Connection.objects.get().identifier == "shops-address"
    fetching, sending = ScheduledJob.objects.order_by("-job")
    assert (fetching.incoming, sending.route) == (saved.incoming, saved)
    assert not Draft.objects.exists()
    actions = AuditEntry.objects.values_list("action", "kind")
    assert sorted(actions) == sorted(
        ("create", kind)
        for kind in ("connection", "incoming", "outgoing", "route", *["scheduled-job"] * 2)
    )


def test_where_one_part_is_wrong_nothing_is_stored_and_the_place_is_named(builder):
    build_all(builder)
    job = builder.document.triggers()[0]
    panel = builder.panel(job.key)
    builder.post("keep", **panel.form.post(expression="99 * * * *") | {"unfinished": "1"})

    response = builder.post("save")

    assert response.status_code == 200
    assert "Minute: 99 is not between 0 and 59." in response.content.decode()
    assert f"panel/?at={job.key}" in response.content.decode()
    assert not Route.objects.exists()
    assert not Incoming.objects.exists()
    assert not AuditEntry.objects.exists()
    assert builder.document.incoming.name == "Shop"


def test_looking_at_a_draft_as_if_it_were_saved_leaves_no_trace(builder):
    build_all(builder)

    with applied(builder.document) as broken:
        assert Route.objects.count() == 1
        assert broken == {}

    assert not Route.objects.exists()
    assert not Revision.objects.exists()


def test_done_with_something_wrong_shows_it_in_place_and_keeps_nothing(builder):
    builder.post("choose", at="choose/incoming", type="static-data-subscriber")
    at, before = builder.document.incoming.key, builder.draft.position

    kept = builder.fill(at, name="")

    assert kept.response.status_code == 422
    assert "This field is required." in kept.text
    assert builder.draft.position == before


def test_what_was_kept_unfinished_is_there_again_with_a_triangle_and_its_secrets(builder):
    builder.post("choose", at="choose/incoming", type="http-subscriber")
    at = builder.document.incoming.key
    builder.post("keep", at=at, unfinished="1", **made_connection(builder, at))
    made = builder.document.changed_parts()[0]
    basic = step("basic", username="me", password="open sesame")
    document = builder.document
    document.change(made, name="", client=step("http-client", authentications=[basic]))
    builder.draft.keep(document.content, [], "Typed")

    panel = builder.panel(made.key)
    assert "open sesame" not in panel.text
    assert MASK in panel.text
    typed = panel.form.post(description="Half of it") | {"unfinished": "1"}
    kept = builder.post("keep", **typed)

    assert "is not complete yet" in kept.content.decode()
    secrets = builder.document.of_key(made.key).data["client"]["parameters"]["authentications"]
    assert secrets[0]["parameters"]["password"] == "open sesame"


def test_an_unfinished_node_tells_what_is_wrong_as_soon_as_it_is_opened_again(builder):
    builder.post("choose", at="choose/incoming", type="static-data-subscriber")

    panel = builder.panel(builder.document.incoming.key)

    assert "This field is required." in panel.text


def test_undo_and_redo_go_from_state_to_state_and_a_new_change_ends_redoing(builder):
    builder.fill("start", name="One")
    builder.fill("start", name="Two")

    builder.post("undo")
    assert builder.document.route.name == "One"
    builder.post("redo")
    assert builder.document.route.name == "Two"
    builder.post("undo")
    builder.fill("start", name="Three")
    builder.post("redo")

    assert builder.document.route.name == "Three"


def test_only_the_newest_hundred_states_are_kept(builder, monkeypatch):
    monkeypatch.setattr(models, "MOST_STATES", 5)

    for number in range(9):
        builder.fill("start", name=f"Name {number}")

    assert builder.draft.states.count() == 5
    assert builder.document.route.name == "Name 8"


def test_a_draft_that_nobody_touches_is_removed_after_a_month(builder):
    builder.fill("start", name="Forgotten")
    Draft.objects.update(updated_at="2020-01-01T00:00:00Z")

    assert models.remove_forgotten() == 1
    assert not Draft.objects.exists()


# ---------------------------------------------------------------- somebody else saved meanwhile


@pytest.fixture
def changed_by_both(editor):
    saved = route(name="Ours")
    builder = of(editor, saved)
    builder.fill("route", name="Mine")
    theirs = Route.objects.get()
    theirs.name, theirs.description = "Theirs", "What they wrote"
    theirs.store()
    return builder


def test_a_stale_save_is_refused_with_both_versions_shown(changed_by_both):
    response = changed_by_both.post("save")

    text = response.content.decode()
    assert "somebody else saved meanwhile" in text
    assert "Theirs" in text
    assert "Mine" in text
    assert Route.objects.get().name == "Theirs"


def test_mine_on_top_keeps_what_they_changed_elsewhere(changed_by_both):
    changed_by_both.post("save")
    part = changed_by_both.document.route.key

    changed_by_both.post("resolve", part=part, take="mine")
    assert changed_by_both.post("save").status_code == 204

    saved = Route.objects.get()
    assert (saved.name, saved.description, saved.revision) == ("Mine", "What they wrote", 3)


def test_theirs_wins_where_it_is_taken(changed_by_both):
    part = changed_by_both.document.route.key

    changed_by_both.post("resolve", part=part, take="theirs")
    assert changed_by_both.post("save").status_code == 204

    assert Route.objects.get().name == "Theirs"
    assert Route.objects.get().revision == 2


def test_a_part_that_only_somebody_else_changed_is_no_conflict(editor):
    saved = route()
    builder = of(editor, saved)
    builder.fill("route", name="Mine")
    other = Incoming.objects.get()
    other.name = "Theirs"
    other.store()

    assert builder.post("save").status_code == 204

    assert Incoming.objects.get().name == "Theirs"


# ---------------------------------------------------------------- the line


def test_what_is_taken_out_of_the_line_stays_saved_and_what_was_new_is_forgotten(editor):
    saved = route()
    builder = of(editor, saved)

    builder.post("remove", at="incoming:products")
    builder.post("choose", at="choose/incoming", type="static-data-subscriber")
    made = builder.document.incoming.key
    builder.post("remove", at=made)

    assert builder.document.of_key(made) is None
    assert Incoming.objects.get().identifier == "products"


def test_a_scheduled_job_that_is_removed_is_deleted_with_the_save(editor):
    saved = route()
    job = ScheduledJob(name="Send", job="export", route=saved, expression="* * * * *").store()
    builder = of(editor, saved)

    builder.post("remove", at=f"scheduled-job:{job.identifier}")
    assert ScheduledJob.objects.exists()
    builder.post("save")

    assert not ScheduledJob.objects.exists()
    assert AuditEntry.objects.filter(action="delete", kind="scheduled-job").exists()


def test_a_scheduled_job_that_somebody_else_changed_meanwhile_is_not_deleted(editor):
    saved = route()
    job = ScheduledJob(name="Send", job="export", route=saved, expression="* * * * *").store()
    builder = of(editor, saved)
    builder.post("remove", at=f"scheduled-job:{job.identifier}")
    job.expression = "0 3 * * *"
    job.store()

    refused = builder.post("save").content.decode()

    assert "Somebody else has changed “Send”" in refused
    assert ScheduledJob.objects.get().expression == "0 3 * * *"


def test_a_route_is_not_enabled_before_what_it_needs_is_there(builder):
    builder.fill("start", name="Half")

    response = builder.post("enable", enabled="1")

    assert "see what is missing" in response.content.decode()
    assert builder.document.route.data["enabled"] is False


def test_a_viewer_sees_the_line_and_changes_nothing(viewer):
    saved = route()
    builder = of(viewer, saved)

    page = viewer.open(builder.base)

    assert "Products" in page.text
    assert "Save &amp; continue" not in page.text
    assert builder.post("enable", enabled="0").status_code == 403


def test_existing_ends_can_be_chosen(builder):
    incoming(), outgoing(), connection()
    builder.fill("start", name="Joined")

    builder.post("choose", at="choose/incoming", saved="products")
    builder.post("choose", at="choose/outgoing", saved="warehouse")
    builder.post("save")

    saved = Route.objects.get()
    assert (saved.incoming.identifier, saved.outgoing.identifier) == ("products", "warehouse")
    assert (saved.incoming.revision, Outgoing.objects.get().revision) == (1, 1)


def test_an_incoming_and_an_outgoing_of_one_name_do_not_get_in_each_others_way(builder):
    builder.fill("start", name="Orders")
    builder.post("choose", at="choose/incoming", type="static-data-subscriber")
    builder.fill(builder.document.incoming.key, name="Orders")
    builder.post("choose", at="choose/outgoing", type="no-action-publisher")
    builder.fill(builder.document.outgoing.key, name="Orders")
    builder.post("choose", at="choose/trigger", type="scheduled-job")
    builder.post("keep", at=builder.document.triggers()[0].key, unfinished="1", expression="x")

    refused = builder.post("save").content.decode()
    assert f"panel/?at={builder.document.triggers()[0].key}" in refused
    builder.post("remove", at=builder.document.triggers()[0].key)
    builder.post("save")

    saved = Route.objects.get()
    names = [row.identifier for row in (saved, saved.incoming, saved.outgoing)]
    assert names == ["orders"] * 3


def test_a_webhook_is_set_up_along_with_the_incoming_that_it_feeds(builder):
    builder.fill("start", name="Pushed")
    builder.post("choose", at="choose/incoming", type="webhook-subscriber")
    builder.fill(builder.document.incoming.key, name="Pushed orders")
    builder.post("choose", at="choose/trigger", type="webhook")
    builder.post("choose", at="choose/outgoing", type="no-action-publisher")
    builder.fill(builder.document.outgoing.key, name="Warehouse")

    assert builder.post("save").status_code == 204

    saved = Webhook.objects.get()
    assert (saved.identifier, saved.incomings) == ("webhook-of-pushed-orders", ["pushed-orders"])
    page = builder.person.open("/routes/builder/edit/pushed/")
    assert "/api/v1/webhook/webhook-of-pushed-orders" in page.text
