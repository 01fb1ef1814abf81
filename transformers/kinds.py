"""The kinds of components on this floor, and the one verb of each.

A new type subclasses one of these, registers with the registry of the same name
(`transformers.registries`), and lives in a small file below `transformers/types/`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from alumio.components import Component
from transformers import paths
from transformers.context import Context
from transformers.entity import Entity
from transformers.paths import Place


class EntityTransformer(Component):
    """Works on the stream of entities: none, one or many may come of one."""

    def apply(self, entity: Entity, context: Context) -> Iterable[Entity]:
        raise NotImplementedError


class EntityStep(EntityTransformer):
    """An entity transformer that gives one entity or none. It writes `change` only."""

    def change(self, entity: Entity, context: Context) -> Entity | None:
        raise NotImplementedError

    def apply(self, entity: Entity, context: Context) -> Iterator[Entity]:
        changed = self.change(entity, context)
        if changed is not None:
            yield changed


class DataTransformer(Component):
    """Works on the data of one entity, which it may change in place; returns the new data."""

    def transform(self, data, context: Context):
        raise NotImplementedError


class Mapper(Component):
    """One value in, one value out."""

    def map(self, value, context: Context):
        raise NotImplementedError


class Condition(Component):
    """A test on one value."""

    def test(self, value, context: Context) -> bool:
        raise NotImplementedError


class Filter(Component):
    """A test on an entity's data (or on a node of it). `entity` is None inside a node."""

    def test(self, data, context: Context, entity: Entity | None = None) -> bool:
        raise NotImplementedError


class Operator(Component):
    """Several values in, one out."""

    def reduce(self, values: list):
        raise NotImplementedError


class Accessor(Component):
    """Says which values (or which named entries) of the data are meant, and writes them back.

    Read as *places* for mappers, filters and nodes; as *entries* (key and value) for moves between
    shapes; as one *collection* for list mappers.
    """

    def items(self, data, context: Context) -> list[tuple[Place, Any]]:
        """The places meant and their values."""
        raise NotImplementedError

    def named(self, data, context: Context) -> list[tuple[Place, Any]]:
        """The places whose last key is meant, for what renames or tests keys."""
        return self.items(data, context)

    def values(self, data, context: Context) -> list:
        """The values to test; a missing one counts as null."""
        return [value for _, value in self.items(data, context)] or [None]

    def write(self, data, place: Place, value):
        return paths.put(data, place, value)

    def remove(self, data, places: Iterable[Place]):
        return paths.remove(data, places)

    def entries(self, data, context: Context) -> list[tuple[str, Any]]:
        """Paths (keys in quotes where they need them) and values, to be put elsewhere."""
        raise NotImplementedError

    def remove_entries(self, data, context: Context):
        """The data without the entries that `entries` gives."""
        return self.remove(data, [place for place, _ in self.items(data, context)])

    def put_entries(self, data, entries: list[tuple[str, Any]], context: Context):
        """Write entries that another accessor read."""
        raise NotImplementedError

    def collection(self, data, context: Context):
        """All that is meant as one list or map, or MISSING."""
        raise NotImplementedError

    def put_collection(self, data, value, context: Context):
        raise NotImplementedError


__all__ = [
    "Accessor",
    "Component",
    "Condition",
    "Context",
    "DataTransformer",
    "Entity",
    "EntityStep",
    "EntityTransformer",
    "Filter",
    "Mapper",
    "Operator",
]
