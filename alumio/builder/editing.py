"""Settings of one part on their way from the draft to a panel and back.

What is posted goes through the part's own form, which gives masked secrets their values back. What
is not complete yet is kept as it was typed.
"""

from django.db import models

from alumio import posted
from alumio.builder.document import Part, forms, model_of
from alumio.components import MASK
from alumio.configuration import Configuration, named
from alumio.forms import ConfigurationForm, ReferenceField

UNSAVED = -1
"""The primary key of a part that is not saved: with one, a form gives masked secrets back."""


def row_of(part: Part) -> Configuration:
    """The configuration with the settings of the draft. It is shown, never saved."""
    model = model_of(part.kind)
    row = None if part.is_new else model.objects.filter(identifier=part.identifier).first()
    row = row or model(pk=UNSAVED)
    for name, value in part.data.items():
        field = model._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            value = named(field.related_model, value or "")
        setattr(row, name, value)
    return row


def form_with(part: Part, values: dict, user=None) -> ConfigurationForm:
    """The form of a part with these values: parsed from a POST, or plain with masked secrets."""
    form = forms()[part.kind](values, instance=row_of(part), user=user, partial=False)
    if part.is_new:
        form.fields["identifier"].disabled = False
    for name, field in form.fields.items():
        if isinstance(field, ReferenceField) and name in values:
            field.widget.attrs["data-reference"] = field.queryset.model.kind
    return form


def masked(part: Part) -> dict:
    """The part's settings with a mask in the place of each secret."""
    form_class = forms()[part.kind]
    return {name: _masked(form_class.base_fields[name], v) for name, v in part.data.items()}


def _masked(field, value):
    if value is None or not hasattr(field, "walk_secrets"):
        return value
    return field.walk_secrets(value, None, lambda secret, _: MASK if secret else secret)


def posted_values(part: Part, names, data) -> dict:
    """The part's settings, those of these names as they were posted."""
    fields = forms()[part.kind]().fields
    return masked(part) | {n: posted.parse_field(fields[n], data, n) for n in names if n in fields}


def kept(form: ConfigurationForm, part: Part, values: dict) -> dict:
    """The content to keep in the draft: clean, or, where something is wrong, as it was typed."""
    if form.is_valid():
        return form.instance.content()
    old = row_of(part)
    restored = {}
    for name, value in values.items():
        field = form.fields[name]
        if hasattr(field, "walk_secrets"):
            value = field.walk_secrets(value, getattr(old, name, None), form._restore)
        restored[name] = as_json(value)
    return part.data | restored


def as_json(value):
    """What was typed as plain JSON; a text that could not be read stays the text it was."""
    if isinstance(value, posted.Unparsable):
        value = value.typed
        return dict(value) if isinstance(value, list) else str(value)
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return str(value) if isinstance(value, str) else value
