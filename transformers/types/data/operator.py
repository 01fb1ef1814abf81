"""Data transformer: an operator on two values."""

from django import forms

from alumio import jsontext
from transformers import paths
from transformers.errors import TransformError
from transformers.fields import OperatorField, PathField
from transformers.kinds import DataTransformer
from transformers.registries import data_transformers


@data_transformers.register
class OperatorStep(DataTransformer):
    prototype, label = "operator", "Operator"
    help = "Works on two values of the data and writes the result."

    class Parameters(forms.Form):
        left = PathField(label="Left", help_text="Path of the first value.")
        right = PathField(label="Right", help_text="Path of the second value.")
        operator = OperatorField(label="Operator", help_text="What is done with them.")
        destination = PathField(
            required=False, label="To", help_text="Where the result goes. Empty means to “Left”."
        )

    def transform(self, data, context):
        left = self.parameters["left"](data, context)
        right = self.parameters["right"](data, context)
        values = [self._value(data, left), self._value(data, right)]
        result = jsontext.copy(self.parameters["operator"].reduce(values))
        return paths.put(data, self.parameters["destination"](data, context) or left, result)

    @staticmethod
    def _value(data, place):
        value = paths.get(data, place)
        if value is paths.MISSING:
            raise TransformError(f"There is nothing at “{paths.join(place)}”.")
        return value
