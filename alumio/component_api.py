"""REST: what can be chosen. The settings of all components of a kind, as JSON Schema."""

from rest_framework import exceptions
from rest_framework.response import Response

from alumio import component_schema
from alumio.api import ApiView
from alumio.components import Registry
from alumio.openapi import SHAPES, TEXT, an_object, described, shape

SHAPES["Registries"] = an_object({"registries": {"type": "array", "items": TEXT}})
SHAPES["JSONSchema"] = {"type": "object", "description": "A JSON Schema, draft 2020-12."}


class Components(ApiView):
    """`registries`: what there is, by the name in the address."""

    registries: dict[str, Registry] = {}

    @described("List the kinds of components", {200: shape("Registries")})
    def get(self, request):
        return Response({"registries": sorted(self.registries)})


class OneRegistry(Components):
    @described("The components of one kind and their settings", {200: shape("JSONSchema")})
    def get(self, request, registry):
        if registry not in self.registries:
            raise exceptions.NotFound(f"There is no kind of components called “{registry}”.")
        return Response(component_schema.document(self.registries[registry]))
