"""JSON Schema of settings, made of the forms that clean them: nothing is described twice.

A registry becomes a choice between its components, and each component an object of prototype,
parameters and meta. Definitions refer to each other by name, because components nest in themselves.
"""

from collections.abc import Callable, Iterable

from django import forms

from alumio import fields
from alumio.components import Component, Registry, empty_value, label_of

Refer = Callable[[str], dict]


def definitions(registries: Iterable[Registry], prefix: str = "#/$defs/") -> dict[str, dict]:
    """The schemas of these registries and of all that they reach, by name."""
    found: dict[str, dict] = {}
    waiting = list(registries)
    while waiting:
        registry = waiting.pop()
        if name_of(registry) in found:
            continue
        found[name_of(registry)] = registry_schema(registry, prefix)
        for component in registry:
            found[name_of(registry, component)] = component_schema(component, prefix)
            waiting += reached_by(component.Parameters)
    return dict(sorted(found.items()))


def reached_by(form_class: type[forms.Form]) -> list[Registry]:
    """The registries whose components this form can hold."""
    reached = []
    for field in form_class.base_fields.values():
        if isinstance(field, fields.ComponentField):
            reached.append(field.registry)
        elif isinstance(field, fields.RowsField):
            reached += reached_by(field.form_class)
    return reached


def name_of(registry: Registry, component: type[Component] | None = None) -> str:
    """Such as `DataTransformer` and `DataTransformer.value-setter`."""
    name = registry.noun.title().replace(" ", "")
    return f"{name}.{component.prototype}" if component else name


def registry_schema(registry: Registry, prefix: str) -> dict:
    saved = {"type": "string", "description": f"The identifier of a saved {registry.noun}."}
    choices = [{"$ref": prefix + name_of(registry, component)} for component in registry]
    if registry.saved or not choices:
        choices.append(saved)
    return {"title": registry.noun.capitalize(), "anyOf": choices}


def component_schema(component: type[Component], prefix: str) -> dict:
    parameters = form_schema(component.Parameters, prefix)
    for name in component.ignored:
        parameters["properties"].setdefault(name, {"description": "Kept, not used."})
    schema = {
        "title": component.label,
        "type": "object",
        "properties": {
            "prototype": {"type": "string", "enum": [component.prototype]},
            "parameters": parameters,
            "meta": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "disabled": {"type": "boolean"}},
            },
        },
        "required": ["prototype"],
    }
    return schema | ({"description": component.help} if component.help else {})


def form_schema(form_class: type[forms.Form], prefix: str) -> dict:
    """The schema of an object that this form cleans."""
    known = form_class.base_fields
    schema = {
        "type": "object",
        "properties": {name: field_schema(name, field, prefix) for name, field in known.items()},
        "additionalProperties": False,
    }
    needed = [name for name, field in known.items() if field.required and field.initial is None]
    return schema | ({"required": needed} if needed else {})


def field_schema(name: str, field: forms.Field, prefix: str) -> dict:
    schema = {"title": label_of(name, field)} | value_schema(field, prefix)
    if field.help_text:
        schema["description"] = str(field.help_text)
    default = None if callable(field.initial) else empty_value(field)
    if default not in (None, "", [], {}) and "$ref" not in schema:
        schema["default"] = default
    return schema


def value_schema(field: forms.Field, prefix: str) -> dict:
    """What the values of a field look like."""
    for kind, describe in DESCRIPTIONS:
        if isinstance(field, kind):
            return describe(field, prefix)
    return {} if getattr(field, "json", False) else {"type": "string"}


def one_component(field, prefix):
    return {"$ref": prefix + name_of(field.registry)}


def maybe_a_component(field, prefix):
    one = one_component(field, prefix)
    return one if field.required else {"anyOf": [one, {"type": "null"}]}


def list_of(items: dict) -> dict:
    return {"type": "array", "items": items}


def number(kind: str):
    def describe(field, prefix):
        limits = {"minimum": field.min_value, "maximum": field.max_value}
        kinds = kind if field.required or field.initial is not None else [kind, "null"]
        return {"type": kinds} | {k: v for k, v in limits.items() if v is not None}

    return describe


def text(field, prefix):
    limit = field.max_length
    return {"type": "string"} | ({"maxLength": limit} if limit else {})


def choice(field, prefix):
    return {"type": "string", "enum": choices_of(field) + ([] if field.required else [""])}


def choices_of(field) -> list:
    values = []
    for value, label in field.choices:
        values += [v for v, _ in label] if isinstance(label, list | tuple) else [value]
    return [value for value in values if value != ""]


def integer_choice(field, prefix):
    return {"enum": [field.coerce(v) for v in choices_of(field)]}


def reference(field, prefix):
    noun = field.queryset.model._meta.verbose_name
    kinds = "string" if field.required else ["string", "null"]
    return {"type": kinds, "description": f"The identifier of an existing {noun}."}


DESCRIPTIONS = [
    (fields.ComponentsField, lambda f, p: list_of(one_component(f, p))),
    (fields.ComponentField, maybe_a_component),
    (fields.GroupField, lambda f, p: form_schema(f.form_class, p)),
    (fields.RowsField, lambda f, p: list_of(form_schema(f.form_class, p))),
    (fields.ListField, lambda f, p: {"type": "array"}),
    (fields.ObjectField, lambda f, p: {"type": "object"}),
    (fields.SecretField, lambda f, p: {"type": "string", "format": "password"}),
    (forms.ModelMultipleChoiceField, lambda f, p: list_of({"type": "string"})),
    (forms.ModelChoiceField, reference),
    (forms.MultipleChoiceField, lambda f, p: list_of({"type": "string", "enum": choices_of(f)})),
    (forms.TypedChoiceField, integer_choice),
    (forms.ChoiceField, choice),
    (forms.NullBooleanField, lambda f, p: {"type": ["boolean", "null"]}),
    (forms.BooleanField, lambda f, p: {"type": "boolean"}),
    (forms.FloatField, number("number")),
    (forms.DecimalField, number("number")),
    (forms.IntegerField, number("integer")),
    (forms.DateTimeField, lambda f, p: {"type": "string", "format": "date-time"}),
    (forms.CharField, text),
]
"""How each kind of field is described; the first that fits."""


def document(registry: Registry) -> dict:
    """A JSON Schema document of its own for one registry."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": f"#/$defs/{name_of(registry)}",
        "$defs": definitions([registry]),
    }
