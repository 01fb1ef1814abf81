"""Accessor: all places that match a pattern."""

from django import forms

from transformers import paths
from transformers.errors import TransformError
from transformers.fields import PatternField
from transformers.kinds import Accessor
from transformers.paths import MISSING, Wild
from transformers.registries import accessors


@accessors.register
class Pattern(Accessor):
    prototype, label = "pattern", "Pattern"
    help = "Every value at a path; * stands for any key, as in items.*.price."
    ignored = ("keys",)

    class Parameters(forms.Form):
        pattern = PatternField(
            required=False,
            label="Pattern",
            help_text="For example sku or items.*.price. Empty means the data itself.",
        )

    def setup(self):
        self.pattern = self.parameters["pattern"]

    def items(self, data, context):
        matches = paths.find(data, self.pattern(data, context))
        return [(match.place, match.value) for match in matches]

    def named(self, data, context):
        """Without a pattern the keys of the data itself are meant (as Alumio's exports use it)."""
        if self.pattern(data, context):
            return self.items(data, context)
        return [((key,), value) for key, value in paths.children(data)]

    def entries(self, data, context):
        return [(paths.join(place), value) for place, value in self.named(data, context)]

    def remove_entries(self, data, context):
        return self.remove(data, [place for place, _ in self.named(data, context)])

    def put_entries(self, data, entries, context):
        pattern = self.pattern(data, context)
        for path, value in entries:
            data = paths.put(data, _filled(pattern, paths.place_of(path)), value)
        return data

    def collection(self, data, context):
        """One value without wildcards, else the list of all matches."""
        pattern = self.pattern(data, context)
        found = [match.value for match in paths.find(data, pattern)]
        if paths.has_wildcards(pattern):
            return found
        return found[0] if found else MISSING

    def put_collection(self, data, value, context):
        pattern = self.pattern(data, context)
        if not paths.has_wildcards(pattern):
            return paths.put(data, pattern, value)
        places = [match.place for match in paths.find(data, pattern)]
        if not isinstance(value, list) or len(value) > len(places):
            raise TransformError(
                f"The pattern has {len(places)} places; the mapped list must not be longer."
            )
        for place, item in zip(places, value, strict=False):
            data = paths.put(data, place, item)
        return paths.remove(data, places[len(value) :])


def _filled(pattern: paths.Pattern, place: paths.Place) -> paths.Place:
    """The pattern with the place for its first wildcard, or else the place below it."""
    for at, segment in enumerate(pattern):
        if isinstance(segment, Wild):
            rest = pattern[at + 1 :]
            if paths.has_wildcards(rest):
                raise TransformError("A pattern to write to has at most one key with a wildcard.")
            return (*pattern[:at], *place, *rest)
    return (*pattern, *place)
