"""Widgets of the settings fields: they parse what a page posts, and draw it.

`value_from_datadict` gets either a QueryDict (a page's POST, names joined by "-") or a plain dict
(an API call or an import), whose value is passed through untouched.
"""

import copy

from django import forms

from alumio import jsontext


def is_post(data) -> bool:
    return hasattr(data, "getlist")


class Unparsable(str):
    """Text of a page that is not JSON: what the field then says."""


class JSONInput(forms.Textarea):
    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        if not is_post(data) or value is None:
            return value
        return parse_typed(value)


class LinesInput(forms.Textarea):
    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        if not is_post(data) or value is None:
            return value
        return [parse_typed(line) for line in value.splitlines() if line.strip()]


class PairsInput(forms.Textarea):
    """Names and values."""

    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        if not is_post(data) or value is None:
            return value
        return parse_typed(value)


class SecretInput(forms.PasswordInput):
    def __init__(self, attrs=None):
        super().__init__(attrs, render_value=True)


def parse_typed(text: str):
    """What a person typed into a value field: JSON where it is JSON, else the text itself."""
    stripped = text.strip()
    if not stripped:
        return ""
    if stripped[0] in '{["' or stripped in ("true", "false", "null") or looks_numeric(stripped):
        try:
            return jsontext.loads(stripped)
        except jsontext.JSONTextError as error:
            return text if stripped[0] not in '{["' else Unparsable(f"This is not JSON: {error}")
    return text


def looks_numeric(text: str) -> bool:
    return text.lstrip("-")[:1].isdigit()


class RegistryWidget(forms.Widget):
    """A widget over a registry, which is shared, never copied."""

    def __init__(self, registry, allow_saved=True, attrs=None):
        super().__init__(attrs)
        self.registry, self.allow_saved = registry, allow_saved

    def __deepcopy__(self, memo):
        copied = copy.copy(self)
        copied.attrs = self.attrs.copy()
        memo[id(self)] = copied
        return copied

    def value_from_datadict(self, data, files, name):
        return data.get(name)

    def value_omitted_from_data(self, data, files, name):
        return False


class ComponentInput(RegistryWidget):
    pass


class ComponentsInput(RegistryWidget):
    pass


class FormWidget(forms.Widget):
    def __init__(self, form_class, attrs=None):
        super().__init__(attrs)
        self.form_class = form_class

    def value_from_datadict(self, data, files, name):
        return data.get(name)

    def value_omitted_from_data(self, data, files, name):
        return False


class RowsInput(FormWidget):
    pass


class GroupInput(FormWidget):
    pass
