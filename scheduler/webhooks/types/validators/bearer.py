"""Validator: a bearer token (RFC 6750)."""

from django import forms

from scheduler.webhooks.kinds import Refused, Validator
from scheduler.webhooks.registries import validators
from scheduler.webhooks.secrets import (
    CallerSecretField,
    PreviousSecretField,
    accepted,
    as_header,
    raw,
    same_secret,
)
from scheduler.webhooks.types.names import credentials


@validators.register
class Bearer(Validator):
    prototype, label = "bearer", "Bearer token"
    help = "The sender sends Authorization: Bearer and a token with every call."

    class Parameters(forms.Form):
        token = CallerSecretField(label="Token", in_header=True)
        previousToken = PreviousSecretField(label="Previous token", in_header=True)

    def check(self, call):
        known = accepted(self.parameters["token"], self.parameters["previousToken"])
        if not same_secret(raw(credentials(call, "Bearer")), known):
            raise Refused("The bearer token is wrong.")

    def prove(self, call):
        call.headers["authorization"] = f"Bearer {as_header(self.parameters['token'].read())}"

    def secret_headers(self):
        return ("authorization",)
