"""What the audit trail notes: signing in, people and keys, configurations, processes."""

import pytest
from django.core.management import call_command
from django.test import Client

from alumio.models import AuditEntry, User
from connectors.models import Storage
from tests.pages import making
from tests.pages.rows import make_process
from tests.pages.trail import actions, noted, sentence

pytestmark = [pytest.mark.django_db, pytest.mark.database]


# ---------------------------------------------------------------- signing in and out


def sign_in(email, password, **headers):
    return Client(**headers).post("/login/", {"username": email, "password": password})


def test_signing_in_and_out_is_noted_with_the_address(editor):
    client = Client(REMOTE_ADDR="203.0.113.9")

    client.post("/login/", {"username": "editor@example.com", "password": "a-long-password"})
    client.post("/logout/")

    assert actions() == ["sign-in", "sign-out"]
    entry = noted(action="sign-in")
    assert (entry.who, entry.user, entry.via) == ("editor@example.com", editor.user, "page")
    assert entry.address == "203.0.113.9"


def test_a_failed_sign_in_names_who_tried_and_never_the_password(editor):
    sign_in("Editor@example.com", "my-secret-guess")

    entry = noted(action="sign-in-failed")
    assert (entry.who, entry.user) == ("editor@example.com", editor.user)
    assert "my-secret-guess" not in str(vars(entry))


@pytest.mark.parametrize("typed", ["my-secret-guess", "a\0b@example.com", "x" * 5000])
def test_what_is_no_address_is_not_kept_for_it_may_be_a_password(editor, typed):
    sign_in(typed, "whatever")

    entry = noted(action="sign-in-failed")
    assert entry.who == "Somebody"
    assert typed not in str(vars(entry))


def test_an_empty_form_is_no_attempt(editor):
    sign_in("", "")
    sign_in("editor@example.com", "")

    assert actions() == []


def test_a_lockout_is_noted_once_however_often_somebody_goes_on_trying(editor, settings):
    settings.AXES_ENABLED = True
    limit = settings.AXES_FAILURE_LIMIT

    for _ in range(limit + 5):
        sign_in("editor@example.com", "wrong")

    assert actions() == ["sign-in-failed"] * (limit - 1) + ["lock-out"]
    assert sentence(noted(action="lock-out")).endswith("locked out after too many wrong passwords")


def test_behind_a_trusted_proxy_only_the_client_that_guessed_is_locked_out(editor, settings):
    from ipaddress import ip_network

    settings.AXES_ENABLED = True
    settings.ALUMIO_TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    guesser = {"HTTP_X_FORWARDED_FOR": "198.51.100.7"}

    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = sign_in("editor@example.com", "wrong", **guesser)

    assert answer.status_code == 429
    assert noted(action="lock-out").address == "198.51.100.7"
    other = sign_in("editor@example.com", "a-long-password", HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert other.status_code == 302


# ---------------------------------------------------------------- people and keys


def test_each_change_of_a_user_is_an_entry_of_its_own(administrator):
    kim = User.objects.create_user("kim@example.com", "a-long-password", name="Kim")

    administrator.post(f"/users/{kim.pk}/", name="Kim", role="editor", password="another-long-one")

    assert actions() == ["change-role", "deactivate-user", "set-password"]
    assert noted(action="change-role").note == "From viewer to editor."
    assert "another-long-one" not in str([vars(entry) for entry in AuditEntry.objects.all()])


def test_a_person_who_changes_name_and_password_is_noted(viewer):
    viewer.post("/profile/", name="Anna")
    viewer.post(
        "/profile/",
        password="1",
        old_password="a-long-password",
        new_password1="another-long-one",
        new_password2="another-long-one",
    )

    assert actions() == ["rename-user", "change-password"]


def test_a_key_that_was_revoked_already_is_not_revoked_again(administrator):
    administrator.post("/api-keys/", name="Warehouse", role="viewer")
    number = noted(action="create-key").identifier

    administrator.post(f"/api-keys/{number}/revoke/")
    administrator.post(f"/api-keys/{number}/revoke/")

    assert actions() == ["create-key", "revoke-key"]
    assert "ak_" in noted(action="create-key").subject
    assert len(noted(action="create-key").subject) < 40


# ---------------------------------------------------------------- configurations


def test_a_save_names_the_revision_and_the_settings_but_no_value(editor):
    connection = making.connection(password="open sesame")
    page = editor.open(f"/connections/{connection.identifier}/edit/")

    page.post(name="Warehouse", description="For the shop")

    entry = noted(action="save")
    assert (entry.subject, entry.kind, entry.identifier) == ("Warehouse", "connection", "shop")
    assert entry.revision == 2
    assert entry.note == "Changed: name, description."
    assert "sesame" not in str(vars(entry))


def test_the_entry_of_a_save_leads_to_what_that_very_save_changed(administrator):
    Storage(name="Seen", identifier="seen", description="one").store()
    administrator.open("/storages/seen/edit/").post(description="two")
    administrator.open("/storages/seen/edit/").post(description="three")

    second = administrator.client.get("/audit/?action=save").context["list"].page.rows[1]
    page = administrator.open(second.change_url)

    assert second.revision == 2
    assert "What revision 2 changed" in page.text
    shown = [(d.before, d.after) for d in page.response.context["differences"]]
    assert shown == [("one", "two")]


def test_switching_is_told_apart_from_saving(editor):
    Storage(name="Seen", identifier="seen").store()

    editor.post("/storages/seen/switch/", enabled="0")
    editor.post("/storages/seen/switch/", enabled="1")

    assert actions() == ["disable", "enable"]


def test_a_refused_change_leaves_no_entry(editor):
    route = making.route()

    editor.post(f"/incomings/{route.incoming.identifier}/delete/")
    editor.open(f"/routes/{route.identifier}/edit/").post(name="")

    assert actions() == []


def test_every_imported_configuration_is_noted_with_its_source(tmp_path):
    making.connection()
    file = tmp_path / "flow.ndjson"
    call_command("export_config", "--output", str(file))

    call_command("import_config", str(file), "--mode", "overwrite")

    assert actions() == ["export-configurations", "import"]
    entry = noted(action="import")
    assert (entry.via, entry.kind, entry.note) == (
        "command",
        "connection",
        "From flow.ndjson line 1.",
    )
    assert entry.who
    assert noted(action="export-configurations").note == "Without secrets."


def test_a_dry_run_is_no_import(tmp_path):
    making.connection()
    file = tmp_path / "flow.ndjson"
    call_command("export_config", "--output", str(file))

    call_command("import_config", str(file), "--mode", "overwrite", "--dry-run")

    assert actions() == ["export-configurations"]


# ---------------------------------------------------------------- processes


def test_who_runs_something_is_noted_with_the_process_and_nothing_where_it_waits_already(editor):
    route = making.route()

    editor.post(f"/routes/{route.identifier}/run/", limit="50")
    editor.post(f"/routes/{route.identifier}/run/")

    assert actions() == ["run"]
    entry = noted(action="run")
    assert entry.process
    assert sentence(entry) == f"editor@example.com ran the route “{route.name}”"
    assert entry.note == "At most 50 tasks."


def test_what_could_not_be_skipped_is_not_noted_as_skipped(editor):
    process = make_process(making.route(), "running")

    editor.post(f"/processes/{process.pk}/skip/")
    editor.post(f"/processes/{process.pk}/stop/")

    assert actions() == ["stop-process"]
