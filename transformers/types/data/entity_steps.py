"""Data transformer: entity transformers from within the data level."""

from django import forms

from alumio.fields import ComponentsField
from transformers.entity import Entity
from transformers.errors import TransformError
from transformers.kinds import DataTransformer
from transformers.pipeline import EntitySteps
from transformers.registries import data_transformers, entity_transformers


@data_transformers.register
class EntityStepsWrapper(DataTransformer):
    prototype, label = "list-transformer-wrapper", "Execute entity transformers"
    help = "Runs entity transformers on this data. Exactly one entity must come of it."

    class Parameters(forms.Form):
        transformers = ComponentsField(entity_transformers, label="Entity transformers")

    def setup(self):
        self.steps = EntitySteps(self.parameters["transformers"])

    def transform(self, data, context):
        results = self.steps.run(Entity(data), context)
        only = next(results, None)
        if only is None or next(results, None) is not None:
            many = "no entity" if only is None else "more than one entity"
            raise TransformError(f"The entity transformers gave {many}; one must come of them.")
        return only.data
