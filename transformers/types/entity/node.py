"""Entity transformer: transform parts of an entity."""

from transformers import wording
from transformers.kinds import EntityStep
from transformers.registries import entity_transformers
from transformers.types.nodes import NodeParameters, Nodes


@entity_transformers.register
class Node(EntityStep):
    prototype, label = "node", "Node"
    help = (
        "Filters and transforms each part of the data that the accessor finds, as if it were the "
        "whole. A list that loses nodes keeps its numbers; “List values” counts it anew."
    )
    Parameters = NodeParameters

    @staticmethod
    def summary(parameters):
        return wording.nodes(parameters)

    def setup(self):
        self.nodes = Nodes(self.parameters)

    def change(self, entity, context):
        entity.data = self.nodes.transform(entity.data, context)
        return entity
