"""Form fields that only connectors need."""

from django import forms

from alumio.fields import JSONField, ObjectField, refuse_mask
from connectors.redaction import is_secret_name
from transformers import placeholders
from transformers.expressions import compile_expression
from transformers.fields import PLACEHOLDER, checked


class TemplatesField(ObjectField):
    """Names and values with placeholders, such as headers; built, a function of (data, context)
    that gives the object. A list of {"key": …, "value": …} is taken too."""

    suggests = PLACEHOLDER

    def to_python(self, value):
        if isinstance(value, list) and all(isinstance(row, dict) for row in value):
            value = {str(row.get("key", "")): row.get("value", "") for row in value}
        return super().to_python(value)

    def clean(self, value):
        value = super().clean(value)
        refuse_mask(*value.values())
        checked(placeholders.compile, value)
        return value

    def walk_secrets(self, value, old, change):
        """A value whose name says that it is a credential is masked like a secret, unless it only
        names variables or data."""
        if not isinstance(value, dict):
            return value
        before = old if isinstance(old, dict) else {}
        return {
            name: change(item, before.get(name)) if _is_secret(name, item) else item
            for name, item in value.items()
        }

    def build(self, value):
        return placeholders.compile(value or {})

    def nothing(self):
        return {}


def _is_secret(name: str, value) -> bool:
    told = isinstance(value, str) and not placeholders.has_placeholders(value)
    return told and is_secret_name(name)


class UnusedField(JSONField):
    """A setting of an export that we keep and do not use. It may hold credentials under any name,
    so whatever it holds is masked."""

    def clean(self, value):
        walk(value, None, lambda item, _: refuse_mask(item))
        return super().clean(value)

    def walk_secrets(self, value, old, change):
        return walk(value, old, change)


def walk(value, old, change):
    """`change(item, old item)` for each text and number in a JSON value that is no placeholder."""
    if isinstance(value, dict):
        before = old if isinstance(old, dict) else {}
        return {name: walk(item, before.get(name), change) for name, item in value.items()}
    if isinstance(value, list):
        before = old if isinstance(old, list) and len(old) == len(value) else [None] * len(value)
        return [walk(item, was, change) for item, was in zip(value, before, strict=True)]
    if value in (None, "") or isinstance(value, bool):
        return value
    if isinstance(value, str) and placeholders.has_placeholders(value):
        return value
    return change(value, old)


class UpperChoiceField(forms.ChoiceField):
    """A choice written in capitals, such as an HTTP method; small letters are accepted."""

    def to_python(self, value):
        return super().to_python(value).upper()


class ExpressionField(forms.CharField):
    """A JMESPath expression; built, a function of the data, or None where it is empty."""

    def clean(self, value):
        value = super().clean(value)
        if value:
            checked(compile_expression, value)
        return value

    def build(self, value):
        return compile_expression(value) if value else None

    def nothing(self):
        return ""
