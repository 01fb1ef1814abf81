"""Data transformer: set values."""

from django import forms

from alumio.fields import ComponentsField, RowsField
from transformers import paths
from transformers.errors import placed
from transformers.fields import PathField, TemplateJSONField
from transformers.kinds import DataTransformer
from transformers.pipeline import Mappers
from transformers.registries import data_transformers, mappers


class Setting(forms.Form):
    key = PathField(
        label="Key",
        help_text="Where to: a path such as customer.name. What is missing on the way is created.",
    )
    value = TemplateJSONField(
        required=False,
        label="Value",
        help_text="A fixed value, or placeholders such as &{sku}. A later row sees earlier ones.",
    )
    mappers = ComponentsField(
        mappers, word="mapper", label="Mappers", help_text="Change the value before it is set."
    )


@data_transformers.register
class ValueSetter(DataTransformer):
    prototype, label = "value-setter", "Set values"
    help = "Writes values to keys, in order."

    class Parameters(forms.Form):
        configurations = RowsField(Setting, label="Values")

    def setup(self):
        self.rows = [
            (row["key"], row["value"], Mappers(row["mappers"]))
            for row in self.parameters["configurations"]
        ]

    def transform(self, data, context):
        for number, (key, make, mapping) in enumerate(self.rows, 1):
            try:
                value = make(data, context)
                if mapping:
                    value = mapping.run(value, context)
                data = paths.put(data, key(data, context), value)
            except Exception as error:
                raise placed(error, f"row {number}") from error
        return data
