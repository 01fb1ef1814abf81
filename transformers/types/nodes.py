"""Transforming parts of the data as if each were an entity: what both levels share."""

from django import forms

from alumio.fields import ComponentField, ComponentsField
from transformers.errors import call
from transformers.pipeline import DataSteps, Filters
from transformers.registries import accessors, data_transformers, filters


class NodeParameters(forms.Form):
    accessor = ComponentField(
        accessors, label="Nodes", help_text="Which parts of the data, such as lines.*"
    )
    nodeFilters = ComponentsField(
        filters,
        word="filter",
        label="Filters",
        help_text="A node that does not pass all of them is removed.",
    )
    nodeTransformers = ComponentsField(data_transformers, label="Data transformers")


class Nodes:
    """Filters and transforms every node; the keys of the ones that stay are kept (as in PHP)."""

    def __init__(self, parameters: dict):
        self.accessor = parameters["accessor"]
        self.filters = Filters(parameters["nodeFilters"])
        self.steps = DataSteps(parameters["nodeTransformers"])

    def transform(self, data, context):
        removed = []
        for place, node in self.accessor.items(data, context):
            if not self.filters.passes(node, context):
                removed.append(place)
                continue
            word = f"node {'.'.join(place)}" if place else "node"
            data = self.accessor.write(data, place, call(word, self.steps.run, node, context))
        return self.accessor.remove(data, removed) if removed else data
