"""Entity schemas: a JSON Schema checked when saved, compiled once, applied at the gate; and the
identifier of an entity.

A `$ref` to another address is never fetched, neither when saved nor at run time. Alumio's published
schemas consist of one such reference; what it would have checked is not checked.
"""

import hashlib
from typing import Any

import jsonschema
import jsonschema_rs

from alumio import jsontext
from alumio.located import Located
from transformers import paths

SHORT = 64
"""Characters of compact JSON up to which an entity without a schema identifies itself."""
SHOWN = 5
"""Faults named at once."""


class Validator:
    """A compiled JSON Schema."""

    def __init__(self, schema: dict):
        self._validator = jsonschema_rs.validator_for(
            {} if is_remote(schema) else schema, retriever=_refuse
        )

    def errors(self, data) -> list[str]:
        """What is wrong with the data, each with its place; nothing: it is valid."""
        if self._validator.is_valid(data):
            return []
        found = []
        for error in self._validator.iter_errors(data):
            place = ".".join(str(part) for part in error.instance_path)
            found.append(f"{place}: {error.message}" if place else error.message)
            if len(found) == SHOWN:
                break
        return found


def compile(schema: dict) -> Validator:
    return Validator(schema)


def is_remote(schema: dict) -> bool:
    return str(schema.get("$ref", "")).startswith(("http://", "https://"))


def check(schema: dict) -> None:
    """Raises Located if this is no JSON Schema, or one that refers to another address."""
    try:
        jsonschema.validators.validator_for(schema).check_schema(schema)
    except jsonschema.SchemaError as error:
        place = ".".join(str(part) for part in error.absolute_path)
        raise Located(f"{place or 'The schema'}: {error.message}") from error
    if is_remote(schema):
        return
    try:
        Validator(schema)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise Located(f"The schema cannot be used: {str(error).splitlines()[0]}") from error


def identifier(data: Any, identifier_paths: list[str]) -> str:
    """The entity's identifier: the values at the paths, joined with "-" (Alumio §11.4).

    Without paths it is the data itself when short, else its SHA-256 (§11.5). Raises ValueError
    where a path has no single value.
    """
    if not identifier_paths:
        text = jsontext.dumps(data)
        return text if len(text) <= SHORT else hashlib.sha256(text.encode()).hexdigest()
    return "-".join(_value_at(data, path) for path in identifier_paths)


def _value_at(data: Any, path: str) -> str:
    value = paths.get(data, paths.parse_place(path), None)
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, dict | list):
        raise ValueError(f"The identifier path “{path}” leads to no single value.")
    return jsontext.dumps(value)


def _refuse(address: str):
    raise ValueError(f"{address} is another address; put the schema itself here")
