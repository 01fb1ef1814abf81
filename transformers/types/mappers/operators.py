"""Mappers: operators on the values of a list, and with fixed values."""

from django import forms

from transformers import paths
from transformers.errors import TransformError
from transformers.fields import OperatorField, TemplateJSONField, TemplateListField
from transformers.kinds import Mapper
from transformers.numbers import describe
from transformers.registries import mappers


@mappers.register
class OperatorMapper(Mapper):
    prototype, label = "operator", "Operator"
    help = "Makes one value of a list: [10, 15, 2] added give 27."

    class Parameters(forms.Form):
        operator = OperatorField(label="Operator", help_text="What is done with the values.")

    def map(self, value, context):
        if not isinstance(value, list | dict):
            raise TransformError(f"An operator needs a list, not {describe(value)}.")
        return self.parameters["operator"].reduce([item for _, item in paths.children(value)])


@mappers.register
class PreparedOperator(Mapper):
    prototype, label = "prepared-operator", "Operator with fixed values"
    help = "Works on the value and fixed ones: the value, then “Right”; or “Left”, then the value."

    class Parameters(forms.Form):
        operator = OperatorField(label="Operator", help_text="What is done with the values.")
        left = TemplateJSONField(
            required=False, label="Left", help_text="Stands before the value. Empty means nothing."
        )
        right = TemplateListField(required=False, label="Right", help_text="Stand after the value.")

    def map(self, value, context):
        left = self.parameters["left"](value, context)
        before = [] if left is None or left == "" else [left]
        values = [*before, value, *self.parameters["right"](value, context)]
        return self.parameters["operator"].reduce(values)
