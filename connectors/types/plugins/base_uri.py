"""Plugin: the address in front of every URI that is not absolute."""

from django import forms

from alumio.fields import JSONField
from alumio.located import Located
from connectors.kinds import Plugin
from connectors.registries import plugins
from transformers import placeholders
from transformers.fields import checked


class AddressField(JSONField):
    """Kept as Alumio writes it, {"parameters": "https://…"}; a plain text is accepted too. Built, a
    function of (data, context) that gives the address."""

    widget = forms.TextInput

    def clean(self, value):
        text = self.prepare_value(value)
        if not isinstance(text, str) or not text.strip():
            raise Located("Give an address, such as https://shop.example/api.")
        checked(placeholders.compile_text, text)
        return {"parameters": text.strip()}

    def prepare_value(self, value):
        return value.get("parameters") if isinstance(value, dict) else value

    def build(self, value):
        return placeholders.compile_text(self.prepare_value(value) or "")

    def nothing(self):
        return ""


@plugins.register
class BaseURI(Plugin):
    prototype, label = "base-uri", "Base URI"
    help = "What stands in front of every URI that does not begin with http:// or https://."
    ignored = ("config",)

    class Parameters(forms.Form):
        uri = AddressField(label="Base URI")

    def apply(self, draft, data, context):
        draft.relative_to(self.parameters["uri"](data, context))
