"""Conditions: of which type a value is."""

from django import forms

from transformers.kinds import Condition
from transformers.numbers import is_numeric
from transformers.registries import conditions


@conditions.register
class IsArray(Condition):
    prototype, label = "type-array", "Is a list"
    help = "The value is a list; unless strict, a map counts too, as in PHP."

    class Parameters(forms.Form):
        strict = forms.BooleanField(required=False, label="Strict", help_text="Lists only.")

    def test(self, value, context):
        return isinstance(value, list if self.parameters["strict"] else list | dict)


@conditions.register
class IsObject(Condition):
    prototype, label = "type-object", "Is a map"
    help = "The value has named keys."

    def test(self, value, context):
        return isinstance(value, dict)


@conditions.register
class IsString(Condition):
    prototype, label = "type-string", "Is a text"
    help = "The value is a text, also an empty one."

    def test(self, value, context):
        return isinstance(value, str)


@conditions.register
class IsBoolean(Condition):
    prototype, label = "type-boolean", "Is true or false"
    help = "The value is a boolean; 0, 1 and texts are not."

    def test(self, value, context):
        return isinstance(value, bool)


@conditions.register
class IsNumeric(Condition):
    prototype, label = "type-numeric", "Is numeric"
    help = "The value is a number or a text that reads as one, such as “10.5”."

    def test(self, value, context):
        return is_numeric(value)
