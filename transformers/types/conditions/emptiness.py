"""Conditions: empty or not."""

from transformers.comparing import is_nothing
from transformers.kinds import Condition
from transformers.registries import conditions


@conditions.register
class Empty(Condition):
    prototype, label = "empty", "Is empty"
    help = "Null, missing, an empty text, list or map. 0 and false are not empty."

    def test(self, value, context):
        return is_nothing(value)


@conditions.register
class NotEmpty(Condition):
    prototype, label = "not-empty", "Is not empty"
    help = "Anything but null, missing, an empty text, list or map."

    def test(self, value, context):
        return not is_nothing(value)
