"""The two ends: incoming and outgoing configurations, the connections and storages they use."""

from django.db import models

from alumio.configuration import Configuration
from alumio.secrets import EncryptedJSONField
from transformers.models import EntitySchema


class Connection(Configuration):
    """A saved client with its credentials (Alumio: HTTP client)."""

    kind = "connection"
    content_fields = ("client",)

    client = EncryptedJSONField()


class Storage(Configuration):
    """A named key-value store of JSON. `time_to_live` in seconds, counted from the last write."""

    kind = "storage"
    content_fields = ("path", "time_to_live")

    path = models.CharField(max_length=255, blank=True)
    time_to_live = models.PositiveIntegerField(null=True, blank=True)


class StorageItem(models.Model):
    """One value of a storage, as compact JSON text so that every number stays exact."""

    storage = models.ForeignKey(Storage, models.CASCADE, related_name="items")
    key = models.CharField(max_length=512)
    value = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["storage", "key"], name="item_once_per_storage_and_key")
        ]
        indexes = [models.Index(fields=["storage", "updated_at"], name="item_age")]


class Incoming(Configuration):
    kind = "incoming"
    content_fields = ("subscriber", "transformers", "entity_schema", "samples")

    subscriber = EncryptedJSONField()
    transformers = EncryptedJSONField(default=list, blank=True)
    entity_schema = models.ForeignKey(
        EntitySchema, models.PROTECT, null=True, blank=True, related_name="incomings"
    )
    samples = EncryptedJSONField(default=list, blank=True)


class Outgoing(Configuration):
    kind = "outgoing"
    content_fields = ("publisher", "transformers", "after_transformers")

    publisher = EncryptedJSONField()
    transformers = EncryptedJSONField(default=list, blank=True)
    after_transformers = EncryptedJSONField(default=list, blank=True)
