"""Data transformers: copy and move what matches a pattern."""

from django import forms

from alumio import jsontext
from alumio.fields import ComponentsField
from transformers import paths, pathtemplates, placeholders
from transformers.fields import PatternField, ReplacementField, checked
from transformers.kinds import DataTransformer
from transformers.pipeline import Conditions
from transformers.registries import conditions, data_transformers


class PatternParameters(forms.Form):
    pattern = PatternField(
        required=False, label="From", help_text="A path or pattern, such as values.*.name"
    )
    replacement = ReplacementField(
        label="To", help_text="A path; $1 is what the first * matched, as in names.$1"
    )
    conditions = ComponentsField(
        conditions,
        word="condition",
        label="Conditions",
        help_text="Only values that meet all of them.",
    )

    def clean(self):
        pattern, to = self.cleaned_data.get("pattern"), self.cleaned_data.get("replacement")
        if pattern is not None and to and not placeholders.has_placeholders(pattern):
            captures = paths.captures_of(paths.parse(pattern))
            checked(pathtemplates.compile_replacement, to, captures)
        return self.cleaned_data


@data_transformers.register
class PatternCopy(DataTransformer):
    prototype, label = "pattern-copy", "Copy by pattern"
    help = "Copies every match to another place. All are found before the first is written."
    Parameters = PatternParameters

    def setup(self):
        self.conditions = Conditions(self.parameters["conditions"])

    def _matches(self, data, context) -> list[tuple[paths.Match, paths.Place]]:
        to = self.parameters["replacement"]
        return [
            (match, to(data, context, match))
            for match in paths.find(data, self.parameters["pattern"](data, context))
            if self.conditions.hold(match.value, context)
        ]

    def transform(self, data, context):
        copies = [
            (place, jsontext.copy(match.value)) for match, place in self._matches(data, context)
        ]
        for place, value in copies:
            data = paths.put(data, place, value)
        return data


@data_transformers.register
class PatternMove(PatternCopy):
    prototype, label = "pattern-move", "Move by pattern"
    help = "Moves every match to another place. Nothing happens where nothing matches."

    def transform(self, data, context):
        moves = self._matches(data, context)
        if not moves:
            return data
        data = paths.remove(data, [match.place for match, _ in moves])
        for match, place in moves:
            data = paths.put(data, place, match.value)
        return data
