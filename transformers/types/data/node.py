"""Data transformer: transform parts of the data."""

from transformers import wording
from transformers.kinds import DataTransformer
from transformers.registries import data_transformers
from transformers.types.nodes import NodeParameters, Nodes


@data_transformers.register
class Node(DataTransformer):
    prototype, label = "node", "Node"
    help = "Filters and transforms each part of the data that the accessor finds."
    Parameters = NodeParameters

    @staticmethod
    def summary(parameters):
        return wording.nodes(parameters)

    def setup(self):
        self.nodes = Nodes(self.parameters)

    def transform(self, data, context):
        return self.nodes.transform(data, context)
