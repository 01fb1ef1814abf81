"""Authentication: a bearer token (RFC 6750)."""

from django import forms

from connectors.credentials import SecretTemplateField, known
from connectors.kinds import Authentication
from connectors.registries import authentications


@authentications.register
class Bearer(Authentication):
    prototype, label = "bearer", "Bearer token"
    help = "Sends a token in the Authorization header of every request."

    class Parameters(forms.Form):
        token = SecretTemplateField(label="Token")

    def apply(self, draft, data, context):
        draft.set_header("Authorization", f"Bearer {self.parameters['token'](data, context)}")

    def secrets(self, context):
        return known([self.parameters["token"]], context)
