from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from alumio.models import Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    monkeypatch.delenv("ALUMIO_ADMIN_EMAIL", raising=False)
    monkeypatch.delenv("ALUMIO_ADMIN_PASSWORD", raising=False)


def ensure_admin() -> str:
    out = StringIO()
    call_command("ensure_admin", stdout=out)
    return out.getvalue()


def test_the_first_administrator_gets_a_random_password_that_is_shown_once():
    output = ensure_admin()

    (admin,) = User.objects.all()
    password = output.split("Password (shown this once): ")[1].strip()
    assert admin.role == Role.ADMINISTRATOR
    assert admin.check_password(password)
    assert ensure_admin() == ""


def test_the_environment_names_the_administrator(monkeypatch):
    monkeypatch.setenv("ALUMIO_ADMIN_EMAIL", "Ann@Example.com")
    monkeypatch.setenv("ALUMIO_ADMIN_PASSWORD", "correct horse battery")

    output = ensure_admin()

    assert User.objects.get(email="ann@example.com").check_password("correct horse battery")
    assert "correct horse battery" not in output


def test_an_existing_administrator_is_left_alone(monkeypatch):
    User.objects.create_superuser("boss@example.com", "the first password")
    monkeypatch.setenv("ALUMIO_ADMIN_EMAIL", "other@example.com")
    monkeypatch.setenv("ALUMIO_ADMIN_PASSWORD", "correct horse battery")

    ensure_admin()

    assert [user.email for user in User.objects.all()] == ["boss@example.com"]


def test_someone_of_another_role_does_not_count_as_administrator():
    User.objects.create_user("editor@example.com", "a long password", Role.EDITOR)

    ensure_admin()

    assert User.objects.filter(role=Role.ADMINISTRATOR).count() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALUMIO_ADMIN_EMAIL", "not an address"), ("ALUMIO_ADMIN_PASSWORD", "password")],
)
def test_what_cannot_be_used_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(CommandError, match=name):
        ensure_admin()

    assert not User.objects.exists()
