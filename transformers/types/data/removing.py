"""Data transformers: remove values or keys that meet conditions."""

from django import forms

from alumio.fields import ComponentField, ComponentsField
from transformers.kinds import DataTransformer
from transformers.pipeline import Conditions
from transformers.registries import accessors, conditions, data_transformers


class RemovingParameters(forms.Form):
    accessor = ComponentField(accessors, label="Values", help_text="What may be removed.")
    conditions = ComponentsField(
        conditions,
        word="condition",
        label="Remove if",
        help_text="All of them hold. Without conditions everything accessed is removed.",
    )


@data_transformers.register
class ValueFilter(DataTransformer):
    prototype, label = "value-filter", "Remove by value"
    help = "Removes the values that meet the conditions (it does not keep them)."
    Parameters = RemovingParameters

    def setup(self):
        self.accessor = self.parameters["accessor"]
        self.conditions = Conditions(self.parameters["conditions"])

    def transform(self, data, context):
        gone = [
            place
            for place, value in self.accessor.items(data, context)
            if self.conditions.hold(value, context)
        ]
        return self.accessor.remove(data, gone) if gone else data


@data_transformers.register
class KeyFilter(ValueFilter):
    prototype, label = "key-filter", "Remove by key"
    help = "Removes the keys that meet the conditions. To keep some only: “Is none of” these."

    def transform(self, data, context):
        gone = [
            place
            for place, _ in self.accessor.named(data, context)
            if place and self.conditions.hold(place[-1], context)
        ]
        return self.accessor.remove(data, gone) if gone else data
