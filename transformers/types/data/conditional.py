"""Data transformer: one of several branches."""

from transformers import wording
from transformers.kinds import DataTransformer
from transformers.pipeline import DataSteps
from transformers.registries import data_transformers
from transformers.types.branches import choose, compile_branches, conditional_form


@data_transformers.register
class Conditional(DataTransformer):
    prototype, label = "conditional", "Conditional"
    help = "Runs one branch or another, as the data passes filters or not."
    Parameters = conditional_form(data_transformers)

    @staticmethod
    def summary(parameters):
        return wording.branches(parameters, data_transformers)

    def setup(self):
        self.branches = compile_branches(self.parameters, DataSteps)

    def transform(self, data, context):
        return choose(self.branches, data, context).run(data, context)
