"""Operators (reference §9.10)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transformers.running import reduce
from transformers.errors import TransformError


@pytest.mark.parametrize(
    ("operator", "values", "result"),
    [
        ("addition", [10, 15, 2], 27),
        ("subtraction", [10, 2, 4], 4),
        ("multiplication", [3, 4, 10], 120),
        ("division", [120, 10, 4], 3),
        ("mod", [11, 2], 1),
        ("mod", [-11, 2], -1),
        ("pow", [2, 3], 8),
        ("pow", [4, 0.5], 2),
        ("multiplication", [65.5, 1.1], 72.05),
        ("multiplication", [Decimal("19.90"), 100], 1990),
        ("addition", ["0.1", "0.2"], 0.3),
        ("division", [250, 100], 2.5),
        ("division", [10, 3], 10 / 3),
        ("max", [1, "3", 2], "3"),
        ("min", ["b", "a"], "a"),
        ("concat", ["a", 1, None, True], "a1true"),
        ("logical-and", [1, "true", "x"], True),
        ("logical-and", [1, 0], False),
        ("logical-or", ["", None, "0", []], False),
        ("logical-or", [0, "x"], True),
        ("logical-xor", [True, True], False),
        ("bitwise-and", [6, 3], 2),
        ("bitwise-or", [6, "3"], 7),
        ("bitwise-xor", [6, 3], 5),
        ("array-merge", [[1], [2, 3]], [1, 2, 3]),
        ("array-merge", [{"a": 1, "b": 2}, {"b": 3}], {"a": 1, "b": 3}),
        ("array-merge", [{"0": "x", "2": "y"}, ["z"]], ["x", "y", "z"]),
        ("array-merge", [["x"], {"a": 1}], {"0": "x", "a": 1}),
        ("array-merge", [[], {}], []),
        ("array-diff", [[1, 2, 3], [2], [3]], [1]),
        ("array-diff-key", [{"a": 1, "b": 2}, {"b": 0}], {"a": 1}),
        ("array-intersect", [[1, 2, 3], [3, 2]], [2, 3]),
        ("array-intersect-key", [{"a": 1, "b": 2}, {"b": 0}], {"b": 2}),
    ],
)
def test_operators(operator, values, result):
    reduced = reduce(operator, *values)

    assert reduced == result
    assert type(reduced) is type(result)


@pytest.mark.parametrize(
    ("operator", "values", "says"),
    [
        ("addition", [1, None], "null is not a number"),
        ("addition", [1, True], "true is not a number"),
        ("addition", [], "at least one value"),
        ("division", [1, 0], "Division by zero"),
        ("mod", [1, 0], "Division by zero"),
        ("pow", [10, 10**9], "usable number|too large"),
        ("pow", ["9" * 300, "9" * 300], "usable number|too large"),
        ("max", [1, "a"], "cannot be compared"),
        ("bitwise-and", [1.5, 1], "whole numbers"),
        ("array-merge", [[1], 2], "needs lists or maps, not 2"),
    ],
)
def test_what_operators_refuse(operator, values, says):
    with pytest.raises(TransformError, match=says):
        reduce(operator, *values)


@given(st.lists(st.integers(), min_size=1))
def test_whole_numbers_are_added_exactly(numbers):
    assert reduce("addition", *numbers) == sum(numbers)
