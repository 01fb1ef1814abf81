"""Data transformers: copy and move between shapes, by accessors."""

from django import forms

from alumio import jsontext
from alumio.fields import ComponentField
from transformers import paths
from transformers.kinds import DataTransformer
from transformers.registries import accessors, data_transformers


class AccessorParameters(forms.Form):
    source = ComponentField(accessors, label="From", help_text="Gives keys and values.")
    destination = ComponentField(accessors, label="To", help_text="Takes the keys and values.")
    stripEnclosures = forms.BooleanField(
        required=False,
        label="Take dots in keys as paths",
        help_text="A key such as product.name then becomes name in product.",
    )


@data_transformers.register
class AccessorCopy(DataTransformer):
    prototype, label = "accessor-copy", "Copy between shapes"
    help = (
        "Reads keys and values from one shape and writes them in another: "
        "{en: Yes} becomes [{code: en, text: Yes}], or back."
    )
    Parameters = AccessorParameters

    def entries(self, data, context) -> list:
        entries = self.parameters["source"].entries(data, context)
        if not self.parameters["stripEnclosures"]:
            return entries
        return [(strip_enclosures(path), value) for path, value in entries]

    def transform(self, data, context):
        entries = [(path, jsontext.copy(value)) for path, value in self.entries(data, context)]
        return self.parameters["destination"].put_entries(data, entries, context)


@data_transformers.register
class AccessorMove(AccessorCopy):
    prototype, label = "accessor-move", "Move between shapes"
    help = "As “Copy between shapes”, and removes what was copied."

    def transform(self, data, context):
        entries = self.entries(data, context)
        data = self.parameters["source"].remove_entries(data, context)
        return self.parameters["destination"].put_entries(data, entries, context)


def strip_enclosures(path: str) -> str:
    """A path without the quotes around its keys."""
    return ".".join(paths.parse_place(path))
