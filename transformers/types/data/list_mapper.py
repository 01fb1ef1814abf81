"""Data transformer: map a list or map as a whole."""

from transformers.kinds import DataTransformer
from transformers.paths import MISSING
from transformers.pipeline import Mappers
from transformers.registries import data_transformers
from transformers.types.data.value_mapper import MapperParameters


@data_transformers.register
class ListMapperStep(DataTransformer):
    prototype, label = "list-mapper", "Map a list as a whole"
    help = "The mappers get everything the accessor finds as one list or map."
    Parameters = MapperParameters

    def setup(self):
        self.accessor = self.parameters["accessor"]
        self.mappers = Mappers(self.parameters["mappers"])

    def transform(self, data, context):
        collection = self.accessor.collection(data, context)
        if collection is MISSING:
            return data
        mapped = self.mappers.run(collection, context)
        return self.accessor.put_collection(data, mapped, context)
