"""Filters: whether a key is there."""

from django import forms

from alumio.fields import ComponentField
from transformers import paths, wording
from transformers.fields import PatternField
from transformers.kinds import Filter
from transformers.registries import filters


class PathParameters(forms.Form):
    path = PatternField(label="Path", help_text="For example customer.email.")


@filters.register
class KeyExists(Filter):
    prototype, label = "key-exists-condition", "Key exists"
    help = "There is something at this path; null counts."
    Parameters = PathParameters
    verb = "exists"

    @classmethod
    def summary(cls, parameters):
        return f"{parameters.get('path') or 'it'} {cls.verb}"

    def test(self, data, context, entity=None):
        return bool(paths.find(data, self.parameters["path"](data, context)))


@filters.register
class KeyNotExists(KeyExists):
    prototype, label = "key-not-exists-condition", "Key does not exist"
    help = "There is nothing at this path, not even null."
    verb = "does not exist"

    def test(self, data, context, entity=None):
        return not super().test(data, context, entity)


@filters.register
class KeyCondition(Filter):
    prototype, label = "key-condition", "Key condition"
    help = "Tests whether a key is there, whatever its value."

    class Parameters(forms.Form):
        filter = ComponentField(filters, label="Test", help_text="Key exists, or does not exist.")

    @staticmethod
    def summary(parameters):
        return wording.asks(parameters.get("filter"))

    def test(self, data, context, entity=None):
        return self.parameters["filter"].test(data, context, entity)
