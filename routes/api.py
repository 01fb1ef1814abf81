"""REST: routes."""

from alumio.configuration_api import ConfigurationViewSet
from alumio.filters import ConfigurationFilter, ReferencesField
from connectors.models import Incoming, Outgoing
from routes.forms import RouteForm


class RouteFilter(ConfigurationFilter):
    incoming = ReferencesField(Incoming)
    outgoing = ReferencesField(Outgoing)

    lookups = ConfigurationFilter.lookups | {
        "incoming": "incoming__in",
        "outgoing": "outgoing__in",
    }


class Routes(ConfigurationViewSet):
    form = RouteForm
    filter = RouteFilter
