"""Conditions: equal and one of."""

from django import forms

from transformers.comparing import same, same_adaptive
from transformers.fields import TemplateJSONField, TemplateListField
from transformers.kinds import Condition
from transformers.registries import conditions


class ValueParameters(forms.Form):
    value = TemplateJSONField(
        required=False, label="Value", help_text="What to compare with; null and [] count too."
    )


class Compared(Condition):
    """Compares the tested value with a given one."""

    compare = staticmethod(same)
    wanted = True
    Parameters = ValueParameters

    def setup(self):
        self.value = self.parameters["value"]

    def test(self, value, context):
        return self.compare(value, self.value(value, context)) is self.wanted


@conditions.register
class Equals(Compared):
    prototype, label = "equals", "Equals"
    help = "The value is exactly this one: 1 is 1.0, but not the text “1”."


@conditions.register
class NotEquals(Compared):
    prototype, label, wanted = "not-equals", "Does not equal", False
    help = "The value is not exactly this one."


@conditions.register
class EqualsAdaptive(Compared):
    prototype, label, compare = "equals-adaptive", "Equals, adaptively", staticmethod(same_adaptive)
    help = "As Equals, but “1” equals 1, “true” equals true, and null equals what is empty."


@conditions.register
class NotEqualsAdaptive(Compared):
    prototype, label = "not-equals-adaptive", "Does not equal, adaptively"
    compare, wanted = staticmethod(same_adaptive), False
    help = "The opposite of “Equals, adaptively”."


class OneOfParameters(forms.Form):
    value = TemplateListField(required=False, label="Values", help_text="One value a line.")


class Listed(Condition):
    """Looks the tested value up in a list."""

    wanted = True
    Parameters = OneOfParameters

    def setup(self):
        self.listed = self.parameters["value"]

    def test(self, value, context):
        listed = self.listed(value, context)
        return any(same(value, item) for item in listed) is self.wanted


@conditions.register
class OneOf(Listed):
    prototype, label = "one-of", "Is one of"
    help = "The value is in the list."


@conditions.register
class NotOneOf(Listed):
    prototype, label, wanted = "not-one-of", "Is none of", False
    help = "The value is not in the list."
