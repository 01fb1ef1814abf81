"""Mapper: a value as JSON text."""

from alumio import jsontext
from transformers.kinds import Mapper
from transformers.registries import mappers


@mappers.register
class SerializeJSON(Mapper):
    prototype, label = "serialize-json", "To JSON text"
    help = 'Writes any value as compact JSON: a map becomes “{"a":1}”.'

    def map(self, value, context):
        return jsontext.dumps(value)
