"""Serializer: JSON."""

from alumio import jsontext
from connectors.kinds import Serializer
from connectors.registries import serializers


@serializers.register
class JSONSerializer(Serializer):
    prototype, label = "json", "JSON"
    help = "Writes the payload as compact JSON."
    content_type = "application/json"

    def serialize(self, payload):
        return jsontext.dumps(payload).encode()
