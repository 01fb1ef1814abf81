"""Filters: and, or."""

from django import forms

from alumio.fields import ComponentsField
from transformers import wording
from transformers.kinds import Filter
from transformers.registries import filters


class FiltersParameters(forms.Form):
    filters = ComponentsField(filters, word="filter", label="Filters")


@filters.register
class AndCondition(Filter):
    prototype, label = "and-condition", "All of"
    help = "Every one of these filters passes."
    Parameters = FiltersParameters
    word = "and"

    @classmethod
    def summary(cls, parameters):
        words = wording.asked(parameters.get("filters") or [], f" {cls.word} ")
        return f"({words})" if f" {cls.word} " in words else words

    def setup(self):
        self.parts = [part for part in self.parameters["filters"] if not part.disabled]

    def test(self, data, context, entity=None):
        return all(part.test(data, context, entity) for part in self.parts)


@filters.register
class OrCondition(AndCondition):
    prototype, label = "or-condition", "Any of"
    help = "At least one of these filters passes. Without any it passes."
    word = "or"

    def test(self, data, context, entity=None):
        return not self.parts or any(part.test(data, context, entity) for part in self.parts)
