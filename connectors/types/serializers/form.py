"""Serializer: form fields."""

from connectors.draft import form_encode
from connectors.kinds import Serializer
from connectors.registries import serializers


@serializers.register
class FormSerializer(Serializer):
    prototype, label = "form-url-encoded", "Form fields"
    help = "Writes the payload as a form would send it."
    content_type = "application/x-www-form-urlencoded"

    def serialize(self, payload):
        return form_encode(payload).encode()
