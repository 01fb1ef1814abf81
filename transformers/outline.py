"""The fields that records have, each as one writes it in a path, a pattern and a placeholder.

All records of a list have the same fields, so `lines.0.sku` and `lines.1.sku` are one field,
`lines.*.sku`. What only some records have is a field too.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from transformers import paths

MOST_FIELDS = 400
MOST_ITEMS = 20
"""Items of one list that are looked at."""
MOST_KEYS = 60
"""Keys of one map that are fields: one with more is a table whose keys are data."""
DEEPEST = 12
"""Levels that are looked at."""
LONGEST_EXAMPLE = 80
"""Characters of an example that are shown."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EACH = None
"""Stands in a place for each item of a list."""
Place = tuple[str | None, ...]
TYPES = {"object": "map", "array": "list", "string": "text", "integer": "number"}


@dataclass(frozen=True)
class Field:
    """One field. `type` is map, list, text, number, boolean or null; `example` a short text."""

    place: Place
    type: str
    example: str = ""
    required: bool = False

    @property
    def path(self) -> str:
        """Where it stands in the first record of each list: `lines.0.sku`."""
        return paths.join("0" if key is EACH else key for key in self.place)

    @property
    def pattern(self) -> str:
        """Where it stands in all of them: `lines.*.sku`."""
        return ".".join("*" if key is EACH else paths.quote(key) for key in self.place)

    @property
    def expression(self) -> str:
        """Its value, or the list of its values, in a placeholder: `lines[*].sku`."""
        text = ""
        for key in self.place:
            text += "[*]" if key is EACH else ("." if text else "") + _identifier(key)
        return text

    def as_json(self) -> dict:
        return {
            "name": "each item" if self.place[-1] is EACH else self.place[-1],
            "path": self.path,
            "pattern": self.pattern,
            "expression": self.expression,
            "type": self.type,
            "example": self.example,
            "depth": len(self.place) - 1,
            "required": self.required,
        }


def _identifier(key: str) -> str:
    return key if _PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def of_records(records: Iterable) -> list[Field]:
    """The fields of JSON records, at most `MOST_FIELDS`, in the order in which they appear."""
    found: dict[Place, Field] = {}
    for record in records:
        for field in _walk((), record):
            known = found.get(field.place)
            if known is None and len(found) >= MOST_FIELDS:
                break
            if known is None or known.type == "null":
                found[field.place] = field
    return _in_order(found)


def _walk(place: Place, value) -> Iterator[Field]:
    if place:
        yield Field(place, _type_of(value), _example(value))
    if len(place) == DEEPEST:
        return
    if isinstance(value, dict) and len(value) <= MOST_KEYS:
        for key, item in value.items():
            yield from _walk((*place, key), item)
    elif isinstance(value, list):
        for item in value[:MOST_ITEMS]:
            yield from _walk((*place, EACH), item)


def _in_order(found: dict[Place, Field]) -> list[Field]:
    """Each field behind the one that it stands in, whichever record it came from."""
    rank: dict[Place, tuple[int, ...]] = {(): ()}
    for number, place in enumerate(found):
        rank[place] = (*rank[place[:-1]], number)
    return [found[place] for place in sorted(found, key=rank.__getitem__)]


def _type_of(value) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "map"
    return "list" if isinstance(value, list) else "number"


def _example(value) -> str:
    if isinstance(value, dict):
        return ""
    if isinstance(value, list):
        return f"{len(value)} item{'' if len(value) == 1 else 's'}"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_EXAMPLE else text[:LONGEST_EXAMPLE] + "…"


# -- of a JSON Schema -----------------------------------------------------------------------------


def of_schema(schema) -> list[Field]:
    """The fields that a JSON Schema names, through its own `$ref`s; each once on its way."""
    if not isinstance(schema, dict):
        return []
    found: dict[Place, Field] = {}
    for field in _Schema(schema).walk((), schema, (), False):
        if len(found) >= MOST_FIELDS:
            break
        found.setdefault(field.place, field)
    return _in_order(found)


class _Schema:
    """A schema on whose parts one walks, each once at each place: their number may double with
    every `$ref`."""

    def __init__(self, root: dict):
        self.root = root
        self.looked: set[tuple[Place, int]] = set()

    def walk(self, place: Place, part, seen: tuple, required: bool) -> Iterator[Field]:
        schema, seen = self._resolved(part, seen)
        if schema is None or len(place) > DEEPEST or (place, id(schema)) in self.looked:
            return
        self.looked.add((place, id(schema)))
        if place:
            yield Field(place, _schema_type(schema), _told(schema), required)
        for inner in _listed(schema, "allOf"):
            yield from (f for f in self.walk(place, inner, seen, required) if f.place != place)
        wanted, properties = _listed(schema, "required"), schema.get("properties")
        for key, inner in properties.items() if isinstance(properties, dict) else ():
            yield from self.walk((*place, key), inner, seen, key in wanted)
        if isinstance(schema.get("items"), dict):
            yield from self.walk((*place, EACH), schema["items"], seen, False)

    def _resolved(self, schema, seen: tuple) -> tuple[dict | None, tuple]:
        """What a chain of `$ref`s leads to; None where it leads nowhere or in a circle."""
        while isinstance(schema, dict) and isinstance(ref := schema.get("$ref"), str):
            if ref in seen or not ref.startswith("#"):
                return None, seen
            seen, schema = (*seen, ref), _at_pointer(self.root, ref)
        return (schema if isinstance(schema, dict) else None), seen


def _listed(schema: dict, name: str) -> list:
    return schema[name] if isinstance(schema.get(name), list) else []


def _at_pointer(root: dict, ref: str):
    node = root
    for key in ref[1:].split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _schema_type(schema: dict) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return TYPES.get(kind, kind) if isinstance(kind, str) else "text"


def _told(schema: dict) -> str:
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return _example(examples[0])
    text = schema.get("description") or schema.get("title") or ""
    return _example(text) if isinstance(text, str) else ""
