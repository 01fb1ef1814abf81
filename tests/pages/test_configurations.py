"""The pages that every kind of configuration has."""

import pytest

from alumio.models import Revision
from connectors.models import Connection, Incoming, Storage
from routes.models import Route
from tests.pages import making
from tests.pages.making import step


def test_an_empty_list_says_what_this_is_and_offers_to_create_one(editor):
    page = editor.open("/routes/")

    assert "A route takes the records of an incoming" in page.text
    assert 'href="/routes/builder/new/"' in page.text


def test_a_list_shows_what_each_configuration_is_and_who_uses_it(editor):
    request = {"uri": "https://shop.example.com/products"}
    making.incoming(subscriber=step("http-subscriber", request=request), transformers=[step()])
    Route(name="Sync", incoming=Incoming.objects.get(), outgoing=making.outgoing()).store()

    page = editor.open("/incomings/")

    assert "HTTP · GET https://shop.example.com/products · 1 step" in page.text
    assert 'href="/routes/sync/edit/"' in page.text


def test_a_list_is_searched_by_name_and_identifier_and_filtered_by_enabled(editor):
    making.storage("Alpha", identifier="one")
    making.storage("Beta", identifier="two", enabled=False)

    def found(query):
        text = editor.open(f"/storages/?{query}").text
        return [name for name in ("Alpha", "Beta") if f">{name}</a>" in text]

    assert found("q=alp") == ["Alpha"]
    assert found("q=TWO") == ["Beta"]
    assert found("enabled=no") == ["Beta"]
    assert found("enabled=yes") == ["Alpha"]
    assert found("q=nothing") == []


def test_a_switch_enables_and_disables_as_a_new_revision(editor):
    making.storage("Seen")

    editor.post("/storages/seen/switch/", enabled="0", next="/storages/?q=seen")
    assert not Storage.objects.get().enabled

    answer = editor.client.post(
        "/storages/seen/switch/", {"enabled": "1"}, headers={"HX-Request": "true"}
    )
    assert Storage.objects.get().enabled
    assert Storage.objects.get().revision == 3
    assert answer.content.decode().lstrip().startswith('<tr id="row-seen"')


def test_the_identifier_is_made_of_the_name_and_cannot_be_changed_later(editor):
    editor.open("/storages/new/").post(name="Séen Before", save="1")
    assert Storage.objects.get().identifier == "seen-before"

    editor.open("/storages/seen-before/edit/").post(identifier="other", save="1")
    assert Storage.objects.get().identifier == "seen-before"


def test_an_identifier_that_is_taken_is_refused_at_its_field(editor):
    making.storage("Seen")

    page = editor.open("/storages/new/").post(name="Again", identifier="seen", save="1")

    assert page.response.status_code == 422
    assert 'href="#id_identifier"' in page.text


def test_save_goes_to_the_list_and_save_and_continue_stays(editor):
    making.storage("Seen")

    assert editor.open("/storages/seen/edit/").post(save="1").url == "/storages/"
    stayed = editor.open("/storages/seen/edit/").post(**{"continue": "1"})
    assert stayed.url == "/storages/seen/edit/"
    assert "“Seen” was saved." in stayed.text


def test_a_duplicate_has_everything_and_is_disabled(editor):
    making.connection("open sesame")

    editor.post("/connections/shop/duplicate/")

    copied = Connection.objects.get(identifier="shop-copy")
    assert copied.client == Connection.objects.get(identifier="shop").client
    assert (copied.name, copied.enabled) == ("Shop (copy)", False)


# ---------------------------------------------------------------- deleting


def test_what_nobody_uses_is_deleted_after_a_question(editor):
    making.storage("Seen")

    question = editor.open("/storages/seen/delete/")
    assert "Delete “Seen”?" in question.text
    assert Storage.objects.exists()

    editor.post("/storages/seen/delete/")
    assert not Storage.objects.exists()


def test_what_a_route_uses_is_not_deleted_and_the_page_says_where(editor):
    making.route()

    page = editor.open("/incomings/products/delete/")
    refused = editor.post("/incomings/products/delete/")

    assert "cannot be deleted" in page.text
    assert 'href="/routes/products-to-warehouse/edit/"' in page.text
    assert refused.status_code == 409
    assert Incoming.objects.exists()


def test_what_is_named_inside_settings_is_not_deleted_either(editor):
    making.connection()
    making.incoming(subscriber=step("http-subscriber", client="shop", request={"uri": "/"}))

    refused = editor.post("/connections/shop/delete/")

    assert refused.status_code == 409
    assert "Subscriber › Connection" in refused.content.decode()


# ---------------------------------------------------------------- two people at once


@pytest.fixture
def stale(editor):
    """A page that was opened before somebody else saved."""
    making.storage("Seen", time_to_live=3600)
    page = editor.open("/storages/seen/edit/")
    theirs = Storage.objects.get()
    theirs.description, theirs.time_to_live = "Theirs", 7200
    theirs.store()
    return page


def test_a_stale_save_is_refused_with_both_versions(stale):
    page = stale.post(time_to_live="60", save="1")

    assert page.response.status_code == 409
    assert "somebody else saved meanwhile" in page.text
    assert "7200" in page.text
    assert Storage.objects.get().time_to_live == 7200


def test_after_a_stale_save_mine_can_go_on_top(stale):
    page = stale.post(time_to_live="60", save="1")

    page.post(on_top_of=str(Storage.objects.get().revision))

    assert Storage.objects.get().time_to_live == 60
    assert Storage.objects.get().description == "Theirs"


def test_pressing_save_again_after_a_stale_save_is_refused_again(stale):
    page = stale.post(time_to_live="60", save="1")

    assert page.post(save="1").response.status_code == 409


# ---------------------------------------------------------------- history


def test_an_old_revision_is_compared_and_brought_back(editor):
    editor.open("/storages/new/").post(name="Seen", time_to_live="3600", save="1")
    editor.open("/storages/seen/edit/").post(time_to_live="60", save="1")

    assert "editor@example.com" in editor.open("/storages/seen/history/").text
    assert "3600" in editor.open("/storages/seen/history/1/").text

    editor.post("/storages/seen/history/1/")
    assert Storage.objects.get().time_to_live == 3600
    assert Revision.objects.filter(kind="storage").count() == 3


def test_a_comparison_never_shows_a_secret(editor):
    made = making.connection("open sesame")
    made.client = step("http-client", authentications=[step("bearer", token="let me in")])
    made.store()

    page = editor.open("/connections/shop/history/1/")

    assert "open sesame" not in page.text
    assert "let me in" not in page.text


# ---------------------------------------------------------------- routes


def test_a_route_that_retries_without_a_scheduled_job_is_warned_about(editor):
    making.route(retry_enabled=True)

    page = editor.open("/routes/products-to-warehouse/edit/")

    assert "Retrying needs a scheduled job" in page.text


def test_parallel_and_real_time_together_are_refused_at_the_switch(editor):
    making.route()

    page = editor.open("/routes/products-to-warehouse/edit/")
    refused = page.post(parallel="on", realtime="on", save="1")

    assert refused.response.status_code == 422
    assert 'href="#id_parallel"' in refused.text


def test_leaving_the_retry_settings_empty_while_they_are_hidden_is_still_an_error(editor):
    making.route()

    page = editor.open("/routes/products-to-warehouse/edit/").post(max_retries="", save="1")

    assert 'href="#id_max_retries"' in page.text
