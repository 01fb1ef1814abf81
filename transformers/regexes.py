"""Regular expressions whose running time is bounded.

Python's engine backtracks. A repeat, or alternatives, within a repeat can take for ever, so they
are refused when saved. What is left, k repeats and alternatives, costs at most about length^(k+1)
steps; a text for which that is too much is refused when it comes.
"""

import re
from re import _constants as sre
from re import _parser as sre_parser

from transformers.errors import TransformError

MOST_STEPS = 100_000_000
LONGEST_PATTERN = 1_000
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


class SafeRegex:
    """A compiled expression. Raises TransformError where it is refused."""

    def __init__(self, pattern: str):
        if len(pattern) > LONGEST_PATTERN:
            raise TransformError(f"An expression has at most {LONGEST_PATTERN:,} characters.")
        try:
            tree = sre_parser.parse(pattern)
            self._repeats = _count_repeats(tree)
            self._regex = re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise TransformError(f"“{pattern}” is not a regular expression: {error}.") from None

    def search(self, text: str) -> re.Match | None:
        if len(text) ** (self._repeats + 1) > MOST_STEPS:
            raise TransformError(
                f"A text of {len(text):,} characters is too long for this expression; "
                f"use fewer repeats (* + ?), or cut the text."
            )
        return self._regex.search(text)


def _count_repeats(tree, inside: bool = False) -> int:
    """How many choices (repeats of varying length, alternatives) there are; in a repeat, none."""
    count = 0
    for operation, argument in tree:
        if operation is sre.GROUPREF:
            raise TransformError("References such as \\1 are not supported in expressions.")
        repeat = operation in _REPEATS
        choice = operation is sre.BRANCH or (repeat and argument[0] != argument[1])
        if inside and choice:
            raise TransformError(
                "A repeat or alternatives in a repeat, as in (a+)+ or (a|b)*, are not supported."
            )
        repeated = inside or (repeat and argument[1] > 1)
        count += choice + sum(_count_repeats(part, repeated) for part in _parts(argument))
    return count


def _parts(argument):
    """The sub-expressions in an operation's argument."""
    if isinstance(argument, sre_parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for part in argument:
            yield from _parts(part)
