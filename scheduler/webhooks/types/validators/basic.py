"""Validator: user name and password (RFC 7617)."""

import base64

from django import forms

from scheduler.webhooks.kinds import Refused, Validator
from scheduler.webhooks.registries import validators
from scheduler.webhooks.secrets import (
    CallerSecretField,
    PreviousSecretField,
    accepted,
    raw,
    same_secret,
)
from scheduler.webhooks.types.names import credentials


class UserNameField(forms.CharField):
    def clean(self, value):
        value = super().clean(value)
        if ":" in value:
            raise forms.ValidationError("A user name has no colon: it ends the name.")
        return value


@validators.register
class Basic(Validator):
    prototype, label = "basic", "User name and password"
    help = "The sender sends both with every call, as HTTP Basic authentication."

    class Parameters(forms.Form):
        username = UserNameField(label="User name")
        password = CallerSecretField(label="Password")
        previousPassword = PreviousSecretField(label="Previous password")

    def check(self, call):
        known = accepted(self.parameters["password"], self.parameters["previousPassword"])
        user = self.parameters["username"].encode(errors="surrogatepass")
        expected = [base64.b64encode(user + b":" + password) for password in known]
        if not same_secret(raw(credentials(call, "Basic")), expected):
            raise Refused("The user name or the password is wrong.")

    def prove(self, call):
        user = self.parameters["username"].encode(errors="surrogatepass")
        pair = base64.b64encode(user + b":" + self.parameters["password"].read())
        call.headers["authorization"] = f"Basic {pair.decode()}"

    def secret_headers(self):
        return ("authorization",)
