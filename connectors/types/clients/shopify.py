"""Client: Shopify."""

from django import forms

from connectors.credentials import SecretTemplateField, known
from connectors.kinds import Client
from connectors.registries import clients
from transformers.fields import PlaceholderField


@clients.register
class Shopify(Client):
    prototype, label = "shopify-http-client-v3", "Shopify"
    help = "A Shopify shop, by the access token of an app."
    ignored = ("advanced", "key", "enableLogging", "loggerFormatter")

    class Parameters(forms.Form):
        baseUri = PlaceholderField(label="Address of the shop")
        token = SecretTemplateField(label="Access token")

    def prepare(self, draft, data, context, http):
        draft.relative_to(self.parameters["baseUri"](data, context))
        draft.set_header("X-Shopify-Access-Token", self.parameters["token"](data, context))
        draft.default_header("Accept", "application/json")

    def secrets(self, context):
        return known([self.parameters["token"]], context)
