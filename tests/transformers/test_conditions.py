"""Conditions on one value (reference §8c)."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given

from tests.transformers.running import holds, step
from tests.transformers.test_placeholders import json_values
from transformers import registries
from transformers.comparing import same, same_adaptive
from transformers.errors import StepError, TransformError
from transformers.regexes import SafeRegex


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (Decimal("1.10"), 1.1, True),
        (Decimal("1.10"), Decimal("1.1"), True),
        (1, "1", False),
        (1, True, False),
        (0, False, False),
        (None, "", False),
        ([], {}, True),
        ([1, {"a": 1}], [1.0, {"a": 1}], True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([0], {"0": 0}, False),
        ("a", "A", False),
    ],
)
def test_equals_is_strict(one, other, equal):
    assert holds(one, step("equals", value=other)) is equal
    assert holds(one, step("not-equals", value=other)) is not equal


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("1", 1, True),
        ("1.10", 1.1, True),
        ("true", True, True),
        (1, True, True),
        ("yes", True, False),
        (None, "", True),
        (None, [], True),
        (None, 0, False),
        ("", False, False),
        (["1"], [1], True),
        ("a", "b", False),
    ],
)
def test_adaptive_equality_is_loose(one, other, equal):
    assert holds(one, step("equals-adaptive", value=other)) is equal
    assert holds(one, step("not-equals-adaptive", value=other)) is not equal


@given(json_values)
def test_every_value_equals_itself(value):
    assert same(value, value)
    assert same_adaptive(value, value)


def test_one_of_looks_a_value_up():
    locales = step("one-of", value=["en_US", "de_DE", None])

    assert holds("en_US", locales)
    assert holds(None, locales)
    assert not holds("nl_NL", locales)
    assert holds("nl_NL", step("not-one-of", value=["en_US"]))
    assert not holds(1, step("one-of", value=["1", True]))


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_empty_values(value):
    assert holds(value, step("empty"))
    assert not holds(value, step("not-empty"))


@pytest.mark.parametrize("value", [0, False, "0", " ", [None]])
def test_values_that_are_not_empty(value):
    assert holds(value, step("not-empty"))
    assert not holds(value, step("empty"))


@pytest.mark.parametrize(
    ("prototype", "yes", "no"),
    [
        ("type-array", [[], {}], ["", None]),
        ("type-object", [{}], [[], "x"]),
        ("type-string", ["", "1"], [1, None]),
        ("type-boolean", [True, False], [0, "true"]),
        (
            "type-numeric",
            [1, 1.5, Decimal("1.10"), "10.5", "-1e3", " 7 "],
            [True, "x", "", "1,5", None],
        ),
    ],
)
def test_types(prototype, yes, no):
    assert all(holds(value, step(prototype)) for value in yes)
    assert not any(holds(value, step(prototype)) for value in no)


def test_a_strict_list_is_no_map():
    assert holds([], step("type-array", strict=True))
    assert not holds({}, step("type-array", strict=True))


def test_conditions_are_joined():
    big = step("greater-than", value=10)
    even = step("one-of", value=[2, 12])

    assert holds(12, step("logic-and", conditions=[big, even]))
    assert not holds(2, step("logic-and", conditions=[big, even]))
    assert holds(2, step("logic-or", conditions=[big, even]))
    assert not holds(3, step("logic-or", conditions=[big, even]))
    assert holds(3, step("logic-or", conditions=[]))


@pytest.mark.parametrize(
    ("value", "prototype", "other", "holds_so"),
    [
        (10, "greater-than", 9, True),
        ("10", "greater-than", "9", True),
        (Decimal("1.10"), "greater-than-or-equal", 1.1, True),
        ("2026-01-31", "less-than", "2026-02-01", True),
        (1, "less-than-or-equal", 1, True),
        (None, "less-than", 1, False),
        ("abc", "greater-than", 1, False),
        (True, "greater-than", 0, False),
    ],
)
def test_order(value, prototype, other, holds_so):
    assert holds(value, step(prototype, value=other)) is holds_so


def test_texts_and_lists_contain():
    assert holds("a sample text", step("contains", value="sample"))
    assert holds([1, "x"], step("contains", value="x"))
    assert not holds([1], step("contains", value="1"))
    assert holds({"k": 1}, step("contains", value="k"))
    assert not holds(None, step("contains", value=""))
    assert holds("SKU-1", step("starts-with", value="SKU"))
    assert holds("SKU-1", step("ends-with", value="-1"))
    assert not holds(None, step("starts-with", value="x"))


def test_expressions():
    assert holds("NL-123", step("regex", pattern="^[A-Z]{2}-[0-9]+$"))
    assert not holds("nl-123", step("regex", pattern="^[A-Z]{2}-[0-9]+$"))
    assert holds(123, step("regex", pattern="^1"))
    assert not holds(None, step("regex", pattern=""" """))


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(a*)*", r"(a)\1", "(", "a" * 2000, "((ab?)c){2,}"]
)
def test_an_expression_that_could_take_for_ever_is_refused_when_saved(pattern):
    with pytest.raises(ValidationError):
        registries.conditions.clean(step("regex", pattern=pattern))


def test_a_text_that_is_too_long_for_an_expression_is_refused():
    with pytest.raises(StepError, match="too long for this expression"):
        holds("a" * 5000, step("regex", pattern="a.*a.*a"))


def test_harmless_expressions_are_kept():
    for pattern in ("^a+$", "(foo|bar)-x?", "[a-z]+@[a-z]+", "(?i)abc", "(ab){3}", r"\d{4}-\d\d"):
        assert SafeRegex(pattern)


def test_a_condition_may_hold_placeholders_of_the_tested_value():
    assert holds({"a": 1, "b": 1}, step("equals", value={"a": 1, "b": "&{a}"}))


def test_the_safe_expression_says_what_is_wrong():
    with pytest.raises(TransformError, match="in a repeat"):
        SafeRegex("(a+)+")
