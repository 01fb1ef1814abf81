"""JMESPath for placeholders: compiled once, plain paths and `||` fallbacks as closures.

`compile_expression(text)` gives a function of the data that returns a value or MISSING. What is
missing and what is null:

- a plain path (`a.b[0]`) is missing when one of its keys does not exist; a null there is null
- `a || b` is missing only when no alternative exists; a literal always exists
- any other expression is missing when its result is null, unless it is written as a literal

Beyond the library: texts in back-ticks that are not JSON are taken as strings, `` `approved` ``,
and two back-ticks are the empty string; exact decimals are numbers.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from jmespath import exceptions, functions, parser, visitor

from alumio import jsontext
from transformers.errors import PlaceholderError, TransformError
from transformers.numbers import exact, is_number, plain, same_number
from transformers.paths import MISSING

Expression = Callable[[Any], Any]

LONGEST = 10_000
"""Characters of one expression."""

_FAILURES = (exceptions.JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError)
"""What the library raises on data an expression does not fit."""

# The library knows numbers by the names of their Python types; it has no other way in.
functions.TYPES_MAP["Decimal"] = "number"
functions.REVERSE_TYPES_MAP["number"] = ("float", "int", "Decimal")


class Functions(functions.Functions):
    """JMESPath's functions, exact with decimals."""

    @functions.signature({"types": ["array-number"]})
    def _func_sum(self, numbers):
        return plain(sum((exact(number) for number in numbers), 0))

    @functions.signature({"types": ["array-number"]})
    def _func_avg(self, numbers):
        return plain(Decimal(exact(self._func_sum(numbers))) / len(numbers)) if numbers else None

    @functions.signature({"types": []})
    def _func_to_string(self, value):
        return value if isinstance(value, str) else jsontext.dumps(value)


def _equal(one, other) -> bool:
    if is_number(one) and is_number(other):
        return same_number(one, other)
    return visitor._equals(one, other)


class Interpreter(visitor.TreeInterpreter):
    COMPARATOR_FUNC = visitor.TreeInterpreter.COMPARATOR_FUNC | {
        "eq": _equal,
        "ne": lambda one, other: not _equal(one, other),
    }


_interpreter = Interpreter(visitor.Options(custom_functions=Functions()))


def compile_expression(text: str) -> Expression:
    """The function of an expression. Raises PlaceholderError where it cannot be read."""
    return _closure(_parse(text), text)


def _parse(text: str) -> dict:
    if not text.strip():
        raise PlaceholderError("there is nothing between the braces.")
    if len(text) > LONGEST:
        raise PlaceholderError(f"an expression has at most {LONGEST:,} characters.")
    try:
        tree = parser.Parser().parse(_mend_literals(text)).parsed
        _check(tree)
    except RecursionError:
        raise PlaceholderError("the expression is nested too deeply.") from None
    except (exceptions.JMESPathError, ValueError) as error:
        raise PlaceholderError(_explain(text, error)) from None
    return tree


def _explain(text: str, error: Exception) -> str:
    detail = str(error).split("\n")[0].rstrip(": ")
    hint = ""
    if re.search(r"[-#@\d]", text.split("||")[0].strip()[:1]) or re.search(r"[\w]-[\w]", text):
        hint = ' A key with -, #, @ or a leading digit is put in double quotes: "product-id".'
    return f"“{text}” is not a JMESPath expression ({detail}).{hint}"


_LITERAL = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`((?:[^`\\]|\\.)*)`""", re.DOTALL)


def _mend_literals(text: str) -> str:
    """Back-ticks around what is not JSON hold a text (Alumio §6.6)."""

    def mend(found: re.Match) -> str:
        inside = found[1]
        if inside is None:
            return found[0]
        try:
            jsontext.loads(inside.replace("\\`", "`").strip())
        except jsontext.JSONTextError:
            return "`" + jsontext.dumps(inside.replace("\\`", "`")).replace("`", "\\`") + "`"
        return found[0]

    return _LITERAL.sub(mend, text)


_TAKE_EXPRESSIONS = ("map", "sort_by", "min_by", "max_by")


def _check(tree, function: str = "") -> None:
    """Refuse functions that do not exist, and `&expression` where no function takes it."""
    if tree["type"] == "literal":
        return
    if tree["type"] == "function_expression":
        function = tree["value"]
        if function not in Functions.FUNCTION_TABLE:
            raise PlaceholderError(f"there is no function “{function}()” in JMESPath.")
    else:
        if tree["type"] == "expref" and function not in _TAKE_EXPRESSIONS:
            raise PlaceholderError("“&” stands only in functions such as sort_by(items, &price).")
        function = ""
    for part in tree.get("children", ()):
        if isinstance(part, dict):
            _check(part, function)


# -- closures -----------------------------------------------------------------------------------


def _closure(tree: dict, text: str) -> Expression:
    steps = _plain_steps(tree)
    if steps is not None:
        return _reader(steps)
    if tree["type"] == "or_expression":
        return _first(_closure(tree["children"][0], text), _closure(tree["children"][1], text))
    if tree["type"] == "literal":
        return lambda data, value=tree["value"]: value
    return _interpreted(tree, text)


def _plain_steps(tree: dict) -> list[str | int] | None:
    """The keys and indices of a plain path, or None for any other expression."""
    kind = tree["type"]
    if kind in ("current", "identity"):
        return []
    if kind in ("field", "index"):
        return [tree["value"]]
    if kind not in ("subexpression", "index_expression"):
        return None
    steps = [_plain_steps(part) for part in tree["children"]]
    return None if None in steps else [step for part in steps for step in part]


def _reader(steps: list[str | int]) -> Expression:
    if any(isinstance(step, int) for step in steps):
        return lambda data, steps=tuple(steps): _walk(data, steps)
    if not steps:
        return lambda data: data
    if len(steps) == 1:
        return _key(steps[0])
    return _keys(*steps[:2]) if len(steps) == 2 else _many_keys(tuple(steps))


def _walk(data, steps):
    for step in steps:
        if type(data) is not (dict if type(step) is str else list):
            return MISSING
        try:
            data = data[step]
        except (KeyError, IndexError):
            return MISSING
    return data


def _key(first: str) -> Expression:
    def read(data):
        try:
            return data[first]
        except (KeyError, TypeError):
            return MISSING

    return read


def _keys(first: str, second: str) -> Expression:
    def read(data):
        try:
            return data[first][second]
        except (KeyError, TypeError):
            return MISSING

    return read


def _many_keys(keys: tuple[str, ...]) -> Expression:
    def read(data):
        try:
            for key in keys:
                data = data[key]
        except (KeyError, TypeError):
            return MISSING
        return data

    return read


def _first(one: Expression, other: Expression) -> Expression:
    """`one || other`, as JMESPath has it: false, null and what is empty give way."""

    def read(data):
        value = one(data)
        if value is not MISSING and not _gives_way(value):
            return value
        second = other(data)
        return second if second is not MISSING or value is MISSING else None

    return read


def _gives_way(value) -> bool:
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)


def _interpreted(tree: dict, text: str) -> Expression:
    def read(data):
        try:
            value = _interpreter.visit(tree, data)
        except _FAILURES as error:
            raise TransformError(f"“{text}” cannot be worked out here: {error}") from None
        return MISSING if value is None else value

    return read
