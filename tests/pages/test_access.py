"""Who may do what on the pages, signing in, and the pages of administrators."""

import pytest
from django.test import Client
from django.urls import reverse

from alumio.models import ApiKey, Role, User
from alumio.pages import registered
from tests.pages import making

ROOM = [
    ("viewer", "GET", "/incomings/new/", 200),
    ("viewer", "POST", "/incomings/new/", 403),
    ("viewer", "POST", "/incomings/products/edit/", 403),
    ("viewer", "POST", "/incomings/products/switch/", 403),
    ("viewer", "POST", "/incomings/products/duplicate/", 403),
    ("viewer", "GET", "/incomings/products/delete/", 403),
    ("viewer", "POST", "/incomings/products/delete/", 403),
    ("viewer", "POST", "/incomings/products/history/1/", 403),
    ("viewer", "GET", "/users/", 403),
    ("editor", "GET", "/users/", 403),
    ("editor", "GET", "/api-keys/", 403),
    ("editor", "POST", "/api-keys/", 403),
    ("administrator", "GET", "/users/", 200),
    ("administrator", "GET", "/api-keys/", 200),
]


@pytest.mark.parametrize(("role", "method", "url", "status"), ROOM)
def test_every_role_has_its_room(request, role, method, url, status):
    person = request.getfixturevalue(role)
    making.incoming()

    assert person.client.generic(method, url).status_code == status


def test_a_viewer_sees_everything_and_no_way_to_change_it(viewer):
    making.incoming(transformers=[making.set_values(a=1)])

    page = viewer.open("/incomings/products/edit/")
    overview = viewer.open("/incomings/")

    assert page.form.buttons == []
    assert "You see this as a viewer" in page.text
    assert "switch/" not in overview.text
    assert "New incoming" not in overview.text


def test_nobody_sees_a_page_without_signing_in(db):
    for pages in registered.values():
        answer = Client().get(pages.url("list"))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("login"))


# ---------------------------------------------------------------- signing in


def test_a_wrong_password_says_so_without_telling_which_addresses_exist(editor):
    words = "do not match"

    for address in ("editor@example.com", "nobody@example.com"):
        answer = Client().post("/login/", {"username": address, "password": "wrong"})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_the_address_may_be_written_in_any_case(editor):
    answer = Client().post(
        "/login/",
        {"username": "Editor@Example.COM", "password": "a-long-password", "next": "/storages/"},
    )

    assert answer["Location"] == "/storages/"


def test_too_many_wrong_passwords_lock_the_account_for_a_while(editor, settings):
    settings.AXES_ENABLED = True
    client = Client()

    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/login/", {"username": "editor@example.com", "password": "wrong"})

    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()


def test_a_user_who_is_saved_without_a_new_password_keeps_the_present_one(administrator):
    kim = User.objects.create_user("kim@example.com", "a-long-password")

    administrator.post(f"/users/{kim.pk}/", name="Kim", role="editor", is_active="on", password="")

    kim.refresh_from_db()
    assert (kim.name, kim.role) == ("Kim", "editor")
    assert kim.check_password("a-long-password")


def test_the_chosen_theme_is_remembered(viewer):
    viewer.post("/theme/", theme="dark", next="/storages/")

    assert 'data-bs-theme="dark"' in viewer.open("/storages/").text


def test_a_theme_never_leads_to_another_site(viewer):
    answer = viewer.client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})

    assert answer["Location"] == "/"


# ---------------------------------------------------------------- API keys


def test_a_new_key_is_shown_once_and_works(administrator):
    page = administrator.post("/api-keys/", name="Warehouse", role="viewer").content.decode()
    text = page.partition('data-copy="')[2].partition('"')[0]

    assert ApiKey.hash(text) == ApiKey.objects.get(name="Warehouse").digest
    assert text not in administrator.open("/api-keys/").text


def test_a_revoked_key_is_refused(administrator):
    key, text = ApiKey.issue("Warehouse", Role.VIEWER)
    headers = {"Authorization": f"Bearer {text}"}
    assert Client(headers=headers).get("/api/v1/storages").status_code == 200

    administrator.post(f"/api-keys/{key.pk}/revoke/")

    assert Client(headers=headers).get("/api/v1/storages").status_code == 401


# ---------------------------------------------------------------- users


def test_an_administrator_makes_a_user_who_can_sign_in(administrator):
    administrator.post("/users/", email="New@example.com", role="editor", password="a-good-one-42")

    credentials = {"username": "new@example.com", "password": "a-good-one-42"}
    assert Client().post("/login/", credentials).status_code == 302


def test_a_weak_initial_password_is_refused(administrator):
    answer = administrator.post("/users/", email="a@example.com", role="viewer", password="short")

    assert answer.status_code == 422
    assert not User.objects.filter(email="a@example.com").exists()


@pytest.mark.parametrize(
    "change", [{"role": "viewer", "is_active": "on"}, {"role": "administrator"}]
)
def test_the_last_administrator_stays_one(administrator, change):
    answer = administrator.post(f"/users/{administrator.user.pk}/", name="", **change)

    administrator.user.refresh_from_db()
    assert "last active administrator" in answer.content.decode()
    assert administrator.user.role == Role.ADMINISTRATOR
    assert administrator.user.is_active


def test_one_of_two_administrators_may_step_down(administrator):
    User.objects.create_user("second@example.com", "a-long-password", Role.ADMINISTRATOR)

    administrator.post(f"/users/{administrator.user.pk}/", name="", role="viewer", is_active="on")

    administrator.user.refresh_from_db()
    assert administrator.user.role == Role.VIEWER


def test_a_page_that_is_not_there_says_so_in_the_layout(viewer):
    page = viewer.open("/nowhere/")

    assert page.response.status_code == 404
    assert "There is no such page" in page.text
    assert "Main navigation" in page.text
