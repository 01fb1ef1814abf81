"""Strict and exact JSON text: the one reader and the one writer of JSON in the platform.

What comes in is refused with its place rather than silently changed: `NaN`, `Infinity`, a key twice
in one object, half a surrogate pair, nesting deeper than 64, bytes that are not UTF-8. What is
accepted goes out again unchanged: integers keep all their digits and `1.10` stays `1.10` (as
`decimal.Decimal`, because a float would make 1.1 of it). A UTF-8 byte order mark is tolerated.

Reading has two speeds. Most texts that reach us are compact, or spaced in the usual way: `orjson`
reads and writes them to the very same bytes, and equal bytes prove that nothing was dropped or
rounded. All others go through the scanner of the standard library with hooks. Where a fault is, is
worked out only once there is one (`alumio.jsonfault`).
"""

import json
import re
from decimal import Decimal
from math import isfinite

import orjson
import simplejson

from alumio.jsonfault import MAX_DEPTH, MAX_DIGITS, JSONTextError, find_fault, is_in_range

__all__ = ["MAX_DEPTH", "JSONTextError", "copy", "dumps", "loads"]

_BOM = b"\xef\xbb\xbf"
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_PLAIN_STRING = re.compile(rb'"[^"]*"')
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_WRITE = (
    orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


class _Refused(ValueError):
    """Something a hook does not let through; the fault finder says what and where."""


def loads(text: bytes | bytearray | memoryview | str, *, last_key_wins: bool = False):
    """Read one JSON document.

    In: UTF-8 bytes or text. Out: None, bool, int, float, Decimal, str, list or dict. With
    `last_key_wins` a key may be in one object twice: its last value counts.
    Raises JSONTextError, which names the rule, the line, the column and the path.
    """
    data = _as_bytes(text)
    if _is_too_deep(data):
        raise _fault(data, last_key_wins)
    try:
        value = orjson.loads(data)
        compact = orjson.dumps(value)
        if compact == data or compact == _without_usual_spaces(data):
            return value
    except ValueError:
        pass  # not wrong yet: orjson also refuses what we keep exactly, such as very long numbers
    return _read_with_hooks(data, last_key_wins)


def dumps(value) -> str:
    """Write a JSON value compactly and exactly. Raises JSONTextError for what JSON cannot say (NaN,
    a date…)."""
    try:
        data = orjson.dumps(value, default=_write_decimal, option=_WRITE)
    except TypeError:
        return _dumps_slowly(value)
    if b"null" in data and _has_no_number([value]):
        return _dumps_slowly(value)
    return data.decode()


def copy(value):
    """A deep copy of a JSON value; scalars are shared, they cannot change."""
    kind = type(value)
    if kind is dict:
        return {
            key: copy(item) if type(item) in _CONTAINERS else item for key, item in value.items()
        }
    if kind is list:
        return [copy(item) if type(item) in _CONTAINERS else item for item in value]
    return value


_CONTAINERS = frozenset((dict, list))


def _as_bytes(text) -> bytes:
    if isinstance(text, str):
        try:
            data = text.encode()
        except UnicodeEncodeError as error:
            line, column = (
                text.count("\n", 0, error.start) + 1,
                error.start - text.rfind("\n", 0, error.start),
            )
            raise JSONTextError(
                "half of a surrogate pair is not a character", line, column
            ) from None
    else:
        data = bytes(text)
    return data[3:] if data.startswith(_BOM) else data


def _without_usual_spaces(data: bytes) -> bytes:
    """The text as most libraries space it, compact. Where this hits a space inside a string, the
    comparison fails and the other reader decides; it never makes a wrong text look right, because
    brackets, keys and numbers keep their number and order."""
    return data.replace(b'": ', b'":').replace(b', "', b',"').replace(b"}, {", b"},{")


def _read_with_hooks(data: bytes, last_key_wins: bool):
    decoder = _last_key_decoder if last_key_wins else _decoder
    try:
        text = data.decode()
        if b"\\u" in data and _has_lone_surrogate(data):
            raise _Refused
        return decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise _fault(data, last_key_wins, error) from None


def _fault(data: bytes, last_key_wins: bool, error: Exception | None = None) -> JSONTextError:
    found = find_fault(data, last_key_wins)
    return found or JSONTextError(str(error) or "this is not JSON", 1, 1)


def _is_too_deep(data: bytes) -> bool:
    """Whether the nesting goes beyond MAX_DEPTH. Cheap for the usual case: a string in which only
    brackets are left collapses from the inside, one level a step; what does not collapse (brackets
    inside texts) is counted.
    """
    brackets = data.translate(None, _ALL_BUT_BRACKETS)
    if len(brackets) <= MAX_DEPTH or _collapses(brackets):
        return False
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = _PLAIN_STRING.sub(b"", plain).translate(None, _ALL_BUT_BRACKETS)
    depth = deepest = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def _collapses(brackets: bytes) -> bool:
    for _ in range(MAX_DEPTH // 2):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return True
    return False


def _has_lone_surrogate(data: bytes) -> bool:
    high_ended_at = None
    for match in _ESCAPE.finditer(data):
        code = int(match[1], 16) if match[1] else 0
        low = 0xDC00 <= code <= 0xDFFF
        if low != (high_ended_at is not None and match.start() == high_ended_at):
            return True
        if high_ended_at is not None and not low:
            return True
        high_ended_at = match.end() if 0xD800 <= code <= 0xDBFF else None
    return high_ended_at is not None


def _object(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Refused
    return value


def _real(text: str):
    """A float where the float is written with the same digits, otherwise an exact Decimal."""
    number = float(text)
    if repr(number) == text or orjson.dumps(number) == text.encode():
        return number
    if len(text) > MAX_DIGITS or not is_in_range(text):
        raise _Refused
    return Decimal(text)


def _no_number(name: str):
    raise _Refused


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=_real, parse_constant=_no_number)
_last_key_decoder = json.JSONDecoder(parse_float=_real, parse_constant=_no_number)


def _write_decimal(value):
    if type(value) is Decimal and value.is_finite():
        return orjson.Fragment(str(value).encode())
    raise TypeError


def _has_no_number(values) -> bool:
    """Whether NaN or an infinity is somewhere in it: orjson writes them as null."""
    for value in values:
        kind = type(value)
        if kind is float:
            if not isfinite(value):
                return True
        elif kind is dict:
            if _has_no_number(value.values()):
                return True
        elif (kind is list or kind is tuple) and _has_no_number(value):
            return True
    return False


def _dumps_slowly(value) -> str:
    _refuse_what_json_cannot_say(value, ())
    try:
        return simplejson.dumps(
            value, use_decimal=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise JSONTextError(str(error), 1, 1) from None


def _refuse_what_json_cannot_say(value, path):
    if len(path) > MAX_DEPTH * 4:
        raise JSONTextError("the value is nested too deeply or contains itself", 1, 1)
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise JSONTextError(f"a key must be text, not {key!r}", 1, 1, _dotted(path))
            _refuse_what_json_cannot_say(key, (*path, key))
            _refuse_what_json_cannot_say(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_what_json_cannot_say(item, (*path, index))
    elif problem := _scalar_problem(value):
        raise JSONTextError(problem, 1, 1, _dotted(path))


def _scalar_problem(value) -> str | None:
    if isinstance(value, str):
        return (
            None
            if value.isascii() or _is_unicode(value)
            else "half of a surrogate pair is not a character"
        )
    if isinstance(value, float | Decimal):
        return None if Decimal(value).is_finite() else f"{value} is not a number in JSON"
    if value is None or isinstance(value, bool | int):
        return None
    return f"a {type(value).__name__} cannot be written as JSON"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _dotted(path) -> str:
    return ".".join(map(str, path))
