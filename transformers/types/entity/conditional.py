"""Entity transformer: one of several branches."""

from transformers import wording
from transformers.kinds import EntityTransformer
from transformers.pipeline import EntitySteps
from transformers.registries import entity_transformers
from transformers.types.branches import choose, compile_branches, conditional_form


@entity_transformers.register
class Conditional(EntityTransformer):
    prototype, label = "conditional", "Conditional"
    help = "Runs one branch or another, as the entity passes filters or not. It drops nothing."
    Parameters = conditional_form(entity_transformers)

    @staticmethod
    def summary(parameters):
        return wording.branches(parameters, entity_transformers)

    def setup(self):
        self.branches = compile_branches(self.parameters, EntitySteps)

    def apply(self, entity, context):
        steps = choose(self.branches, entity.data, context, entity)
        return steps.run(entity, context)
