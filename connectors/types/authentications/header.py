"""Authentication: a key in a header."""

from django import forms

from connectors.credentials import SecretTemplateField, known
from connectors.kinds import Authentication
from connectors.registries import authentications


@authentications.register
class Header(Authentication):
    prototype, label = "header", "Header"
    help = "Sends a key in a header of every request."

    class Parameters(forms.Form):
        name = forms.CharField(label="Name of the header", help_text="Such as X-Api-Key.")
        value = SecretTemplateField(label="Value")

    def apply(self, draft, data, context):
        draft.set_header(self.parameters["name"], self.parameters["value"](data, context))

    def secrets(self, context):
        return known([self.parameters["value"]], context)
