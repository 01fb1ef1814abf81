"""Data transformer: map values."""

from django import forms

from alumio.fields import ComponentField, ComponentsField
from transformers import paths
from transformers.errors import call
from transformers.kinds import DataTransformer
from transformers.pipeline import Mappers
from transformers.registries import accessors, data_transformers, mappers


class MapperParameters(forms.Form):
    accessor = ComponentField(accessors, label="Values", help_text="What is mapped.")
    mappers = ComponentsField(mappers, word="mapper", label="Mappers", help_text="In order.")


@data_transformers.register
class ValueMapper(DataTransformer):
    prototype, label = "value-mapper", "Map values"
    help = "Passes each value through the mappers and writes it back. Missing values are left out."
    Parameters = MapperParameters

    def setup(self):
        self.accessor = self.parameters["accessor"]
        self.mappers = Mappers(self.parameters["mappers"])

    def transform(self, data, context):
        for place, value in self.accessor.items(data, context):
            mapped = call(paths.join(place) or "data", self.mappers.run, value, context)
            data = self.accessor.write(data, place, mapped)
        return data
