"""Placeholders in settings: `${NAME}`, `&{path}`, `?{path}`, `@{scope.…}`, `@{globals.…}`.

`compile(value)` turns any JSON value that may hold placeholders into a function of (data, context).
It runs once, when a configuration is built. A text that is one placeholder gives the value as it
is; a placeholder within a text is written into it. What comes out is never looked at again: data
that contains `&{…}` stays as it is. A list or map that comes out is always a copy.

A text that must contain `&{` itself writes it as a literal: `&{'&{'}`.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from alumio import jsontext
from transformers import paths
from transformers.errors import MissingValue, PlaceholderError, TransformError
from transformers.expressions import compile_expression
from transformers.paths import MISSING

Template = Callable[[Any, Any], Any]
"""A function of (data, context). `.constant` says whether it needs neither."""

_START = re.compile(r"[&?$@]\{")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_QUOTES = {"'": "'", '"': '"', "`": "`"}
SCOPES = ("scope", "globals")


class Part(NamedTuple):
    """One placeholder in a text: its sign, what stands in its braces, and all of it."""

    sign: str
    inside: str
    text: str


# -- what others use ----------------------------------------------------------------------------


def compile(value, where: str = "") -> Template:
    """The function of a JSON value with placeholders. Raises PlaceholderError, which says where."""
    if isinstance(value, str):
        return _compile_text(value, where, whole=True)
    if isinstance(value, dict):
        return _compile_map(value, where)
    if isinstance(value, list):
        return _compile_list(value, where)
    return _constant(value)


def compile_text(text: str, where: str = "") -> Template:
    """As `compile`, but what comes out is always a text."""
    return _compile_text(text, where, whole=False)


def has_placeholders(text: str) -> bool:
    return _START.search(text) is not None


def render(value) -> str:
    """A value within a text: null is nothing, numbers exact, lists and maps compact JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return jsontext.dumps(value)


# -- reading text -------------------------------------------------------------------------------


def parse(text: str, where: str = "") -> list[str | Part]:
    """The pieces of a text. Raises PlaceholderError for a placeholder that never ends."""
    pieces: list[str | Part] = []
    at = 0
    while found := _START.search(text, at):
        if found.start() > at:
            pieces.append(text[at : found.start()])
        end = _end(text, found.end())
        if end is None:
            what = f"“{_short(text[found.start() :])}” is never closed."
            raise PlaceholderError(what, where, f"Write &{{'{found[0]}'}} for the text itself.")
        part = text[found.start() : end + 1]
        pieces.append(Part(part[0], part[2:-1], part))
        at = end + 1
    if at < len(text):
        pieces.append(text[at:])
    return pieces


def _end(text: str, at: int) -> int | None:
    """The index of the brace that closes a placeholder; braces in quotes do not count."""
    depth, quote = 1, None
    while at < len(text):
        sign = text[at]
        if quote:
            if sign == "\\":
                at += 1
            elif sign == quote:
                quote = None
        elif sign in _QUOTES:
            quote = sign
        elif sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if not depth:
                return at
        at += 1
    return None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


# -- compiling ----------------------------------------------------------------------------------


def _mark(function: Template, constant: bool) -> Template:
    function.constant = constant
    return function


def _constant(value) -> Template:
    if isinstance(value, dict | list):
        return _mark(lambda data, context: jsontext.copy(value), True)
    return _mark(lambda data, context: value, True)


def _compile_text(text: str, where: str, whole: bool) -> Template:
    pieces = parse(text, where)
    if not any(isinstance(piece, Part) for piece in pieces):
        return _constant(text)
    if len(pieces) == 1:
        value = placeholder(pieces[0], where)
        return _mark(_copied(value) if whole else _rendered(value), False)
    return _mark(_joined(pieces, where), False)


def _copied(value: Template) -> Template:
    def read(data, context):
        result = value(data, context)
        return jsontext.copy(result) if isinstance(result, dict | list) else result

    return read


