"""Data transformers: group records, and make lists."""

from django import forms

from alumio import jsontext
from transformers import paths
from transformers.fields import PathField, PatternField
from transformers.kinds import DataTransformer
from transformers.placeholders import render
from transformers.registries import data_transformers


@data_transformers.register
class GroupBy(DataTransformer):
    prototype, label = "group-by", "Group by"
    help = "Makes {value: [records…]} of records, in their order, by one value of each."

    class Parameters(forms.Form):
        pattern = PatternField(label="Records", help_text="For example lines.*")
        path = PathField(
            label="By", help_text="Path within a record, such as colour.", within="pattern"
        )
        destination = PathField(label="To", help_text="What was there is replaced.")

    def transform(self, data, context):
        by = self.parameters["path"](data, context)
        groups: dict[str, list] = {}
        for match in paths.find(data, self.parameters["pattern"](data, context)):
            group = render(paths.get(match.value, by, None))
            groups.setdefault(group, []).append(jsontext.copy(match.value))
        return paths.put(data, self.parameters["destination"](data, context), groups)


@data_transformers.register
class ConvertToArray(DataTransformer):
    prototype, label = "convert-to-array", "Make a list"
    help = "Puts a value that is not a list into one: a single record becomes a list of one."

    class Parameters(forms.Form):
        pattern = PatternField(
            required=False, label="Values", help_text="For example order.lines.line"
        )
        recursive = forms.BooleanField(
            required=False,
            label="Deeply",
            help_text="Look for the pattern again within what was found.",
        )

    def transform(self, data, context):
        pattern = self.parameters["pattern"](data, context)
        return self._convert(data, pattern)

    def _convert(self, data, pattern):
        for match in paths.find(data, pattern):
            items = match.value if isinstance(match.value, list) else [match.value]
            if self.parameters["recursive"] and pattern:
                items = [self._convert(item, pattern) for item in items]
            data = paths.put(data, match.place, items)
        return data
