"""Mappers: several in a row, and one of two ways."""

from django import forms

from alumio.fields import ComponentsField
from transformers import registries
from transformers.kinds import Mapper
from transformers.pipeline import Conditions, Mappers


@registries.mappers.register
class Chain(Mapper):
    prototype, label = "chain", "Chain"
    help = "Passes the value through several mappers in order."

    class Parameters(forms.Form):
        mappers = ComponentsField(registries.mappers, word="mapper", label="Mappers")

    def setup(self):
        self.mappers = Mappers(self.parameters["mappers"])

    def map(self, value, context):
        return self.mappers.run(value, context)


@registries.mappers.register
class Conditional(Mapper):
    prototype, label = "conditional", "Conditional"
    help = "Maps the value one way if it meets the conditions, else another way or not at all."

    class Parameters(forms.Form):
        conditions = ComponentsField(
            registries.conditions, word="condition", label="If", help_text="All of them must hold."
        )
        mappers = ComponentsField(registries.mappers, word="mapper", label="Then")
        elseMappers = ComponentsField(registries.mappers, word="mapper", label="Else")

    def setup(self):
        self.conditions = Conditions(self.parameters["conditions"])
        self.then = Mappers(self.parameters["mappers"])
        self.otherwise = Mappers(self.parameters["elseMappers"])

    def map(self, value, context):
        chosen = self.then if self.conditions.hold(value, context) else self.otherwise
        return chosen.run(value, context)
