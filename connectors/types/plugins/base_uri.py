"""Plugin: the address in front of every URI that is not absolute."""

from django import forms

from alumio.located import Located
from connectors.kinds import Plugin
from connectors.registries import plugins
from transformers.fields import PlaceholderField


class AddressField(PlaceholderField):
    """Kept as Alumio writes it, {"parameters": "https://…"}; a plain text is accepted too."""

    json = True

    def clean(self, value):
        text = self.prepare_value(value)
        if not isinstance(text, str):
            raise Located("Give an address, such as https://shop.example/api.")
        return {"parameters": super().clean(text)}

    def prepare_value(self, value):
        return value.get("parameters") if isinstance(value, dict) else value

    def build(self, value):
        return super().build(self.prepare_value(value))


@plugins.register
class BaseURI(Plugin):
    prototype, label = "base-uri", "Base URI"
    help = "What stands in front of every URI that does not begin with http:// or https://."
    ignored = ("config",)

    class Parameters(forms.Form):
        uri = AddressField(label="Base URI")

    def apply(self, draft, data, context):
        draft.relative_to(self.parameters["uri"](data, context))
