"""REST: entity schemas and saved transformers."""

from alumio.configuration_api import ConfigurationViewSet
from transformers.forms import EntitySchemaForm, SavedTransformerForm


class EntitySchemas(ConfigurationViewSet):
    form = EntitySchemaForm


class SavedTransformers(ConfigurationViewSet):
    form = SavedTransformerForm