def _rendered(value: Template) -> Template:
    return lambda data, context: render(value(data, context))


def _joined(pieces: list[str | Part], where: str) -> Template:
    makers = [placeholder(piece, where) if isinstance(piece, Part) else piece for piece in pieces]

    def join(data, context):
        return "".join(
            [maker if type(maker) is str else render(maker(data, context)) for maker in makers]
        )

    return join


def _compile_map(value: dict, where: str) -> Template:
    items = [
        (compile_text(key, where), compile(item, f"{where} › {key}" if where else key))
        for key, item in value.items()
    ]
    if all(key.constant and item.constant for key, item in items):
        return _constant(value)
    if all(key.constant for key, _ in items):
        named = [(key(None, None), item) for key, item in items]
        return _mark(lambda data, context: {k: item(data, context) for k, item in named}, False)
    return _mark(
        lambda data, context: {k(data, context): item(data, context) for k, item in items}, False
    )


def _compile_list(value: list, where: str) -> Template:
    items = [
        compile(item, f"{where} › {index + 1}" if where else f"item {index + 1}")
        for index, item in enumerate(value)
    ]
    if all(item.constant for item in items):
        return _constant(value)
    return _mark(lambda data, context: [item(data, context) for item in items], False)


# -- one placeholder ----------------------------------------------------------------------------


def placeholder(part: Part, where: str = "") -> Template:
    """The function of one placeholder. Its value may be shared with the data: copy to keep it."""
    make = {"&": _strict, "?": _lenient, "$": _variable, "@": _scoped}[part.sign]
    try:
        return make(part)
    except PlaceholderError as error:
        raise PlaceholderError(f"{_short(part.text)}: {error.what}", where, error.hint) from None


def _strict(part: Part) -> Template:
    expression = compile_expression(part.inside)

    def read(data, context):
        value = expression(data)
        if value is MISSING:
            raise _missing(part)
        return value

    return read


def _missing(part: Part) -> MissingValue:
    path = part.inside.strip()
    return MissingValue(
        f"{_short(part.text)} found nothing: “{_short(path)}” is missing in the data here.",
        hint=f"If it may be, write ?{{…}} for null or give a default: &{{{_short(path)} || ''}}.",
    )


def _lenient(part: Part) -> Template:
    expression = compile_expression(part.inside)

    def read(data, context):
        try:
            value = expression(data)
        except TransformError:
            return None
        return None if value is MISSING else value

    return read


def _variable(part: Part) -> Template:
    name = part.inside
    if not _VARIABLE.fullmatch(name):
        raise PlaceholderError(
            "the name of a variable has capitals, digits and _ only.",
            hint="Write &{'${'} for the text itself.",
        )

    def read(data, context):
        try:
            return context.variables[name]
        except KeyError:
            raise PlaceholderError(
                f"The variable {part.text} is not set.", hint="Set it, or correct its name."
            ) from None

    return read


def _scoped(part: Part) -> Template:
    try:
        root, *place = paths.parse_place(part.inside.strip()) or ("",)
    except paths.PathError as error:
        raise PlaceholderError(str(error)) from None
    if root not in SCOPES or not place:
        raise PlaceholderError(
            f"there is no “{root}”." if root not in SCOPES else "a name is missing.",
            hint="Known are @{scope.…}, such as @{scope.task}, and @{globals.…}.",
        )
    place = tuple(place)

    def read(data, context):
        value = paths.get(getattr(context, root), place)
        if value is MISSING:
            raise MissingValue(f"{part.text} is not known here.", hint=_scope_hint(root))
        return value

    return read


def _scope_hint(root: str) -> str:
    if root == "globals":
        return "Set it in an earlier step with “Global variable setter”."
    return "It depends on where the steps run: a task, for example, is known in the outgoing only."


__all__ = [
    "Part",
    "PlaceholderError",
    "Template",
    "compile",
    "compile_text",
    "has_placeholders",
    "parse",
    "placeholder",
    "render",
]
