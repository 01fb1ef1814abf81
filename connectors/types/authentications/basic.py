"""Authentication: user name and password (RFC 7617)."""

from base64 import b64encode

from django import forms

from connectors.credentials import SecretTemplateField, known
from connectors.kinds import Authentication
from connectors.registries import authentications
from transformers.fields import PlaceholderField


@authentications.register
class Basic(Authentication):
    prototype, label = "basic", "User name and password"
    help = "Sends both with every request, as HTTP Basic authentication."

    class Parameters(forms.Form):
        username = PlaceholderField(label="User name")
        password = SecretTemplateField(required=False, label="Password")

    def apply(self, draft, data, context):
        draft.set_header("Authorization", f"Basic {self._token(data, context)}")

    def secrets(self, context):
        return known([self.parameters["password"], self._token], context)

    def _token(self, data, context) -> str:
        user = self.parameters["username"](data, context)
        return b64encode(f"{user}:{self.parameters['password'](data, context)}".encode()).decode()
