"""Form fields for settings with placeholders and paths: checked when saved, compiled when built.

A component finds the compiled function in its parameters:
`self.parameters["value"](data, context)`.
"""

from django import forms

from alumio.fields import JSONField, ListField
from alumio.located import Located
from transformers import pathtemplates, placeholders
from transformers.errors import TransformError
from transformers.registries import operators

PLACEHOLDER, PATH, PATTERN = "placeholder", "path", "pattern"
"""What of a record's fields can be written into a setting: a field's `suggests`."""


def checked(function, *arguments):
    """Call a compiler; what it refuses becomes an error of the form."""
    try:
        return function(*arguments)
    except TransformError as error:
        raise Located(_sentence(str(error))) from None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


class PlaceholderField(forms.CharField):
    """A text that may hold placeholders; built, a function of (data, context) that gives a text."""

    suggests = PLACEHOLDER

    def clean(self, value):
        value = super().clean(value)
        checked(placeholders.compile_text, value)
        return value

    def build(self, value):
        return placeholders.compile_text(value or "")

    def nothing(self):
        return ""


class TemplateJSONField(JSONField):
    """Any JSON value, with placeholders anywhere in it; built, a function of (data, context).

    A text that is one placeholder gives the value it finds, with its type.
    """

    suggests = PLACEHOLDER

    def clean(self, value):
        value = super().clean(value)
        checked(placeholders.compile, value)
        return value

    def build(self, value):
        return placeholders.compile(value)

    def nothing(self):
        return None


class TemplateListField(ListField):
    """A list of JSON values with placeholders; built, a function of (data, context)."""

    suggests = PLACEHOLDER

    def clean(self, value):
        value = super().clean(value)
        checked(placeholders.compile, value)
        return value

    def build(self, value):
        return placeholders.compile(value or [])

    def nothing(self):
        return []


class PathField(forms.CharField):
    """A path without wildcards; built, a function of (data, context) that gives a place.

    `within` names the setting beside it whose records it is a path of.
    """

    wildcards, suggests = False, PATH

    def __init__(self, *, within="", **kwargs):
        super().__init__(**kwargs)
        self.within = within

    def clean(self, value):
        value = super().clean(value)
        checked(pathtemplates.compile_path, value, "", self.wildcards)
        return value

    def build(self, value):
        return pathtemplates.compile_path(value or "", "", self.wildcards)

    def nothing(self):
        return ""


class PatternField(PathField):
    """A path that may hold wildcards; built, a function of (data, context) that gives a pattern."""

    wildcards, suggests = True, PATTERN


class ReplacementField(forms.CharField):
    """Where a match goes, with `$1`…; built, a function of (data, context, match)."""

    def clean(self, value):
        value = super().clean(value)
        checked(pathtemplates.compile_replacement, value)
        return value

    def build(self, value):
        return pathtemplates.compile_replacement(value)

    def nothing(self):
        return ""


class OperatorField(forms.ChoiceField):
    """The name of an operator; built, the operator."""

    def __init__(self, **kwargs):
        super().__init__(choices=operators.choices, **kwargs)

    def build(self, value):
        return operators.build({"prototype": value}) if value else None

    def nothing(self):
        return ""
