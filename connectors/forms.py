"""Forms of the two ends and what they use."""

from django import forms

from alumio.fields import ComponentField, ComponentsField
from alumio.forms import ConfigurationForm, ReferenceField
from connectors.models import Connection, Incoming, Outgoing, Storage
from connectors.registries import clients, publishers, subscribers
from connectors.samples import SamplesField
from transformers.models import EntitySchema
from transformers.registries import entity_transformers


class ConnectionForm(ConfigurationForm):
    client = ComponentField(clients, allow_saved=False)

    class Meta:
        model = Connection
        fields = (*ConfigurationForm.base_names, "client")


class StorageForm(ConfigurationForm):
    time_to_live = forms.IntegerField(
        required=False,
        min_value=60,
        help_text="Seconds after its last write at which an item is removed. Empty keeps items.",
    )

    class Meta:
        model = Storage
        fields = (*ConfigurationForm.base_names, "path", "time_to_live")


class IncomingForm(ConfigurationForm):
    subscriber = ComponentField(subscribers)
    transformers = ComponentsField(entity_transformers, label="Entity transformers")
    entity_schema = ReferenceField(EntitySchema, required=False, empty_label="No schema")
    samples = SamplesField(label="Samples")

    class Meta:
        model = Incoming
        fields = (*ConfigurationForm.base_names, *Incoming.content_fields)


class OutgoingForm(ConfigurationForm):
    publisher = ComponentField(publishers)
    transformers = ComponentsField(entity_transformers, label="Entity transformers")
    after_transformers = ComponentsField(
        entity_transformers,
        label="After publishing",
        help_text="Steps that see the response; what they store is kept.",
    )

    class Meta:
        model = Outgoing
        fields = (*ConfigurationForm.base_names, "publisher", "transformers", "after_transformers")
