"""People to sign in, and pages opened as a browser without JavaScript would."""

from dataclasses import dataclass

import pytest
from django.test import Client

from alumio.models import Role, User
from tests.pages.posting import Form


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
