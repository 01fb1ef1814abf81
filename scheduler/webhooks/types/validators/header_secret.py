"""Validator: a secret in a header."""

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
from scheduler.webhooks.signatures import header_of
from scheduler.webhooks.types.names import HeaderNameField


@validators.register
class HeaderSecret(Validator):
    prototype, label = "header-secret", "Secret in a header"
    help = "The sender puts a secret into a header of every call."

    class Parameters(forms.Form):
        header = HeaderNameField(label="Name of the header", help_text="Such as X-Secret.")
        secret = CallerSecretField(label="Secret", in_header=True)
        previousSecret = PreviousSecretField(in_header=True)

    def check(self, call):
        known = accepted(self.parameters["secret"], self.parameters["previousSecret"])
        if not same_secret(raw(header_of(call, self.parameters["header"])), known):
            raise Refused(f"The secret in the header {self.parameters['header']} is wrong.")

    def prove(self, call):
        name = self.parameters["header"].lower()
        call.headers[name] = as_header(self.parameters["secret"].read())

    def secret_headers(self):
        return (self.parameters["header"].lower(),)
