"""Paths in settings that may hold placeholders and captures: `variants.&{code}`, `values.$2.$1`.

What a placeholder or a capture gives is always one key, or a part of one, whatever is in it: a code
"A.1" from the data never turns into two levels. `$0` alone stands for the whole matched place.
"""

import re
from collections.abc import Callable
from typing import Any

from transformers import paths, placeholders
from transformers.errors import PlaceholderError
from transformers.paths import Match, PathError, Pattern, Place

PathTemplate = Callable[[Any, Any], Pattern]
Replacement = Callable[[Any, Any, Match], Place]

_HOLD = "\ue000{}\ue001"
_HELD = re.compile("(\ue000\\d+\ue001)")
_CAPTURE = re.compile(r"(\$\d+)")


def compile_path(text: str, where: str = "", wildcards: bool = True) -> PathTemplate:
    """The function of (data, context) that gives a pattern (or, without wildcards, a place).

    Raises PathError or PlaceholderError, both fit to be shown.
    """
    if not placeholders.has_placeholders(text):
        known = paths.parse(text) if wildcards else paths.parse_place(text)
        return lambda data, context: known
    texts, held = _hold(text, where)
    makers = [_maker(key, quoted or not wildcards, held) for key, quoted in paths.split(texts)]
    return lambda data, context: tuple(make(data, context) for make in makers)


def compile_replacement(text: str, captures: int | None = None, where: str = "") -> Replacement:
    """The function of (data, context, match) that gives the place a match is written to.

    `captures` is how many `*` the pattern has: `$n` beyond that is refused.
    """
    texts, held = _hold(text, where)
    if not texts:
        raise PathError("Say where to: a path such as “name” or “variants.0.$1”.")
    makers = [_target(key, captures, held) for key, _ in paths.split(texts)]

    def place(data, context, match: Match) -> Place:
        keys: list[str] = []
        for make in makers:
            keys += make(data, context, match)
        return tuple(keys)

    return place


def _hold(text: str, where: str) -> tuple[str, list[placeholders.Template]]:
    """The text with its placeholders put aside, so that their dots do not split it."""
    if "\ue000" in text or "\ue001" in text:
        raise PathError("A path cannot hold the characters U+E000 and U+E001.")
    held: list[placeholders.Template] = []
    pieces = []
    for piece in placeholders.parse(text, where):
        if isinstance(piece, placeholders.Part):
            pieces.append(_HOLD.format(len(held)))
            held.append(placeholders.compile_text(piece.text, where))
        else:
            pieces.append(piece)
    return "".join(pieces), held


def _maker(key: str, literal: bool, held: list[placeholders.Template]):
    """The function that gives one segment of a pattern."""
    parts = [part for part in _HELD.split(key) if part]
    if not any(_HELD.fullmatch(part) for part in parts):
        segment = key if literal else paths._segment(key)
        return lambda data, context: segment
    if not literal and any(sign in key for sign in "*?["):
        raise PlaceholderError(
            "a wildcard and a placeholder cannot share one key.", hint="Put a dot between them."
        )
    makers = [_text_of(part, held) for part in parts]
    return lambda data, context: "".join([make(data, context) for make in makers])


def _text_of(part: str, held: list[placeholders.Template]):
    if _HELD.fullmatch(part):
        return held[int(part[1:-1])]
    return lambda data, context: part


def _target(key: str, captures: int | None, held: list[placeholders.Template]):
    """The function that gives the keys of one segment of a replacement."""
    if key == "$0":
        return lambda data, context, match: match.place
    for number in map(int, re.findall(r"\$(\d+)", key)):
        if captures is not None and number > captures:
            raise PathError(f"${number} has no * to stand for: the pattern has {captures}.")
    makers = []
    for part in _HELD.split(key):
        makers += [_captured(piece, held) for piece in _CAPTURE.split(part) if piece]
    return lambda data, context, match: ("".join([make(data, context, match) for make in makers]),)


def _captured(part: str, held: list[placeholders.Template]):
    if _CAPTURE.fullmatch(part):
        number = int(part[1:])
        if number == 0:
            return lambda data, context, match: paths.join(match.place)
        return lambda data, context, match: match.captures[number - 1]
    if _HELD.fullmatch(part):
        make = held[int(part[1:-1])]
        return lambda data, context, match: make(data, context)
    return lambda data, context, match: part
