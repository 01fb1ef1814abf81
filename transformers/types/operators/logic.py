"""Operators: texts, truth and bits."""

from functools import reduce

from transformers.comparing import is_nothing, truth
from transformers.errors import TransformError
from transformers.kinds import Operator
from transformers.numbers import describe, exact
from transformers.placeholders import render
from transformers.registries import operators


@operators.register
class Concat(Operator):
    prototype, label = "concat", "Join as text"
    help = "“a” and 1 give “a1”."

    def reduce(self, values):
        return "".join(map(render, values))


def is_true(value) -> bool:
    """Whether a value counts as true: neither false, 0, “0”, “false” nor nothing."""
    said = truth(value)
    return not is_nothing(value) if said is None else said


@operators.register
class LogicalAnd(Operator):
    prototype, label = "logical-and", "And"
    help = "True if all values are true."

    def reduce(self, values):
        return all(map(is_true, values))


@operators.register
class LogicalOr(Operator):
    prototype, label = "logical-or", "Or"
    help = "True if one of the values is true."

    def reduce(self, values):
        return any(map(is_true, values))


@operators.register
class LogicalXor(Operator):
    prototype, label = "logical-xor", "Either or"
    help = "True if an odd number of the values is true."

    def reduce(self, values):
        return sum(map(is_true, values)) % 2 == 1


class Bitwise(Operator):
    """Works on the bits of whole numbers."""

    def reduce(self, values):
        if not values:
            raise TransformError(f"“{self.label}” needs at least one value.")
        return reduce(self.step, map(self._whole, values))

    def _whole(self, value) -> int:
        number = exact(value)
        if number != int(number):
            raise TransformError(f"“{self.label}” needs whole numbers, not {describe(value)}.")
        return int(number)


@operators.register
class BitwiseAnd(Bitwise):
    prototype, label = "bitwise-and", "Bitwise and"
    help = "6 and 3 give 2."
    step = staticmethod(lambda left, right: left & right)


@operators.register
class BitwiseOr(Bitwise):
    prototype, label = "bitwise-or", "Bitwise or"
    help = "6 and 3 give 7."
    step = staticmethod(lambda left, right: left | right)


@operators.register
class BitwiseXor(Bitwise):
    prototype, label = "bitwise-xor", "Bitwise either or"
    help = "6 and 3 give 5."
    step = staticmethod(lambda left, right: left ^ right)
