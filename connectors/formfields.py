"""Fields of a form as nested data, the way PHP reads them: `a[b]=1&a[c][]=2`."""

import re
from collections.abc import Iterable
from typing import Any

from connectors.charsets import TextFault

MAX_FIELDS = 100_000
MAX_KEYS = 63  # the whole is one level more, and so is what is there twice: 64 is the house's depth

_NESTED = re.compile(r"([^\[]+)((?:\[[^\[\]]*\])+)")
_KEY = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


class FieldFault(TextFault):
    """A field that cannot be taken. `number` counts fields from 1."""

    def __init__(self, message: str, number: int, at: str = ""):
        super().__init__(message)
        self.number, self.at = number, at

    def __str__(self):
        return f"{self.message} in field {self.number}{self.at}"


class _Several(list):
    """The values of a name that is there several times."""


class _Fields(dict):
    """An object in the making. `next` is the index that `[]` stands for."""

    next = 0

    def key(self, key: str) -> str:
        """The key that stands in the brackets, or the next index."""
        key = key or str(self.next)
        if _INDEX.fullmatch(key):
            self.next = max(self.next, int(key) + 1)
        return key


def nested(fields: Iterable[tuple[str, Any]]) -> dict:
    """The fields as an object. Keys that count from 0 make a list; a name that is there several
    times holds a list. Raises FieldFault."""
    root = _Fields()
    for number, (name, value) in enumerate(fields, 1):
        if number > MAX_FIELDS:
            raise FieldFault(f"there are more than {MAX_FIELDS:,} fields,", number)
        _place(root, _keys(name, number), value, number)
    return {key: _finished(value) for key, value in root.items()}


def _keys(name: str, number: int) -> list[str]:
    """The keys that a name is made of; one whose brackets do not match is a single key."""
    found = _NESTED.fullmatch(name)
    if not found:
        return [name]
    if found[2].count("[") >= MAX_KEYS:
        raise FieldFault(f"nested deeper than {MAX_KEYS} keys", number)
    return [found[1], *_KEY.findall(found[2])]


def _place(fields: _Fields, keys: list[str], value, number: int) -> None:
    last = keys[0]
    for key in keys[1:]:
        fields = fields.setdefault(last, _Fields())
        if not isinstance(fields, _Fields):
            raise FieldFault(f"“{keys[0][:80]}” is a value and an object,", number)
        last = fields.key(key)
    known = fields.get(last)
    if known is None:
        fields[last] = value
    elif isinstance(known, _Fields):
        raise FieldFault(f"“{keys[0][:80]}” is an object and a value,", number)
    elif isinstance(known, _Several):
        known.append(value)
    else:
        fields[last] = _Several([known, value])


def _finished(value):
    if isinstance(value, _Several):
        return list(value)
    if not isinstance(value, _Fields):
        return value
    items = {key: _finished(item) for key, item in value.items()}
    is_list = all(key == str(index) for index, key in enumerate(items))
    return list(items.values()) if is_list else items
