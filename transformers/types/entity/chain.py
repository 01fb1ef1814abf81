"""Entity transformer: several in a row."""

from django import forms

from alumio.fields import ComponentsField
from transformers import wording
from transformers.kinds import EntityTransformer
from transformers.pipeline import EntitySteps
from transformers.registries import entity_transformers


@entity_transformers.register
class Chain(EntityTransformer):
    prototype, label = "chain", "Chain"
    help = "Runs entity transformers in order; what one gives, the next one gets."

    class Parameters(forms.Form):
        transformers = ComponentsField(entity_transformers, label="Transformers")

    @staticmethod
    def summary(parameters):
        return wording.steps(parameters.get("transformers") or [], entity_transformers)

    def setup(self):
        self.steps = EntitySteps(self.parameters["transformers"])

    def apply(self, entity, context):
        return self.steps.run(entity, context)
