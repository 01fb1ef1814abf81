"""Accessor: the keys of a map (or the indices of a list)."""

from django import forms

from alumio.fields import ListField
from transformers import paths
from transformers.errors import TransformError
from transformers.fields import PathField
from transformers.kinds import Accessor
from transformers.paths import MISSING
from transformers.registries import accessors


@accessors.register
class Key(Accessor):
    prototype, label = "key", "Keys"
    help = "The values under some keys, or under all keys, of one map or list."

    class Parameters(forms.Form):
        root = PathField(
            required=False,
            label="Root",
            help_text="Path of the map or list. Empty means the data itself.",
        )
        keys = ListField(
            required=False, label="Keys", help_text="The keys that are meant. None means all."
        )

    def setup(self):
        self.root = self.parameters["root"]
        self.keys = [str(key) for key in self.parameters["keys"]]

    def items(self, data, context):
        root = self.root(data, context)
        node = paths.get(data, root)
        return [((*root, key), value) for key, value in self._children(node)]

    def _children(self, node):
        if not self.keys:
            return paths.children(node)
        found = ((key, paths.child(node, key)) for key in self.keys)
        return [(key, value) for key, value in found if value is not MISSING]

    def values(self, data, context):
        if not self.keys:
            return super().values(data, context)
        node = paths.get(data, self.root(data, context))
        found = [paths.child(node, key) for key in self.keys]
        return [None if value is MISSING else value for value in found]

    def entries(self, data, context):
        node = paths.get(data, self.root(data, context))
        return [(paths.quote(key), value) for key, value in self._children(node)]

    def put_entries(self, data, entries, context):
        root = self.root(data, context)
        for path, value in entries:
            data = paths.put(data, (*root, *paths.place_of(path)), value)
        return data

    def collection(self, data, context):
        node = paths.get(data, self.root(data, context))
        return node if not self.keys or node is MISSING else dict(self._children(node))

    def put_collection(self, data, value, context):
        root = self.root(data, context)
        if not self.keys:
            return paths.put(data, root, value)
        if not isinstance(value, dict):
            raise TransformError("Mapping some keys as a whole must give a map again.")
        data = self.remove_entries(data, context)
        for key, item in value.items():
            data = paths.put(data, (*root, key), item)
        return data
