"""Places in JSON data: dot paths, patterns with wildcards, and reading and writing there.

A *place* is a tuple of keys, ("variants", "0", "sku"). A *pattern* (Alumio's syntax) is a text:

    a.b.c         keys, one below the other; a number is an index in a list
    a.*.c         any key or index; also within a key: `price_*`
    a.?x          one character; `[abc]` one of these characters
    a."b.c".d     a key that contains a dot or a wildcard, in double quotes (\\" for a quote)
    (empty)       the whole data

Each `*` is a capture: `$1`, `$2`… in the replacement of a copy or move; `$0` is the whole place.

Lists and maps follow PHP's arrays, which Alumio's configurations are written for: a list that loses
an item in its middle, or gets a key that does not follow its last index, becomes a map with its
indices as keys (`list-values` makes it a list again). Index 0 in a new or empty container makes a
list, any other key a map.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from transformers.errors import TransformError

Place = tuple[str, ...]


class Missing:
    """The value of a place that does not exist; null is a value, this is none."""

    __slots__ = ()

    def __bool__(self):
        return False

    def __repr__(self):
        return "MISSING"


MISSING = Missing()


class PathError(TransformError, ValueError):
    """A path or pattern that cannot be read."""


class Wild(NamedTuple):
    """A segment with wildcards. `match(key)` gives the captured parts, or None."""

    text: str
    captures: int
    match: Callable[[str], tuple[str, ...] | None]


class Match(NamedTuple):
    place: Place
    value: Any
    captures: tuple[str, ...]


Segment = str | Wild
Pattern = tuple[Segment, ...]

# -- reading the syntax -------------------------------------------------------------------------

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NEEDS_QUOTES = re.compile(r'[.*?\[\]"\\]|^$')


def split(text: str) -> list[tuple[str, bool]]:
    """The segments of a path as (text, quoted). Raises PathError."""
    if text == "":
        return []
    segments, at = [], 0
    while True:
        quoted = _QUOTED.match(text, at)
        if quoted:
            segments.append((re.sub(r"\\(.)", r"\1", quoted[1]), True))
            at = quoted.end()
        else:
            end = _end_of_segment(text, at)
            segments.append((text[at:end], False))
            at = end
        if at == len(text):
            return segments
        if text[at] != ".":
            raise PathError(f"“{text}”: after a key in quotes comes a dot.")
        at += 1


def _end_of_segment(text: str, start: int) -> int:
    """Where the dot is that ends the segment; a dot inside [ ] does not."""
    if text[start : start + 1] == '"':
        raise PathError(f"“{text}”: the quote is never closed.")
    depth = 0
    for at in range(start, len(text)):
        if text[at] == "[":
            depth = 1
        elif text[at] == "]":
            depth = 0
        elif text[at] == "." and not depth:
            break
    else:
        at = len(text)
    if at == start:
        raise PathError(f'“{text}”: there is an empty key; write "" if it is meant.')
    return at


@lru_cache(maxsize=4096)
def parse(text: str) -> Pattern:
    """A pattern from its text. Raises PathError."""
    return tuple(key if quoted else _segment(key) for key, quoted in split(text))


@lru_cache(maxsize=4096)
def parse_place(text: str) -> Place:
    """A path without wildcards from its text; `*` and the like are ordinary characters here."""
    return tuple(key for key, _ in split(text))


def place_of(text: str) -> Place:
    """As parse_place, for text that comes from data: what is no path is one key."""
    try:
        return parse_place(text) or (text,)
    except PathError:
        return (text,)


def _segment(key: str) -> Segment:
    if not any(sign in key for sign in "*?["):
        return key
    if key == "*":
        return Wild("*", 1, lambda key: (key,))
    try:
        regex = re.compile(_regex_of(key), re.DOTALL)
    except re.error as error:
        raise PathError(f"“{key}” is not a pattern: {error}.") from None
    return Wild(key, regex.groups, lambda key: (m := regex.fullmatch(key)) and m.groups())


def _regex_of(key: str) -> str:
    regex, at = [], 0
    while at < len(key):
        end = key.find("]", at + 2) if key[at] == "[" else -1
        if end > 0:
            regex.append(_class_of(key[at + 1 : end]))
            at = end
        else:
            regex.append({"*": "(.*)", "?": "."}.get(key[at], re.escape(key[at])))
        at += 1
    return re.sub(r"(\(\.\*\))+", "(.*)", "".join(regex))


def _class_of(inside: str) -> str:
    negated = inside[0] in "!^" and len(inside) > 1
    parts = re.findall(r".-.|.", inside[negated:], re.DOTALL)
    ends = ("-".join(map(re.escape, part[::2])) for part in parts)
    return f"[{'^' if negated else ''}{''.join(ends)}]"


def has_wildcards(pattern: Pattern) -> bool:
    return any(isinstance(segment, Wild) for segment in pattern)


def captures_of(pattern: Pattern) -> int:
    return sum(segment.captures for segment in pattern if isinstance(segment, Wild))


def quote(key: str) -> str:
    """A key as it is written in a path, in quotes where it needs them."""
    if not _NEEDS_QUOTES.search(key):
        return key
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def join(place: Iterable[str]) -> str:
    """The text of a place: `parse_place(join(place)) == place`."""
    return ".".join(quote(key) for key in place)


# -- reading data -------------------------------------------------------------------------------


def index_of(key: str) -> int | None:
    """The index a key stands for, or None: digits without a leading zero."""
    if key.isascii() and key.isdigit() and (key == "0" or key[0] != "0") and len(key) < 10:
        return int(key)
    return None


def child(container, key: str):
    """The value under a key or index, or MISSING."""
    if isinstance(container, dict):
        return container.get(key, MISSING)
    if isinstance(container, list):
        index = index_of(key)
        if index is not None and index < len(container):
            return container[index]
    return MISSING


def children(container) -> list[tuple[str, Any]]:
    """The keys (or indices, as text) and values of a map or list; none of anything else."""
    if isinstance(container, dict):
        return list(container.items())
    if isinstance(container, list):
        return [(str(index), value) for index, value in enumerate(container)]
    return []


def next_index(container) -> str:
    """The index that an appended item gets, as text."""
    if isinstance(container, list):
        return str(len(container))
    indices = [index_of(key) for key, _ in children(container)]
    return str(max((index for index in indices if index is not None), default=-1) + 1)


def get(data, place: Place, default=MISSING):
    for key in place:
        data = data.get(key, MISSING) if type(data) is dict else child(data, key)
        if data is MISSING:
            return default
    return data


def find(data, pattern: Pattern) -> list[Match]:
    """All matches, in the order of the data, with the captures of the wildcards."""
    value = data
    for depth, segment in enumerate(pattern):
        if type(segment) is not str:
            return _find_below(pattern, depth, value)
        value = value.get(segment, MISSING) if type(value) is dict else child(value, segment)
        if value is MISSING:
            return []
    return [Match(pattern, value, ())]


def _find_below(pattern: Pattern, depth: int, value) -> list[Match]:
    """The matches from the first wildcard on."""
    found = [Match(pattern[:depth], value, ())]
    for segment in pattern[depth:]:
        found = _descend(found, segment)
    return found


def _descend(found: list[Match], segment: Segment) -> list[Match]:
    deeper = []
    if isinstance(segment, str):
        for place, value, captures in found:
            value = child(value, segment)
            if value is not MISSING:
                deeper.append(Match((*place, segment), value, captures))
        return deeper
    for place, value, captures in found:
        for key, item in children(value):
            parts = segment.match(key)
            if parts is not None:
                deeper.append(Match((*place, key), item, captures + parts))
    return deeper


# -- writing data -------------------------------------------------------------------------------


def put(data, place: Place, value):
    """Write a value at a place, creating what is missing. Returns the data, which may be new."""
    if not place:
        return value
    parent = data
    for key in place[:-1]:
        if type(parent) is not dict or key not in parent:
            return _put_deep(data, place, 0, value)
        parent = parent[key]
    if type(parent) is dict and parent:
        parent[place[-1]] = value
        return data
    return _put_deep(data, place, 0, value)


def _put_deep(container, place: Place, at: int, value):
    if at == len(place):
        return value
    key = place[at]
    return assign(container, key, _put_deep(child(container, key), place, at + 1, value))


def assign(container, key: str, value):
    """Set one key; returns the container, which is another one where its kind had to change."""
    if isinstance(container, list):
        index = index_of(key)
        if index is None or index > len(container):
            container = {str(at): item for at, item in enumerate(container)}
            container[key] = value
        elif index == len(container):
            container.append(value)
        else:
            container[index] = value
        return container
    if isinstance(container, dict) and container:
        container[key] = value
        return container
    if key == "0":
        return [value]
    if isinstance(container, dict):
        container[key] = value
        return container
    return {key: value}


def remove(data, places: Iterable[Place]):
    """Remove places; missing ones are fine. Returns the data, which may be new."""
    places = list(places)
    if len(places) == 1:
        place = places[0]
        parent = get(data, place[:-1]) if place else None
        if type(parent) is dict:
            parent.pop(place[-1], None)
            return data
    return _prune(data, _tree(places))


def _tree(places: Iterable[Place]) -> dict | None:
    """The places as nested dicts; None is a place to remove as a whole."""
    root: dict = {}
    for place in places:
        if not place:
            return None
        node = root
        for key in place[:-1]:
            node = node.setdefault(key, {})
            if node is None:
                break
        else:
            node[place[-1]] = None
    return root


def _prune(container, tree: dict | None):
    if tree is None:
        return None
    if isinstance(container, dict):
        for key, below in tree.items():
            if below is None:
                container.pop(key, None)
            elif key in container:
                container[key] = _prune(container[key], below)
        return container
    if isinstance(container, list):
        return _prune_list(container, tree)
    return container


def _prune_list(items: list, tree: dict):
    left = {}
    for index, item in enumerate(items):
        key = str(index)
        if key not in tree:
            left[key] = item
        elif tree[key] is not None:
            left[key] = _prune(item, tree[key])
    values = list(left.values())
    return values if not left or next(reversed(left)) == str(len(left) - 1) else left


def rename(data, names: dict[Place, str]):
    """Give keys new names where they stand; the order stays. A later name wins over an earlier."""
    by_parent: dict[Place, dict[str, str]] = {}
    for place, name in names.items():
        by_parent.setdefault(place[:-1], {})[place[-1]] = name
    for parent in sorted(by_parent, key=len, reverse=True):
        renamed = by_parent[parent]
        if items := children(get(data, parent)):
            data = put(data, parent, {renamed.get(key, key): value for key, value in items})
    return data
