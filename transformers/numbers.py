"""Numbers of JSON: int, float and Decimal; never a boolean. And texts that are numbers."""

import re
from decimal import Decimal, InvalidOperation

from transformers.errors import TransformError

_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_LONGEST = 400
"""Digits of the largest number that is worked with: 1e400 as an integer; more is an attack."""


def is_number(value) -> bool:
    return type(value) is int or type(value) is float or isinstance(value, Decimal)


def is_numeric(value) -> bool:
    """A number, or a text that reads as one (as PHP's is_numeric)."""
    if isinstance(value, str):
        return len(value) < _LONGEST and _NUMERIC.fullmatch(value) is not None
    return is_number(value)


def exact(value) -> Decimal | int:
    """A numeric value as it is written: 1.1 is one and one tenth. Raises TransformError."""
    if type(value) is int:
        return value
    if type(value) is float:
        value = repr(value)
    elif isinstance(value, str) and not is_numeric(value):
        raise TransformError(f"“{shorten(value)}” is not a number.")
    elif not isinstance(value, str | Decimal):
        raise TransformError(f"{describe(value)} is not a number.")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise TransformError(f"“{shorten(value)}” is not a number.") from None
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST:
        raise TransformError(f"“{shorten(str(value))}” is too large a number.")
    return number


def plain(number: Decimal | int) -> int | float | Decimal:
    """A result as a JSON number: an int where it is whole, a float where that is the same."""
    if type(number) is int:
        return number
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST:
        raise TransformError("The result is too large a number.")
    if number == number.to_integral_value():
        return int(number)
    shortest = float(number)
    return shortest if Decimal(repr(shortest)) == number else number


def same_number(one, other) -> bool:
    """Whether two numbers are equal, a float taken as it is written."""
    if isinstance(one, Decimal) != isinstance(other, Decimal):
        return exact(one) == exact(other)
    return one == other


def shorten(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def describe(value) -> str:
    """What a value is, for a message: null, true, a list, a map, a text, a number."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    for kind, name in ((dict, "a map"), (list, "a list"), (str, f"“{shorten(str(value))}”")):
        if isinstance(value, kind):
            return name
    return str(value)
