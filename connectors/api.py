"""REST: the two ends, and the connections and storages they use."""

from alumio.configuration_api import ConfigurationViewSet
from alumio.filters import ConfigurationFilter, ReferencesField
from connectors.forms import ConnectionForm, IncomingForm, OutgoingForm, StorageForm
from transformers.models import EntitySchema


class IncomingFilter(ConfigurationFilter):
    entity_schema = ReferencesField(EntitySchema)

    lookups = ConfigurationFilter.lookups | {"entity_schema": "entity_schema__in"}


class Incomings(ConfigurationViewSet):
    form = IncomingForm
    filter = IncomingFilter


class Outgoings(ConfigurationViewSet):
    form = OutgoingForm


class Connections(ConfigurationViewSet):
    form = ConnectionForm


class Storages(ConfigurationViewSet):
    form = StorageForm
