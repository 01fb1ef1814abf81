"""REST: the map as a graph."""

from rest_framework.response import Response

from alumio.api import ApiView, moment
from alumio.openapi import MAYBE, MOMENT, SHAPES, TEXT, WHOLE, an_object, described, shape
from alumio.overview.health import Colour
from alumio.overview.map import COLUMNS, Map, Node
from alumio.overview.map_page import NAMES, wanted
from scheduler.api import refuse_others

TRIGGER = an_object(
    {"name": TEXT, "at": {"type": ["string", "null"], "format": MOMENT["format"]}},
)
SHAPES["Map"] = an_object(
    {
        "nodes": {
            "type": "array",
            "items": an_object(
                {
                    "key": TEXT,
                    "column": {"type": "string", "enum": [name for name, _ in COLUMNS]},
                    "name": TEXT,
                    "identifier": MAYBE | {"description": "null for a system."},
                    "enabled": {"type": "boolean"},
                    "running": {"type": "boolean"},
                    "open": WHOLE | {"description": "Tasks under way."},
                    "failed": WHOLE,
                    "health": MAYBE | {"description": "Of a route; else null."},
                    "triggers": {"type": "array", "items": TRIGGER},
                    "next": {"type": "array", "items": TEXT},
                }
            ),
        }
    }
)
QUERY = {
    "q": TEXT | {"description": "Words that names along the way hold."},
    "system": TEXT | {"description": "The part of a system's key behind the colon."},
    "health": {"type": "string", "enum": [colour.value for colour in Colour]},
}


class MapDoor(ApiView):
    """Read only: systems, incomings, routes and outgoings, and what leads to what."""

    @described("Read the map", {200: shape("Map")}, query=QUERY)
    def get(self, request):
        refuse_others(request.query_params, NAMES)
        graph = Map(wanted(request))
        nodes = [node for _, _, column in graph.columns for node in column]
        return Response({"nodes": [as_json(node) for node in nodes]})


def as_json(node: Node) -> dict:
    return {
        "key": node.key,
        "column": node.column,
        "name": node.name,
        "identifier": node.identifier or None,
        "enabled": not node.off,
        "running": node.running,
        "open": node.open,
        "failed": node.failed,
        "health": node.health and node.health.colour.value,
        "triggers": [{"name": each.name, "at": moment(each.at)} for each in node.triggers],
        "next": [other.key for other in node.next],
    }
