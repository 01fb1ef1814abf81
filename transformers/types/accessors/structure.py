"""Accessor: a list of records, read and written as if it were a map."""

from django import forms

from transformers import paths
from transformers.fields import PathField
from transformers.kinds import Accessor
from transformers.paths import MISSING
from transformers.placeholders import render
from transformers.registries import accessors


@accessors.register
class Structure(Accessor):
    prototype, label = "structure", "List of records"
    help = (
        "Treats records such as [{code: en, text: Yes}] as the map {en: Yes}. "
        "To turn a map into records, move from “Keys” to this."
    )
    ignored = ("keys",)

    class Parameters(forms.Form):
        root = PathField(
            required=False,
            label="Root",
            help_text="Path of the list of records. Empty means the data itself.",
        )
        key = PathField(
            label="Key", help_text="Path of the key within a record, such as code.", within="root"
        )
        value = PathField(
            required=False,
            within="root",
            label="Value",
            help_text='Path of the value within a record. Empty or "" means the whole record.',
        )

    def setup(self):
        self.root, self.key = self.parameters["root"], self.parameters["key"]
        self.value = self.parameters["value"]

    def _paths(self, data, context):
        value = self.value(data, context)
        return self.root(data, context), self.key(data, context), () if value == ("",) else value

    def _records(self, data, context):
        """(place of the record, its key, its value) of those records that have a key."""
        root, key_path, value_path = self._paths(data, context)
        for index, record in paths.children(paths.get(data, root)):
            key = paths.get(record, key_path)
            if key is not MISSING:
                yield (*root, index), render(key), paths.get(record, value_path)

    def items(self, data, context):
        value_path = self._paths(data, context)[2]
        return [
            ((*place, *value_path), value)
            for place, _, value in self._records(data, context)
            if value is not MISSING
        ]

    def named(self, data, context):
        key_path = self._paths(data, context)[1]
        return [((*place, *key_path), value) for place, _, value in self._records(data, context)]

    def entries(self, data, context):
        return [
            (paths.quote(key), None if value is MISSING else value)
            for _, key, value in self._records(data, context)
        ]

    def remove_entries(self, data, context):
        return self.remove(data, [place for place, _, _ in self._records(data, context)])

    def put_entries(self, data, entries, context):
        root, key_path, value_path = self._paths(data, context)
        known = {key: place for place, key, _ in self._records(data, context)}
        for key, value in entries:
            place = known.get(key)
            if place is None:
                place = known[key] = (*root, paths.next_index(paths.get(data, root)))
            data = paths.put(data, (*place, *value_path), value)
            data = paths.put(data, (*place, *key_path), key)
        return data

    def collection(self, data, context):
        if paths.get(data, self.root(data, context)) is MISSING:
            return MISSING
        return {
            key: None if value is MISSING else value
            for _, key, value in self._records(data, context)
        }

    def put_collection(self, data, value, context):
        entries = paths.children(value)
        return self.put_entries(self.remove_entries(data, context), entries, context)
