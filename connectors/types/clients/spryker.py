"""Client: Spryker's Dynamic Data Exchange. Saved as it was imported; it cannot be run yet."""

from django import forms

from alumio.fields import JSONField
from connectors.credentials import SecretTemplateField
from connectors.errors import ConnectorError
from connectors.kinds import Client
from connectors.registries import clients
from transformers.fields import PlaceholderField


@clients.register
class Spryker(Client):
    prototype = "alumio-spryker-dynamic-data-exchange-http-client-v2"
    label = "Spryker Dynamic Data Exchange (not supported yet)"
    help = "Kept as it was imported, so that nothing gets lost; it cannot be used yet."
    ignored = ("key", "enableLogging", "loggerFormatter")

    class Parameters(forms.Form):
        baseUrl = PlaceholderField(label="Base URL")
        username = PlaceholderField(required=False, label="User name")
        password = SecretTemplateField(required=False, label="Password")
        advanced = JSONField(required=False)

    def prepare(self, draft, data, context, http):
        raise ConnectorError(
            "Connections of the type “Spryker Dynamic Data Exchange” cannot be used yet. Make an "
            "“HTTP client” with the base URI and a bearer token instead."
        )
