"""Conditions: greater and less."""

from transformers.comparing import order
from transformers.kinds import Condition
from transformers.registries import conditions
from transformers.types.conditions.equality import ValueParameters


class Ordered(Condition):
    """Numbers (also in texts) by size, texts by their characters; others never pass."""

    wanted: tuple[int, ...] = ()
    Parameters = ValueParameters

    def setup(self):
        self.value = self.parameters["value"]

    def test(self, value, context):
        return order(value, self.value(value, context)) in self.wanted


@conditions.register
class GreaterThan(Ordered):
    prototype, label, wanted = "greater-than", "Is greater than", (1,)
    help = "Numbers by size; dates written as 2026-01-31 and other texts by their characters."


@conditions.register
class GreaterThanOrEqual(Ordered):
    prototype, label, wanted = "greater-than-or-equal", "Is greater than or equal to", (0, 1)
    help = "Numbers by size; dates written as 2026-01-31 and other texts by their characters."


@conditions.register
class LessThan(Ordered):
    prototype, label, wanted = "less-than", "Is less than", (-1,)
    help = "Numbers by size; dates written as 2026-01-31 and other texts by their characters."


@conditions.register
class LessThanOrEqual(Ordered):
    prototype, label, wanted = "less-than-or-equal", "Is less than or equal to", (-1, 0)
    help = "Numbers by size; dates written as 2026-01-31 and other texts by their characters."
