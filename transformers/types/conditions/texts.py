"""Conditions: what a text contains, starts and ends with, and matches."""

from django import forms

from transformers.comparing import same
from transformers.fields import PlaceholderField, checked
from transformers.kinds import Condition
from transformers.numbers import is_number
from transformers.placeholders import render
from transformers.regexes import SafeRegex
from transformers.registries import conditions
from transformers.types.conditions.equality import ValueParameters


def text_of(value) -> str | None:
    """A text or a number as text; None for everything else, which no text test passes."""
    return render(value) if isinstance(value, str) or is_number(value) else None


@conditions.register
class Contains(Condition):
    prototype, label = "contains", "Contains"
    help = "A text contains this text; a list contains this value; a map has this key."
    Parameters = ValueParameters

    def setup(self):
        self.value = self.parameters["value"]

    def test(self, value, context):
        part = self.value(value, context)
        if isinstance(value, list):
            return any(same(item, part) for item in value)
        if isinstance(value, dict):
            return render(part) in value
        text = text_of(value)
        return text is not None and render(part) in text


class TextParameters(forms.Form):
    value = PlaceholderField(label="Text", help_text="Capitals and small letters count.")


@conditions.register
class StartsWith(Condition):
    prototype, label = "starts-with", "Starts with"
    help = "The text begins with this one."
    Parameters = TextParameters

    def test(self, value, context):
        text = text_of(value)
        return text is not None and text.startswith(self.parameters["value"](value, context))


@conditions.register
class EndsWith(Condition):
    prototype, label = "ends-with", "Ends with"
    help = "The text ends with this one."
    Parameters = TextParameters

    def test(self, value, context):
        text = text_of(value)
        return text is not None and text.endswith(self.parameters["value"](value, context))


class RegexField(forms.CharField):
    def clean(self, value):
        value = super().clean(value)
        checked(SafeRegex, value)
        return value


@conditions.register
class Regex(Condition):
    prototype, label = "regex", "Matches an expression"
    help = "A regular expression is found in the text; ^ and $ tie it to its start and end."

    class Parameters(forms.Form):
        pattern = RegexField(label="Expression", help_text="For example ^[A-Z]{2}-[0-9]+$")

    def setup(self):
        self.regex = SafeRegex(self.parameters["pattern"])

    def test(self, value, context):
        text = text_of(value)
        return text is not None and self.regex.search(text) is not None
