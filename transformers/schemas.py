"""The gate's two questions about an entity: is it valid, and what is it called?

Schemas are JSON Schema (2020-12 unless `$schema` says otherwise). They are checked when saved and
compiled when a process starts; nothing is ever fetched. A `$ref` to another address is refused,
with one exception: Alumio's exports refer to its standard schemas (schemas.alumio.com), whose text
is not published; there a `$ref` accepts everything, and `warnings` says so.
"""

import functools
import hashlib
import re
from collections.abc import Iterable

import jsonschema_rs

from alumio import jsontext
from alumio.located import Located
from transformers import paths
from transformers.placeholders import render

STANDARD_SCHEMAS = "https://schemas.alumio.com/"
LONGEST_DATA = 64
"""Characters of data that may be an identifier themselves (Alumio §11.5)."""
LONGEST_IDENTIFIER = 255
MOST_ERRORS = 10
LONGEST_ERROR = 300

_OWN_NAME = re.compile(r"'[^']*\d[^']*'")
_KEY = re.compile(r"[^\d]+\d{0,2}")

_offline = {
    "offline": True,
    "validate_formats": True,
    "pattern_options": jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000),
}


class Validator:
    """A compiled schema."""

    def __init__(self, schema: dict):
        self._schema = _without_standard(schema)
        self._validator = jsonschema_rs.validator_for(self._schema, **_offline)

    def is_valid(self, data) -> bool:
        return self._validator.is_valid(data)

    def errors(self, data) -> list[str]:
        """What is wrong, at most ten, each with its place: "price: 0 is less than the minimum"."""
        if self._validator.is_valid(data):
            return []
        found = []
        for error in self._validator.iter_errors(data):
            found.append(_told(error))
            if len(found) == MOST_ERRORS:
                break
        return found

    def rule(self, data) -> str:
        """The first rule that data breaks, in words that are the same for all that break it: with
        its place, without the data's own values. "" where none is broken."""
        error = next(iter(self._masking.iter_errors(data)), None)
        return _rule(error) if error else ""

    @functools.cached_property
    def _masking(self):
        return jsonschema_rs.validator_for(self._schema, mask="the value", **_offline)


def check(schema) -> list[str]:
    """Check a schema before it is saved; returns warnings. Raises Located (a ValidationError)."""
    if not isinstance(schema, dict):
        raise Located("A JSON Schema is an object.")
    for reference in _references(schema):
        if _is_remote(reference) and not reference.startswith(STANDARD_SCHEMAS):
            raise Located(
                f"“{reference}” is on another machine; schemas are not fetched. "
                "Copy what you need into “$defs” and refer to it as “#/$defs/…”."
            )
    try:
        compile(schema)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        where = "/".join(map(str, getattr(error, "instance_path", ())))
        message = str(getattr(error, "message", error)).split("\n")[0]
        at = f" At “{where}”:" if where else ""
        raise Located(f"This is not a JSON Schema.{at} {message}") from None
    return warnings(schema)


def warnings(schema: dict) -> list[str]:
    """What a schema leaves unchecked."""
    standard = sorted({ref for ref in _references(schema) if ref.startswith(STANDARD_SCHEMAS)})
    return [f"“{ref}” is not available here; nothing is validated against it." for ref in standard]


def compile(schema: dict) -> Validator:
    """A validator that is ready to run. Raises ValueError for what `check` refuses."""
    return Validator(schema)


def identifier(data, identifier_paths: Iterable[str] = ()) -> str:
    """What the entity is called: the values at the paths, joined with "-".

    Without paths, or where none of them gives a value: the data itself as JSON when it is short,
    else its SHA-256. So is an identifier longer than 255 characters.
    """
    values = [_value(data, path) for path in identifier_paths]
    if any(values):
        joined = "-".join(values)
        return joined if len(joined) <= LONGEST_IDENTIFIER else _hash(joined)
    text = data if isinstance(data, str) else jsontext.dumps(data)
    return text if len(text) <= LONGEST_DATA else _hash(jsontext.dumps(data))


def _value(data, path: str) -> str:
    value = paths.get(data, paths.parse_place(path))
    return "" if value is paths.MISSING else render(value)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _told(error) -> str:
    where = ".".join(map(str, error.instance_path))
    message = error.message
    if len(message) > LONGEST_ERROR:
        half = LONGEST_ERROR // 2
        message = f"{message[:half]} … {message[-half:]}"
    return f"{where}: {message}" if where else message


def _rule(error) -> str:
    """The same without values, positions in lists, and keys that look like identifiers."""
    place = ".".join(_key(part) for part in error.instance_path)
    message = _OWN_NAME.sub("'…'", error.message)[:LONGEST_ERROR]
    return f"{place}: {message}" if place else message


def _key(part) -> str:
    return part if isinstance(part, str) and _KEY.fullmatch(part) else "…"


# -- references ---------------------------------------------------------------------------------

_DATA_KEYWORDS = ("const", "enum", "default", "examples")
"""Keywords that hold data, not schemas: a "$ref" in them is no reference."""


def _references(schema) -> Iterable[str]:
    for part in _schemas_in(schema):
        for keyword in ("$ref", "$dynamicRef"):
            if isinstance(part.get(keyword), str):
                yield part[keyword]


def _schemas_in(value) -> Iterable[dict]:
    """Every object below, itself included, outside of data."""
    if isinstance(value, list):
        for part in value:
            yield from _schemas_in(part)
    elif isinstance(value, dict):
        yield value
        for key, part in value.items():
            if key not in _DATA_KEYWORDS:
                yield from _schemas_in(part)


def _is_remote(reference: str) -> bool:
    return "://" in reference or reference.startswith("//")


def _without_standard(schema):
    """The schema with references to standard schemas taken out: they accept everything."""
    if isinstance(schema, list):
        return [_without_standard(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: part if key in _DATA_KEYWORDS else _without_standard(part)
        for key, part in schema.items()
        if not (key == "$ref" and isinstance(part, str) and part.startswith(STANDARD_SCHEMAS))
    }
