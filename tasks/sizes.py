"""How large the data of a route's tasks is, in words."""

from django.template.defaultfilters import filesizeformat

from routes.models import Route
from tasks import counts


def data_of(route: Route) -> str:
    """“1.2 MB of data”; "" where there is none."""
    size = counts.bytes_by_route().get(route.pk)
    return f"{filesizeformat(size)} of data" if size else ""
