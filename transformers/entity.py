"""The record that travels."""

from dataclasses import dataclass
from typing import Any

JSON = Any
"""None, bool, int, float, Decimal, str, list or dict of these."""


@dataclass(slots=True)
class Entity:
    """One record: its data and the name of its entity schema, if it has one.

    The identifier is worked out at the gate, from the data and the schema, when it becomes a task.
    """

    data: JSON
    schema: str | None = None
