"""Data transformer: remove values."""

from django import forms

from alumio.fields import RowsField
from transformers import paths
from transformers.fields import PatternField
from transformers.kinds import DataTransformer
from transformers.registries import data_transformers


class Removal(forms.Form):
    key = PatternField(label="Key", help_text="A path such as password, or items.*.cost.")


@data_transformers.register
class ValueRemover(DataTransformer):
    prototype, label = "value-remover", "Remove values"
    help = (
        "Removes everything at these paths; a path that is not there is fine. A list that loses an "
        "item in its middle keeps its numbers; “List values” counts it anew."
    )

    class Parameters(forms.Form):
        patterns = RowsField(Removal, label="Paths")

    def setup(self):
        self.patterns = [row["key"] for row in self.parameters["patterns"]]

    def transform(self, data, context):
        for pattern in self.patterns:
            matches = paths.find(data, pattern(data, context))
            if matches:
                data = paths.remove(data, [match.place for match in matches])
        return data
