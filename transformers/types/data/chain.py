"""Data transformer: several in a row."""

from django import forms

from alumio.fields import ComponentsField
from transformers import wording
from transformers.kinds import DataTransformer
from transformers.pipeline import DataSteps
from transformers.registries import data_transformers


@data_transformers.register
class Chain(DataTransformer):
    prototype, label = "chain", "Chain"
    help = "Runs data transformers in order."

    class Parameters(forms.Form):
        transformers = ComponentsField(data_transformers, label="Data transformers")

    @staticmethod
    def summary(parameters):
        return wording.steps(parameters.get("transformers") or [], data_transformers)

    def setup(self):
        self.steps = DataSteps(self.parameters["transformers"])

    def transform(self, data, context):
        return self.steps.run(data, context)
