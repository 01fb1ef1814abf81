"""Data transformers: merge into the data what comes of a copy of it, or of its parents."""

from django import forms

from alumio import jsontext
from alumio.fields import ComponentField
from transformers import paths
from transformers.errors import call
from transformers.fields import PatternField, TemplateJSONField
from transformers.kinds import DataTransformer
from transformers.registries import data_transformers


def merge(target, addition):
    """The target with the addition merged in: maps key by key, anything else is replaced."""
    if not isinstance(addition, dict):
        return addition
    if not isinstance(target, dict):
        target = dict(paths.children(target))
    for key, value in addition.items():
        known = target.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        target[key] = merge(known, value) if both else value
    return target


class TemplateField(TemplateJSONField):
    """A map with placeholders; an empty one, which PHP writes as [], merges nothing."""

    def clean(self, value):
        return super().clean(value) or {}


@data_transformers.register
class Merger(DataTransformer):
    prototype, label = "merger", "Merge a result"
    help = (
        "Runs a transformer on a copy of the data and merges what you choose of its result into "
        "the data, for example the answer of a request."
    )

    class Parameters(forms.Form):
        template = TemplateField(
            required=False,
            label="Template",
            help_text="What to merge; &{@} is the whole result. Empty merges nothing.",
        )
        transformer = ComponentField(data_transformers, label="Transformer")

    def transform(self, data, context):
        step = self.parameters["transformer"]
        result = jsontext.copy(data)
        if not step.disabled:
            result = call(step.title, step.transform, result, context)
        addition = call("template", self.parameters["template"], result, context)
        return merge(data, addition) if addition else data


@data_transformers.register
class CopyToChildren(DataTransformer):
    prototype = "recursively-copy-values-to-children"
    label = "Copy values to children"
    help = "Merges values of a record into its children, and theirs into their children."

    class Parameters(forms.Form):
        childrenPattern = PatternField(label="Children", help_text="For example lines.*")
        mergeTemplate = TemplateField(
            required=False,
            label="Template",
            help_text="What each child gets; &{id} is the id of its parent.",
        )
        keepFirstLevelContext = forms.BooleanField(
            required=False,
            label="Always from the first level",
            help_text="Children of children too get the values of the outermost record.",
        )

    def transform(self, data, context):
        return self._into_children(data, context, None)

    def _into_children(self, parent, context, first):
        children = paths.find(parent, self.parameters["childrenPattern"](parent, context))
        children = [child for child in children if isinstance(child.value, dict | list)]
        if not children:
            return parent
        template = self.parameters["mergeTemplate"]
        addition = template(parent, context) if first is None else first
        keep = addition if self.parameters["keepFirstLevelContext"] else None
        for child in children:
            merged = merge(child.value, jsontext.copy(addition)) if addition else child.value
            merged = self._into_children(merged, context, keep)
            parent = paths.put(parent, child.place, merged)
        return parent
