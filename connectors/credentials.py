"""Secrets in settings: fields for them, and their values for those who must keep them quiet."""

from collections.abc import Iterable

from alumio.fields import SecretField
from connectors.redaction import is_secret_name
from transformers import placeholders
from transformers.context import Context
from transformers.errors import TransformError
from transformers.fields import checked


class SecretTemplateField(SecretField):
    """A secret, often `${NAME}`; built, a function of (data, context) that gives the text."""

    def clean(self, value):
        value = super().clean(value)
        checked(placeholders.compile_text, value)
        return value

    def build(self, value):
        return placeholders.compile_text(value or "")

    def nothing(self):
        return ""


def known(templates: Iterable, context: Context) -> list[str]:
    """The secrets whose values are known before there is data."""
    values = []
    for template in templates:
        try:
            values.append(template({}, context))
        except TransformError:  # it needs data, or its variable is not set: the request will say so
            continue
    return values


def in_variables(context: Context) -> list[str]:
    """The values of variables such as `${SHOP_TOKEN}` and `${SHOP_KEY}`: wherever they are used, in
    a path or a payload, they are secrets."""
    return [
        value
        for name, value in context.variables.items()
        if is_secret_name(name) or is_secret_name(name.rpartition("_")[2])
    ]


def named(template, context: Context) -> list[str]:
    """The values of a compiled object, such as headers, whose names say that they are secret."""
    values = next(iter(known([template], context)), {})
    return [placeholders.render(value) for name, value in values.items() if is_secret_name(name)]
