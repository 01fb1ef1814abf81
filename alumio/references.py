"""Which configuration uses which: by a foreign key, or by an identifier in its settings."""

from collections.abc import Iterator
from typing import NamedTuple

from alumio.components import Registry, label_of
from alumio.configuration import Configuration
from alumio.fields import ComponentField, ComponentsField, GroupField, RowsField
from alumio.forms import ConfigurationForm, ReferenceField

SAVED_AS = {"client": "connection", "transformer": "transformer"}
"""The kind of configuration that a string in the place of a component names, by registry."""
NAMED_BY = {
    "storage": "storage",
    "incoming": "incoming",
    "incomings": "incoming",
    "route": "route",
    "jobs": "scheduled-job",
}
"""The kind of configuration that a setting of this name names, alone or in a list."""


class Reference(NamedTuple):
    """`words` say where in the settings the identifier stands."""

    kind: str
    identifier: str
    words: tuple[str, ...]


def forms_by_model() -> dict[type[Configuration], type[ConfigurationForm]]:
    return {form._meta.model: form for form in ConfigurationForm.__subclasses__()}


def references_of(configuration: Configuration) -> Iterator[Reference]:
    """What a configuration refers to in its settings."""
    form_class = forms_by_model()[type(configuration)]
    values = {name: getattr(configuration, name) for name in form_class.wanted()}
    return references_in(form_class.base_fields, values)


def references_in(fields: dict, values, words: tuple = ()) -> Iterator[Reference]:
    """References in the values of a form, those in nested components included."""
    for name, field in fields.items():
        value = values.get(name) if isinstance(values, dict) else None
        place = (*words, label_of(name, field))
        if value in (None, "", [], {}):
            continue
        if isinstance(field, ReferenceField):
            identifier = value.identifier if isinstance(value, Configuration) else value
            yield Reference(field.queryset.model.kind, identifier, place)
        elif name in NAMED_BY and isinstance(value, str | list):
            for identifier in [value] if isinstance(value, str) else value:
                yield Reference(NAMED_BY[name], identifier, place)
        else:
            yield from _nested(field, value, place)


def _nested(field, value, place: tuple) -> Iterator[Reference]:
    if isinstance(field, ComponentsField) and isinstance(value, list):
        for index, spec in enumerate(value):
            yield from _in_spec(field.registry, spec, (*place, f"{field.word} {index + 1}"))
    elif isinstance(field, ComponentField):
        yield from _in_spec(field.registry, value, place)
    elif isinstance(field, GroupField):
        yield from references_in(field.form_class.base_fields, value, place)
    elif isinstance(field, RowsField) and isinstance(value, list):
        for index, row in enumerate(value):
            yield from references_in(
                field.form_class.base_fields, row, (*place, f"row {index + 1}")
            )


def _in_spec(registry: Registry, spec, place: tuple) -> Iterator[Reference]:
    if isinstance(spec, str) and registry.noun in SAVED_AS:
        yield Reference(SAVED_AS[registry.noun], spec, place)
    elif isinstance(spec, dict) and spec.get("prototype") in registry:
        fields = registry[spec["prototype"]].Parameters.base_fields
        yield from references_in(fields, spec.get("parameters") or {}, place)
