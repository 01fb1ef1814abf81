"""Conditions: and, or."""

from django import forms

from alumio.fields import ComponentsField
from transformers.kinds import Condition
from transformers.registries import conditions


class ConditionsParameters(forms.Form):
    conditions = ComponentsField(
        conditions, word="condition", label="Conditions", help_text="Tests on the same value."
    )


@conditions.register
class LogicAnd(Condition):
    prototype, label = "logic-and", "All of"
    help = "Every one of these conditions holds."
    Parameters = ConditionsParameters

    def setup(self):
        self.parts = [part for part in self.parameters["conditions"] if not part.disabled]

    def test(self, value, context):
        return all(part.test(value, context) for part in self.parts)


@conditions.register
class LogicOr(LogicAnd):
    prototype, label = "logic-or", "Any of"
    help = "At least one of these conditions holds. Without any it holds."

    def test(self, value, context):
        return not self.parts or any(part.test(value, context) for part in self.parts)
