import pytest
from django import forms
from django.test import Client

from alumio import jsontext
from alumio.components import Component
from alumio.fields import GroupField, RowsField, SecretField
from alumio.models import ApiKey
from connectors.registries import clients


class Api:
    """A client of the REST API with a key of one role; bodies and answers are exact JSON."""

    def __init__(self, role: str):
        self.key, self.text = ApiKey.issue(f"test {role}", role)
        self.client = Client(headers={"Authorization": f"Bearer {self.text}"})

    def send(self, method: str, path: str, body=None, **headers):
        path = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        text = body if isinstance(body, bytes | str) else jsontext.dumps(body)
        sent = {} if body is None else {"data": text, "content_type": "application/json"}
        answer = self.client.generic(method, path, headers=headers, **sent)
        answer.body = jsontext.loads(answer.content) if answer.content else None
        return answer

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.send("POST", path, body, **headers)

    def put(self, path, body, **headers):
        return self.send("PUT", path, body, **headers)

    def patch(self, path, body, **headers):
        return self.send("PATCH", path, body, **headers)

    def delete(self, path, **headers):
        return self.send("DELETE", path, **headers)


@pytest.fixture
def viewer(db):
    return Api("viewer")


@pytest.fixture
def editor(db):
    return Api("editor")


@pytest.fixture
def administrator(db):
    return Api("administrator")


class Login(forms.Form):
    user = forms.CharField(required=False)
    password = SecretField(required=False)


class FakeClient(Component):
    prototype, label = "fake-client", "Fake client"

    class Parameters(forms.Form):
        uri = forms.CharField()
        token = SecretField(required=False)
        login = GroupField(Login)
        logins = RowsField(Login)


@pytest.fixture
def fake_client():
    """A kind of client with secrets, known only while the test runs."""
    clients.register(FakeClient)
    yield FakeClient.prototype
    del clients._classes[FakeClient.prototype]
