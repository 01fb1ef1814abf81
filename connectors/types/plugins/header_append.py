"""Plugin: headers for every request."""

from django import forms

from connectors.credentials import named
from connectors.fields import TemplatesField
from connectors.kinds import Plugin
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
        return named(self.parameters["headers"], context)
