"""Entity transformer: filter an entity and transform its data."""

from django import forms

from alumio.fields import ComponentsField
from transformers import wording
from transformers.kinds import EntityStep
from transformers.pipeline import DataSteps, Filters
from transformers.registries import data_transformers, entity_transformers, filters


@entity_transformers.register
class Data(EntityStep):
    prototype, label = "data", "Data"
    help = "Drops an entity that does not pass all filters, then transforms its data step by step."

    class Parameters(forms.Form):
        filters = ComponentsField(
            filters,
            word="filter",
            label="Filters",
            help_text="All must pass, otherwise the entity is dropped.",
        )
        transformers = ComponentsField(data_transformers, label="Data transformers")

    @staticmethod
    def summary(parameters):
        return wording.filtered(parameters.get("filters"), parameters.get("transformers"))

    def setup(self):
        self.filters = Filters(self.parameters["filters"])
        self.steps = DataSteps(self.parameters["transformers"])

    def change(self, entity, context):
        failing = self.filters.failing(entity.data, context, entity)
        if failing:
            context.log("info", f"Dropped by “{self.title}”: {failing} does not pass.")
            return None
        entity.data = self.steps.run(entity.data, context)
        return entity
