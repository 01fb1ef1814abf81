"""Entity transformer: one entity for each match of a pattern."""

from django import forms

from alumio.located import Located
from transformers import paths, placeholders
from transformers.entity import Entity
from transformers.fields import PatternField
from transformers.kinds import EntityTransformer
from transformers.registries import entity_transformers


@entity_transformers.register
class Brancher(EntityTransformer):
    prototype, label = "brancher", "Get branches from a pattern"
    help = "Makes one entity of each match, such as order.lines.*; the rest stays behind."

    class Parameters(forms.Form):
        pattern = PatternField(label="Pattern", help_text="With a *, for example order.lines.*")
        entityType = forms.CharField(
            required=False,
            label="Entity schema",
            help_text="The schema the new entities get. Empty keeps the one they come from.",
        )

        def clean_pattern(self):
            pattern = self.cleaned_data["pattern"]
            known = not placeholders.has_placeholders(pattern)
            if "*" not in pattern or (known and not paths.captures_of(paths.parse(pattern))):
                raise Located("The pattern needs a *, such as order.lines.*")
            return pattern

    def apply(self, entity, context):
        schema = self.parameters["entityType"] or entity.schema
        matches = paths.find(entity.data, self.parameters["pattern"](entity.data, context))
        if not matches:
            context.log("info", f"Dropped by “{self.title}”: nothing matches the pattern.")
        for match in matches:
            yield Entity(match.value, schema)
