"""Plugin: headers for every request."""

from django import forms

from connectors.credentials import known
from connectors.fields import TemplatesField
from connectors.kinds import Plugin
from connectors.redaction import is_secret_name
from connectors.registries import plugins
from transformers.placeholders import render


@plugins.register
class HeaderAppend(Plugin):
    prototype, label = "header-append", "Add headers"
    help = "A header that the request has already keeps its value."

    class Parameters(forms.Form):
        headers = TemplatesField(required=False, label="Headers")

    def apply(self, draft, data, context):
        for name, value in self.parameters["headers"](data, context).items():
            draft.default_header(name, render(value))

    def secrets(self, context):
        headers = next(iter(known([self.parameters["headers"]], context)), {})
        return [render(value) for name, value in headers.items() if is_secret_name(name)]
