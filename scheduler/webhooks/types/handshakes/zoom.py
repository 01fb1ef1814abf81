"""Handshake: Zoom's validation of an address."""

import re

from django import forms

from scheduler.webhooks.kinds import Handshake, Refused
from scheduler.webhooks.registries import handshakes
from scheduler.webhooks.secrets import CallerSecretField
from scheduler.webhooks.signatures import digest
from scheduler.webhooks.types.echo import as_json, document_of

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


@handshakes.register
class Zoom(Handshake):
    """Signs what it is given, with the secret that also signs deliveries. So it comes after the
    validators, and signs only what cannot be the signed text of a delivery, `v0:time:body`."""

    prototype, label = "zoom", "Zoom"
    help = (
        "Answers endpoint.url_validation with the token and its signature. Zoom signs this call "
        "like all others: choose “HMAC signature” to let it in."
    )

    class Parameters(forms.Form):
        secret = CallerSecretField(label="Secret token")

    def answer(self, call):
        document = document_of(call)
        if not isinstance(document, dict) or document.get("event") != "endpoint.url_validation":
            return None
        payload = document.get("payload")
        token = payload.get("plainToken") if isinstance(payload, dict) else None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise Refused("The plainToken of the validation is missing or unusual.")
        signature = digest(self.parameters["secret"].read(), token.encode()).hex()
        return as_json({"plainToken": token, "encryptedToken": signature})
