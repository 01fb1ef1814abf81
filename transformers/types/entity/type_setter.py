"""Entity transformer: give the entity another schema."""

from django import forms

from transformers.kinds import EntityStep
from transformers.registries import entity_transformers


@entity_transformers.register
class TypeSetter(EntityStep):
    prototype, label = "type-setter", "Set entity schema"
    help = "From here on the entity has this schema, with its validation and identifier."

    class Parameters(forms.Form):
        entityType = forms.CharField(
            required=False, label="Entity schema", help_text="Empty means no schema."
        )

    def change(self, entity, context):
        entity.schema = self.parameters["entityType"] or None
        return entity
