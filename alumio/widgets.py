"""Widgets of the settings fields: they parse what a page posts, and draw it.

`value_from_datadict` gets either a QueryDict (a page's POST) or a plain dict (an API call or an
import), whose value is passed through untouched. What a page posts is read by `alumio.posted`;
how it looks is in `alumio.drawing` and templates/forms.

Names in a POST are joined by "-". A component is `{name}-prototype` with its parameters below
`{name}-p-`; a list of them is `{name}-count` and `{name}-{i}-…`. Buttons that change the structure
(`{name}-add`, `{name}-{i}-up`…) are read together with the values: parsing a POST that holds one
gives the value after the click, so a page redraws what was parsed and nothing typed gets lost.
"""

import copy

from django import forms

from alumio import posted
from alumio.posted import Unparsable, parse_typed

__all__ = ["Unparsable", "is_post", "parse_typed"]


def is_post(data) -> bool:
    return hasattr(data, "getlist")


class DrawnWidget(forms.Widget):
    """A widget that is drawn by `alumio.drawing`, with the errors of all that lies in it."""

    def draw(self, name: str, value, place):
        from alumio import drawnwidgets

        return drawnwidgets.draw_widget(self, name, value, place)

    def render(self, name, value, attrs=None, renderer=None):
        from alumio.drawing import Place

        return self.draw(name, value, Place())

    def value_omitted_from_data(self, data, files, name):
        return False


class LongText(forms.Textarea):
    """A text of several lines, whose line breaks stay what they were."""

    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        return posted.unix_lines(value) if is_post(data) and value is not None else value


class JSONInput(forms.Textarea):
    """Any JSON value. A text that is no JSON stands for itself; one that would be, is quoted."""

    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        if not is_post(data) or value is None:
            return value
        return parse_typed(posted.unix_lines(value))

    def format_value(self, value):
        return posted.typed_text(value)


class LinesInput(forms.Textarea):
    """A list, one value a line."""

    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        return posted.parse_lines(value) if is_post(data) and value is not None else value

    def format_value(self, value):
        return posted.lines_text(value)


class PairsInput(DrawnWidget):
    """Names and values, in rows: `{name}-{i}-name` and `{name}-{i}-value`."""

    def value_from_datadict(self, data, files, name):
        return posted.parse_pairs(data, name) if is_post(data) else data.get(name)


class SecretInput(DrawnWidget):
    """Never shown: the page gets a mask, and posts it back with the place of the secret."""

    def value_from_datadict(self, data, files, name):
        return posted.parse_secret(data, name) if is_post(data) else data.get(name)


class RegistryWidget(DrawnWidget):
    """A widget over a registry, which is shared, never copied."""

    def __init__(self, registry, allow_saved=True, attrs=None):
        super().__init__(attrs)
        self.registry, self.allow_saved = registry, allow_saved

    def __deepcopy__(self, memo):
        copied = copy.copy(self)
        copied.attrs = self.attrs.copy()
        memo[id(self)] = copied
        return copied


class ComponentInput(RegistryWidget):
    def value_from_datadict(self, data, files, name):
        if not is_post(data):
            return data.get(name)
        return posted.parse_component(self.registry, data, name)


class ComponentsInput(RegistryWidget):
    def value_from_datadict(self, data, files, name):
        if not is_post(data):
            return data.get(name)
        return posted.parse_components(self.registry, data, name)


class FormWidget(DrawnWidget):
    def __init__(self, form_class, attrs=None):
        super().__init__(attrs)
        self.form_class = form_class


class RowsInput(FormWidget):
    def value_from_datadict(self, data, files, name):
        if not is_post(data):
            return data.get(name)
        return posted.parse_rows(self.form_class, data, name)


class GroupInput(FormWidget):
    def value_from_datadict(self, data, files, name):
        if not is_post(data):
            return data.get(name)
        return posted.parse_form(self.form_class, data, name)
