"""Operators: arithmetic on exact decimals. 65.5 × 1.1 is 72.05."""

from decimal import Context as Arithmetic
from decimal import Decimal, DecimalException
from functools import reduce

from transformers.comparing import order
from transformers.errors import TransformError
from transformers.kinds import Operator
from transformers.numbers import describe, exact, plain
from transformers.registries import operators

_arithmetic = Arithmetic(prec=40)
_MOST_BITS = 4096


class Arithmetical(Operator):
    """Reduces numbers (also in texts) from the left; at least one is needed."""

    def reduce(self, values):
        if not values:
            raise TransformError(f"“{self.label}” needs at least one value.")
        try:
            return plain(reduce(self.step, map(exact, values)))
        except (DecimalException, OverflowError):
            raise TransformError(f"“{self.label}” gives no usable number here.") from None

    @staticmethod
    def step(left, right):
        raise NotImplementedError


@operators.register
class Addition(Arithmetical):
    prototype, label = "addition", "Addition"
    help = "10, 15 and 2 give 27."

    @staticmethod
    def step(left, right):
        if type(left) is int and type(right) is int:
            return left + right
        return _arithmetic.add(Decimal(left), Decimal(right))


@operators.register
class Subtraction(Arithmetical):
    prototype, label = "subtraction", "Subtraction"
    help = "10, 2 and 4 give 4."

    @staticmethod
    def step(left, right):
        if type(left) is int and type(right) is int:
            return left - right
        return _arithmetic.subtract(Decimal(left), Decimal(right))


@operators.register
class Multiplication(Arithmetical):
    prototype, label = "multiplication", "Multiplication"
    help = "3, 4 and 10 give 120."

    @staticmethod
    def step(left, right):
        if type(left) is int and type(right) is int:
            return left * right
        return _arithmetic.multiply(Decimal(left), Decimal(right))


@operators.register
class Division(Arithmetical):
    prototype, label = "division", "Division"
    help = "120, 10 and 4 give 3. Division by zero fails."

    @staticmethod
    def step(left, right):
        if right == 0:
            raise TransformError("Division by zero.")
        quotient = _arithmetic.divide(Decimal(left), Decimal(right))
        return quotient if len(quotient.as_tuple().digits) < 30 else Decimal(repr(float(quotient)))


@operators.register
class Mod(Arithmetical):
    prototype, label = "mod", "Remainder"
    help = "11 and 2 give 1. The sign is that of the first number."

    @staticmethod
    def step(left, right):
        if right == 0:
            raise TransformError("Division by zero.")
        return _arithmetic.remainder(Decimal(left), Decimal(right))


@operators.register
class Pow(Arithmetical):
    prototype, label = "pow", "Power"
    help = "2 and 3 give 8."

    @staticmethod
    def step(left, right):
        whole = type(left) is int and type(right) is int and right >= 0
        if whole and left.bit_length() * right <= _MOST_BITS:
            return left**right
        return _arithmetic.power(Decimal(left), Decimal(right))


class Extreme(Operator):
    """The largest or smallest value: numbers by size, texts by their characters."""

    wanted = 1

    def reduce(self, values):
        if not values:
            raise TransformError(f"“{self.label}” needs at least one value.")
        return reduce(self._choose, values)

    def _choose(self, one, other):
        sign = order(other, one)
        if sign is None:
            raise TransformError(f"{describe(one)} and {describe(other)} cannot be compared.")
        return other if sign == self.wanted else one


@operators.register
class Max(Extreme):
    prototype, label = "max", "Maximum"
    help = "The largest of the values."


@operators.register
class Min(Extreme):
    prototype, label, wanted = "min", "Minimum", -1
    help = "The smallest of the values."
