"""Authentication: a key in the query."""

from django import forms

from connectors.credentials import SecretTemplateField, known
from connectors.draft import without_query
from connectors.kinds import Authentication
from connectors.registries import authentications


@authentications.register
class QueryParameter(Authentication):
    prototype, label = "query-parameter", "Query parameter"
    help = "Sends a key in the address of every request. A header is safer."

    class Parameters(forms.Form):
        name = forms.CharField(label="Name of the parameter", help_text="Such as api_key.")
        value = SecretTemplateField(label="Value")

    def apply(self, draft, data, context):
        draft.set_query(self.parameters["name"], self.parameters["value"](data, context))

    def removed_from(self, url):
        return without_query(url, self.parameters["name"])

    def secrets(self, context):
        return known([self.parameters["value"]], context)
