"""Filters: conditions on values."""

from django import forms

from alumio.fields import ComponentField, ComponentsField
from transformers import wording
from transformers.kinds import Filter
from transformers.pipeline import Conditions
from transformers.registries import accessors, conditions, filters


@filters.register
class ValueCondition(Filter):
    prototype, label = "value-condition-v2", "Value condition"
    help = "Every value that is accessed meets every condition. A missing value counts as null."

    class Parameters(forms.Form):
        accessor = ComponentField(accessors, label="Values", help_text="Which values to test.")
        conditions = ComponentsField(
            conditions, word="condition", label="Conditions", help_text="All of them must hold."
        )

    @staticmethod
    def summary(parameters):
        return wording.values(parameters.get("accessor"), parameters.get("conditions"))

    def setup(self):
        self.accessor = self.parameters["accessor"]
        self.conditions = Conditions(self.parameters["conditions"])

    def test(self, data, context, entity=None):
        return all(
            self.conditions.hold(value, context) for value in self.accessor.values(data, context)
        )


@filters.register
class ValueConditionV1(ValueCondition):
    prototype, label = "value-condition", "Value condition (first version)"
    help = "The same as “Value condition”, under the name that older configurations use."
