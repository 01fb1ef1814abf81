"""Saved entity transformers, and the schemas that say what a valid entity is."""

from django.db import models

from alumio.configuration import Configuration
from alumio.secrets import EncryptedJSONField


class EntitySchema(Configuration):
    """JSON Schema of an entity and the path of its identifier (Alumio: entity type)."""

    kind = "entity-schema"
    content_fields = ("schema", "identifier_paths", "link")

    schema = models.JSONField(default=dict, blank=True)
    identifier_paths = models.JSONField(default=list, blank=True)
    link = models.CharField(max_length=2_000, blank=True)


class SavedTransformer(Configuration):
    """An entity transformer under a name, used by any number of configurations."""

    kind = "transformer"
    content_fields = ("step",)

    step = EncryptedJSONField()
