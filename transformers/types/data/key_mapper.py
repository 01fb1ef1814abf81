"""Data transformer: rename keys."""

from django import forms

from transformers import paths
from transformers.errors import call
from transformers.kinds import DataTransformer
from transformers.pipeline import Mappers
from transformers.placeholders import render
from transformers.registries import data_transformers
from transformers.types.data.value_mapper import MapperParameters


@data_transformers.register
class KeyMapper(DataTransformer):
    prototype, label = "key-mapper", "Map keys"
    help = "Passes each key through the mappers: renames it where it stands."

    class Parameters(MapperParameters):
        stripEnclosures = forms.BooleanField(
            required=False,
            label="Take dots in new keys as paths",
            help_text="A new key such as product.name then becomes name in product.",
        )

    def setup(self):
        self.accessor = self.parameters["accessor"]
        self.mappers = Mappers(self.parameters["mappers"])

    def transform(self, data, context):
        renamed, moved = {}, []
        for place, value in self.accessor.named(data, context):
            name = render(call(paths.join(place), self.mappers.run, place[-1], context))
            if name == place[-1]:
                continue
            target = paths.place_of(name) if self.parameters["stripEnclosures"] else (name,)
            if len(target) == 1:
                renamed[place] = target[0]
            else:
                moved.append((place, (*place[:-1], *target), value))
        return self._move(paths.rename(data, renamed), moved)

    @staticmethod
    def _move(data, moved):
        if moved:
            data = paths.remove(data, [place for place, _, _ in moved])
        for _, target, value in moved:
            data = paths.put(data, target, value)
        return data
