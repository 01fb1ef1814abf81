"""People to sign in, in a browser or as one without JavaScript would."""

from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.test import Client

from alumio.models import Role, User
from tests.pages.posting import Form
from tests.pages.thousands import make_thousands


@dataclass
class Opened:
    """A page and its form, ready to be posted again with changes."""

    client: Client
    url: str
    response: object

    @property
    def text(self) -> str:
        return self.response.content.decode()

    @property
    def form(self) -> Form:
        return Form(self.text)

    def post(self, **changes) -> "Opened":
        """Post the form: what is on the page, these fields changed ("__" for "-").

        A response that redirects is followed; `url` is then where it led."""
        data = self.form.post(**changes)
        response = self.client.post(self.url, data, follow=True)
        url = response.redirect_chain[-1][0] if response.redirect_chain else self.url
        return Opened(self.client, url, response)


@dataclass
class Person:
    user: User
    client: Client

    def open(self, url: str) -> Opened:
        return Opened(self.client, url, self.client.get(url))

    def post(self, url: str, **data):
        return self.client.post(url, data, follow=True)


def signed_in(role: str) -> Person:
    user = User.objects.create_user(f"{role}@example.com", "a-long-password", role)
    client = Client()
    client.force_login(user)
    return Person(user, client)


@pytest.fixture
def viewer(db):
    return signed_in(Role.VIEWER)


@pytest.fixture
def editor(db):
    return signed_in(Role.EDITOR)


@pytest.fixture
def administrator(db):
    return signed_in(Role.ADMINISTRATOR)


def sign_in(page) -> None:
    """As the editor does it in a browser, from the page for it to the dashboard."""
    page.goto("/login/")
    page.fill("[name=username]", "editor@example.com")
    page.fill("[name=password]", "a-long-password")
    page.press("[name=password]", "Enter")
    page.wait_for_url("/")


@pytest.fixture(name="signed_in")
def _browser_of_an_editor(page):
    """A page of a browser in which an editor signed in; its scripts must not fail."""
    User.objects.create_user("editor@example.com", "a-long-password", Role.EDITOR)
    cache.clear()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: "Security Policy" in m.text and errors.append(m.text))
    sign_in(page)
    yield page
    assert errors == []


@pytest.fixture
def thousands(db):
    """3,050 tasks of two routes; those of prices were made three days ago."""
    return make_thousands()


@pytest.fixture
def admin(signed_in, thousands):
    """The task page, opened by an editor at a desk."""
    signed_in.set_viewport_size({"width": 1440, "height": 1000})
    signed_in.goto("/tasks/")
    return signed_in
