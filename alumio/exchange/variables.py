"""The variables `${NAME}` that settings name, and secrets that are exported as such."""

import re
from collections.abc import Iterable
from itertools import count

from django import forms

from alumio.components import Registry
from alumio.fields import ComponentField, ComponentsField, GroupField, RowsField
from tasks.variables import variables

NAMED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def named_in(value) -> set[str]:
    """The names of all variables in the texts of a JSON value."""
    if isinstance(value, str):
        return set(NAMED.findall(value))
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return set().union(*map(named_in, value)) if value else set()
    return set()


def undefined(names: Iterable[str]) -> list[str]:
    return sorted(set(names) - set(variables()))


def without_secrets(fields: dict[str, forms.Field], values: dict, owner: str) -> dict:
    """The values of a form with each secret replaced by a variable named after its place, such as
    ${SHOP_PASSWORD}; what names a variable already stays."""
    return {
        name: _without(fields[name], value, f"{owner}_{name}") if name in fields else value
        for name, value in values.items()
    }


def _without(field: forms.Field, value, place: str):
    if isinstance(field, ComponentsField) and isinstance(value, list):
        return [_in_spec(field.registry, spec, place) for spec in value]
    if isinstance(field, ComponentField):
        return _in_spec(field.registry, value, place)
    if isinstance(field, GroupField) and isinstance(value, dict):
        return without_secrets(field.form_class.base_fields, value, place)
    if isinstance(field, RowsField) and isinstance(value, list):
        return [without_secrets(field.form_class.base_fields, row, place) for row in value]
    if hasattr(field, "walk_secrets"):
        return field.walk_secrets(value, None, _Replacement(place))
    return value


class _Replacement:
    """Gives a variable for each secret of one field: ${SHOP_HEADERS}, ${SHOP_HEADERS_2}…"""

    def __init__(self, place: str):
        self.place, self.numbers = place, count(1)

    def __call__(self, secret, before):
        if not secret or NAMED.search(str(secret)):
            return secret
        number = next(self.numbers)
        return variable(self.place if number == 1 else f"{self.place}_{number}")


def _in_spec(registry: Registry, spec, place: str):
    if not isinstance(spec, dict) or spec.get("prototype") not in registry:
        return spec
    fields = registry[spec["prototype"]].Parameters.base_fields
    given = spec.get("parameters")
    if not isinstance(given, dict):
        return spec
    return spec | {"parameters": without_secrets(fields, given, place)}


def variable(place: str) -> str:
    return "${" + re.sub(r"[^A-Z0-9]+", "_", place.upper()).strip("_") + "}"
