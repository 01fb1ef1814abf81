"""Mappers: casts. Null stays null; what cannot be cast fails the task, it never becomes 0."""

from transformers.errors import TransformError
from transformers.kinds import Mapper
from transformers.numbers import describe, exact, is_numeric
from transformers.placeholders import render
from transformers.registries import mappers


def number_of(value, label: str):
    """The exact number of a numeric value or boolean. Raises TransformError."""
    if isinstance(value, bool):
        return int(value)
    if not is_numeric(value):
        raise TransformError(
            f"“{label}” needs a number, not {describe(value)}. "
            "Where that may come, map conditionally: “Is numeric”, then the cast."
        )
    return exact(value)


@mappers.register
class CastInt(Mapper):
    prototype, label = "cast-int", "To a whole number"
    help = "“10” and “10.9” become 10: decimals are cut off. Null stays null."

    def map(self, value, context):
        return None if value is None else int(number_of(value, self.label))


@mappers.register
class CastFloat(Mapper):
    prototype, label = "cast-float", "To a decimal number"
    help = "“10.50” becomes 10.5. Null stays null."

    def map(self, value, context):
        if value is None:
            return None
        number = float(number_of(value, self.label))
        if number in (float("inf"), float("-inf")):
            raise TransformError(f"{describe(value)} is too large a number.")
        return number


@mappers.register
class CastString(Mapper):
    prototype, label = "cast-string", "To a text"
    help = "10 becomes “10”, true “true”; lists and maps become JSON. Null stays null."

    def map(self, value, context):
        return None if value is None else render(value)
