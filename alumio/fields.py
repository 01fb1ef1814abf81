"""Form fields for settings: components in components, rows, JSON and secrets.

Widgets parse (a page's POST, or the plain value of an API call); fields clean; `build` makes the
running thing of a clean value. All values are JSON.
"""

from django import forms
from django.core.exceptions import ValidationError

from alumio import widgets
from alumio.components import (
    MASK,
    Registry,
    build_parameters,
    clean_form,
    walk_secrets,
)
from alumio.located import Located, under


class JSONField(forms.Field):
    """Any JSON value, null included. Text from a page is parsed by the widget, never here."""

    json = True
    widget = widgets.JSONInput

    def to_python(self, value):
        if isinstance(value, widgets.Unparsable):
            raise Located(str(value))
        return value

    def validate(self, value):
        if self.required and value in (None, "", [], {}):
            raise ValidationError(self.error_messages["required"], code="required")


class ListField(JSONField):
    """A list of short texts, one a line on a page."""

    widget = widgets.LinesInput

    def to_python(self, value):
        if value in (None, "", {}):
            return []
        if not isinstance(value, list):
            raise Located("Give a list.")
        return value


class ObjectField(JSONField):
    """A JSON object of names and values, such as headers. PHP writes an empty one as []."""

    widget = widgets.PairsInput

    def to_python(self, value):
        value = super().to_python(value)
        if value in (None, "", []):
            return {}
        if not isinstance(value, dict):
            raise Located("Give an object of names and values.")
        return value


class SecretField(forms.CharField):
    """A text that is never shown again: masked on pages and in the API, encrypted at rest."""

    widget = widgets.SecretInput

    def walk_secrets(self, value, old, change):
        return value if isinstance(value, str) and value.startswith("${") else change(value, old)

    def clean(self, value):
        refuse_mask(value)
        return super().clean(value)


def refuse_mask(*values) -> None:
    """A mask that got no secret back must not become one."""
    if MASK in values:
        raise Located("Give the secret again: it is not known which one the mask stands for.")


def partners(new: list, old, masked) -> list:
    """Which old item each new one was: the one that looks the same when `masked`, wherever it
    stood, else, in a list that did not grow or shrink, the one in its place; else None."""
    old = old if isinstance(old, list) else []
    looks = [masked(item) for item in old]
    found = []
    for index, item in enumerate(new):
        same = [n for n in (index, *range(len(old))) if n < len(old) and looks[n] == item]
        at = same[0] if same else index
        found.append(old[at] if same or len(new) == len(old) else None)
    return found


class ComponentField(forms.Field):
    """One component of a registry, chosen and set up in place, or a saved one by identifier."""

    json = True

    def __init__(self, registry: Registry, *, allow_saved=True, **kwargs):
        self.registry, self.allow_saved = registry, allow_saved
        kwargs.setdefault("widget", widgets.ComponentInput(registry, allow_saved))
        super().__init__(**kwargs)

    def clean(self, value):
        if value in (None, "", [], {}):
            if self.required:
                raise Located(f"Choose {self.registry.a_noun}.")
            return None
        if isinstance(value, str) and not self.allow_saved:
            raise Located(f"Spell the {self.registry.noun} out here.")
        return self.registry.clean(value)

    def build(self, value):
        return None if value is None else self.registry.build(value)

    def nothing(self):
        return None

    def walk_secrets(self, value, old, change):
        return self.registry._walk_secrets(value, old, change)

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        copied.registry = self.registry
        return copied


class ComponentsField(ComponentField):
    """A list of components, run in order. `word` is what an error calls one of them."""

    def __init__(self, registry: Registry, *, word="step", required=False, **kwargs):
        self.word = word
        allow_saved = kwargs.pop("allow_saved", True)
        kwargs.setdefault("widget", widgets.ComponentsInput(registry, allow_saved))
        super().__init__(registry, allow_saved=allow_saved, required=required, **kwargs)

    def clean(self, value):
        if value in (None, "", {}):
            value = []
        if not isinstance(value, list):
            raise Located(f"Give a list of {self.registry.noun}s.")
        if self.required and not value:
            raise Located(f"Add {self.registry.a_noun}.")
        cleaned, errors = [], []
        for index, spec in enumerate(value):
            try:
                cleaned.append(ComponentField.clean(self, spec or None) if spec else self._hole())
            except ValidationError as error:
                errors += under([error], index, f"{self.word} {index + 1}")
        if errors:
            raise ValidationError(errors)
        return cleaned

    def _hole(self):
        raise Located(f"Choose {self.registry.a_noun}.")

    def build(self, value):
        return [self.registry.build(spec) for spec in value or []]

    def nothing(self):
        return []

    def walk_secrets(self, value, old, change):
        if not isinstance(value, list):
            return value
        before = partners(value, old, self.registry.mask)
        return [
            self.registry._walk_secrets(v, o, change) for v, o in zip(value, before, strict=True)
        ]


class RowsField(forms.Field):
    """A list of small objects, each cleaned by the same form."""

    json = True

    def __init__(self, form_class: type[forms.Form], *, required=False, **kwargs):
        self.form_class = form_class
        for field in form_class.base_fields.values():
            if isinstance(field, forms.CharField):
                field.strip = False
        kwargs.setdefault("widget", widgets.RowsInput(form_class))
        super().__init__(required=required, **kwargs)

    def clean(self, value):
        if value in (None, "", {}):
            value = []
        if not isinstance(value, list):
            raise Located("Give a list of rows.")
        if self.required and not value:
            raise Located("Add a row.")
        cleaned, errors = [], []
        for index, row in enumerate(value):
            try:
                cleaned.append(self._clean_row(row))
            except ValidationError as error:
                errors += under([error], index, f"row {index + 1}")
        if errors:
            raise ValidationError(errors)
        return cleaned

    def _clean_row(self, row) -> dict:
        if not isinstance(row, dict):
            raise Located("A row is an object.")
        if unknown := set(row) - set(self.form_class.base_fields):
            raise Located(f"Unknown setting “{sorted(unknown)[0]}”.")
        return clean_form(self.form_class, row)

    def build(self, value):
        return [build_parameters(self.form_class, row) for row in value or []]

    def nothing(self):
        return []

    def walk_secrets(self, value, old, change):
        if not isinstance(value, list):
            return value
        fields = self.form_class.base_fields
        masked = lambda row: walk_secrets(fields, row, {}, lambda v, _: MASK if v else v)  # noqa: E731
        return [
            walk_secrets(fields, row, before or {}, change) if isinstance(row, dict) else row
            for row, before in zip(value, partners(value, old, masked), strict=True)
        ]


class GroupField(RowsField):
    """One small object of settings that belong together, such as `request`."""

    def __init__(self, form_class: type[forms.Form], **kwargs):
        kwargs.setdefault("widget", widgets.GroupInput(form_class))
        super().__init__(form_class, **kwargs)

    def clean(self, value):
        if value in (None, "", []):
            value = {}
        if not isinstance(value, dict):
            raise Located("Give an object of settings.")
        return self._clean_row(value)

    def build(self, value):
        return build_parameters(self.form_class, value or {})

    def nothing(self):
        return {}

    def walk_secrets(self, value, old, change):
        if not isinstance(value, dict):
            return value
        return walk_secrets(self.form_class.base_fields, value, old or {}, change)
