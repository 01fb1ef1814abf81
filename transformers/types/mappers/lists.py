"""Mappers: lists and maps. Null stays null; texts and numbers are refused."""

from django import forms

from alumio import jsontext
from alumio.fields import ObjectField
from alumio.located import Located
from transformers import paths
from transformers.errors import TransformError
from transformers.fields import PlaceholderField, TemplateJSONField
from transformers.kinds import Mapper
from transformers.numbers import describe, exact, is_numeric
from transformers.placeholders import render
from transformers.registries import mappers

LONGEST_FILL = 100_000


class ListMapper(Mapper):
    """Maps a list or map: a subclass writes `change(value, context)`."""

    def map(self, value, context):
        if value is None:
            return None
        if not isinstance(value, list | dict):
            raise TransformError(f"“{self.label}” needs a list or map, not {describe(value)}.")
        return self.change(value, context)

    def change(self, value, context):
        raise NotImplementedError


def values_of(value) -> list:
    return list(value.values()) if isinstance(value, dict) else value


@mappers.register
class ListValues(ListMapper):
    prototype, label = "list-values", "List values"
    help = "Makes a list of the values of a map: {a: 1, b: 2} becomes [1, 2]."

    def change(self, value, context):
        return values_of(value)


@mappers.register
class ListKeys(ListMapper):
    prototype, label = "list-keys", "List keys"
    help = "Makes a list of the keys of a map: {a: 1, b: 2} becomes [a, b]."

    def change(self, value, context):
        return list(value) if isinstance(value, dict) else list(range(len(value)))


@mappers.register
class ListCount(ListMapper):
    prototype, label = "list-count", "Count"
    help = "How many values a list or map has. Null has 0."

    def map(self, value, context):
        return 0 if value is None else super().map(value, context)

    def change(self, value, context):
        return len(value)


@mappers.register
class ListReverse(ListMapper):
    prototype, label = "list-reverse", "Reverse"
    help = "The last becomes the first."

    def change(self, value, context):
        return dict(reversed(value.items())) if isinstance(value, dict) else value[::-1]


class GlueParameters(forms.Form):
    glue = PlaceholderField(
        required=False, label="Between", help_text="Stands between the values, such as a comma."
    )


@mappers.register
class ListImplode(ListMapper):
    prototype, label = "list-implode", "Join to a text"
    help = "[a, b] becomes “a, b”."
    Parameters = GlueParameters

    def change(self, value, context):
        return self.parameters["glue"](value, context).join(map(render, values_of(value)))


@mappers.register
class ListConcat(ListImplode):
    prototype, label = "list-concat", "Join to a text (concat)"
    help = "The same as “Join to a text”, under the name that some configurations use."


@mappers.register
class ListFill(Mapper):
    prototype, label = "list-fill", "Fill a list"
    help = "Makes a list that holds the value several times: for 3 of “a”, [a, a, a]."

    class Parameters(forms.Form):
        start = forms.IntegerField(
            required=False, initial=0, label="First number", help_text="0 makes a list."
        )
        length = PlaceholderField(
            label="Length", help_text="A number, or a placeholder: &{@} is the value itself."
        )

    def map(self, value, context):
        length = self.parameters["length"](value, context)
        if not is_numeric(length) or not 0 <= exact(length) <= LONGEST_FILL:
            raise TransformError(
                f"The length is a number from 0 to {LONGEST_FILL:,}, not {describe(length)}."
            )
        items = [jsontext.copy(value) for _ in range(int(exact(length)))]
        start = self.parameters["start"] or 0
        return {str(start + at): item for at, item in enumerate(items)} if start else items


class ArrayField(TemplateJSONField):
    """A map or list with placeholders."""

    def clean(self, value):
        value = super().clean(value)
        if value not in (None, "") and not isinstance(value, list | dict):
            raise Located('Give a map, such as {"status": "new"}.')
        return value or {}


@mappers.register
class ListExtendWith(ListMapper):
    prototype, label = "list-extend-with", "Add missing keys"
    help = "Adds these keys where the map does not have them: defaults."

    class Parameters(forms.Form):
        array = ArrayField(
            required=False, label="Keys and values", help_text="&{…} reads from the map itself."
        )

    def change(self, value, context):
        for key, item in paths.children(self.parameters["array"](value, context)):
            if paths.child(value, key) is paths.MISSING:
                value = paths.assign(value, key, item)
        return value


@mappers.register
class ListIntersectKeys(ListMapper):
    prototype, label = "list-intersect-keys", "Keep keys"
    help = "Keeps these keys only."

    class Parameters(forms.Form):
        array = ObjectField(
            required=False, label="Keys", help_text="The names count; their values do not."
        )

    def setup(self):
        self.keys = set(self.parameters["array"])

    def change(self, value, context):
        gone = [(key,) for key, _ in paths.children(value) if key not in self.keys]
        return paths.remove(value, gone)
