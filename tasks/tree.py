"""JSON drawn for people: as a tree that folds, and as indented text. Everything is escaped."""

import simplejson
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alumio import jsontext

MOST_NODES = 3_000
OPEN_LEVELS = 3
OPEN_ITEMS = 50


def pretty(value) -> str:
    """JSON on many lines, every number as it is."""
    return simplejson.dumps(value, indent=2, use_decimal=True, ensure_ascii=False)


def tree(value) -> SafeString:
    """The value as nested lists; objects and arrays fold."""
    return format_html('<ul class="json">{}</ul>', _node("", value, _Budget(), 0))


class _Budget:
    """How many nodes may still be drawn."""

    left = MOST_NODES


def _node(key: SafeString | str, value, budget: _Budget, depth: int) -> SafeString:
    budget.left -= 1
    if isinstance(value, dict | list) and value:
        return _branch(key, value, budget, depth)
    return format_html("<li>{}{}</li>", key, _leaf(value))


def _branch(key, value, budget: _Budget, depth: int) -> SafeString:
    if isinstance(value, dict):
        children = ((_key(name), child) for name, child in value.items())
        size = f"{{{len(value)}}}"
    else:
        children = ((_index(place), child) for place, child in enumerate(value))
        size = f"[{len(value)}]"
    near = depth < OPEN_LEVELS and len(value) <= OPEN_ITEMS
    opened = "open" if near or depth == 0 else ""
    return format_html(
        '<li><details {}><summary>{}<span class="json-size">{}</span></summary>'
        "<ul>{}</ul></details></li>",
        opened,
        key,
        size,
        _children(children, len(value), budget, depth),
    )


def _children(children, count: int, budget: _Budget, depth: int) -> SafeString:
    drawn = []
    for key, child in children:
        if budget.left <= 0:
            rest = f"… {count - len(drawn):,} more; see the text or download the data"
            drawn.append(format_html('<li class="json-size">{}</li>', rest))
            break
        drawn.append(_node(key, child, budget, depth + 1))
    return format_html_join("", "{}", ((node,) for node in drawn))


def _key(name: str) -> SafeString:
    return format_html('<span class="json-key">{}</span>', name)


def _index(place: int) -> SafeString:
    return format_html('<span class="json-index">{}</span>', place)


def _leaf(value) -> SafeString:
    if isinstance(value, str):
        return format_html('<span class="json-string">{}</span>', value)
    kind = "word" if value is None or isinstance(value, bool | dict | list) else "number"
    return format_html('<span class="json-{}">{}</span>', kind, jsontext.dumps(value))
