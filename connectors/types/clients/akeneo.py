"""Client: Akeneo, whose token is asked for with a password (OAuth 2, RFC 6749 §4.3)."""

import threading
import time
from base64 import b64encode

from django import forms

from alumio import jsontext
from connectors.credentials import SecretTemplateField, known
from connectors.failures import HttpError
from connectors.http import Request
from connectors.kinds import Client
from connectors.registries import clients
from transformers.fields import PlaceholderField

EARLY = 60
"""Seconds before its end at which a token is replaced."""


@clients.register
class Akeneo(Client):
    prototype, label = "akeneo-http-client-v2", "Akeneo"
    help = "An Akeneo PIM; asks for tokens and renews them by itself."
    ignored = ("key", "enableLogging", "loggerFormatter", "advanced")

    class Parameters(forms.Form):
        baseUri = PlaceholderField(label="Address")
        clientId = PlaceholderField(label="Client ID")
        clientSecret = SecretTemplateField(label="Client secret")
        username = PlaceholderField(label="User name")
        password = SecretTemplateField(label="Password")

    def setup(self):
        self._token, self._ends, self._lock = None, 0.0, threading.Lock()

    def prepare(self, draft, data, context, http):
        draft.relative_to(self.parameters["baseUri"](data, context))
        draft.default_header("Accept", "application/json")
        draft.set_header("Authorization", f"Bearer {self._current_token(context, http)}")

    def renew(self, draft):
        with self._lock:
            if draft.headers.get("Authorization") == f"Bearer {self._token}":
                self._ends = 0.0  # otherwise another thread has a new one already
        return True

    def secrets(self, context):
        return known([self.parameters["clientSecret"], self.parameters["password"]], context)

    def _current_token(self, context, http) -> str:
        """One thread asks for a token, the others wait for it."""
        with self._lock:
            if time.monotonic() >= self._ends - EARLY:
                granted = self._ask_for_token(context, http)
                self._token = granted["access_token"]
                http.redactor.learn(self._token)
                self._ends = time.monotonic() + float(granted.get("expires_in") or 3600)
            return self._token

    def _ask_for_token(self, context, http) -> dict:
        value = {name: make({}, context) for name, make in self.parameters.items()}
        client = b64encode(f"{value['clientId']}:{value['clientSecret']}".encode()).decode()
        asked = {"grant_type": "password", **{k: value[k] for k in ("username", "password")}}
        response = http.send(
            Request(
                "POST",
                value["baseUri"].rstrip("/") + "/api/oauth/v1/token",
                {"Authorization": f"Basic {client}", "Content-Type": "application/json"},
                jsontext.dumps(asked).encode(),
            )
        )
        try:
            granted = jsontext.loads(response.body.bytes())
            return {**granted, "access_token": str(granted["access_token"])}
        except (jsontext.JSONTextError, KeyError, TypeError):
            text = f"{response.where} gave no token but answered {response.status}. "
            text += "Check client ID, client secret, user name and password of the connection."
            raise HttpError("status", text, {"status": response.status}) from None
