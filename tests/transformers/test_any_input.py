"""Whatever comes in: a clear answer or a clear refusal, never an error nobody foresaw."""

from contextlib import suppress

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transformers.running import made, step
from tests.transformers.test_placeholders import json_values
from transformers import paths, placeholders, registries
from transformers.context import Context
from transformers.dates import parse_format
from transformers.errors import TransformError
from transformers.expressions import compile_expression
from transformers.paths import MISSING
from transformers.relative_dates import parse_date

SETTINGS = {
    "string-replace": {"search": "a"},
    "list-fill": {"length": "&{@}"},
    "format-date": {"toFormat": "c"},
    "operator": {"operator": "addition"},
    "prepared-operator": {"operator": "multiplication", "right": [2]},
    "dictionary-map": {"map": [[1, 2]], "comparator": "greater-than"},
    "regex": {"pattern": "^a+"},
    "starts-with": {"value": "x"},
    "ends-with": {"value": "&{@}"},
}

crooked = st.text(alphabet="ab.*?[]\"'`{}&$@|\\ 01-/:")
words = st.sampled_from(
    [
        *("now", "today", "monday", "next", "last", "+1", "-3", "day", "weeks", "month", "ago"),
        *("first", "of", "2026-01-31", "12:00", "T", "Z", "noon", "99999"),
    ]
)


def all_of(registry):
    """The components of this floor, each with some settings, as parameters of a test."""
    ours = [c for c in registry if c.__module__.startswith("transformers.types.")]
    specs = [step(c.prototype, **SETTINGS.get(c.prototype, {})) for c in ours]
    return [pytest.param(made(registry, spec), id=spec["prototype"]) for spec in specs]


@pytest.mark.parametrize("mapper", all_of(registries.mappers))
@given(value=json_values)
def test_a_mapper_maps_or_refuses_any_value(mapper, value):
    with suppress(TransformError):
        mapper.map(value, Context())


@pytest.mark.parametrize("condition", all_of(registries.conditions))
@given(value=json_values)
def test_a_condition_answers_for_any_value(condition, value):
    with suppress(TransformError):
        assert condition.test(value, Context()) in (True, False)


@pytest.mark.parametrize("operator", all_of(registries.operators))
@given(values=st.lists(json_values, max_size=3))
def test_an_operator_reduces_or_refuses_any_values(operator, values):
    with suppress(TransformError):
        operator.reduce(values)


@given(crooked)
def test_any_text_is_a_template_or_refused(text):
    with suppress(TransformError):
        placeholders.compile(text)({"a": 1, "b": {"a": []}}, Context())


@given(crooked)
def test_any_text_is_a_path_or_refused(text):
    for read in (paths.parse, paths.parse_place):
        with suppress(paths.PathError):
            paths.find({"a": {"b": [1]}, "0": [[2]]}, read(text))
    assert paths.place_of(text)


@given(st.lists(words, max_size=5).map(" ".join) | crooked)
def test_any_text_is_a_date_or_refused(text):
    now = Context().now()

    with suppress(TransformError):
        parse_date(text, now.tzinfo, now)
    with suppress(TransformError):
        parse_format(text, "Y-m-d", now.tzinfo)


paths_of_expressions = st.lists(st.sampled_from(["a", "b", '"a b"']), min_size=1, max_size=3).map(
    ".".join
)
expressions = st.lists(
    paths_of_expressions | st.sampled_from(["a[0]", "b[-1].a", "`[]`", "`0`", "''", "@", "[0]"]),
    min_size=1,
    max_size=3,
).map(" || ".join)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(""),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "a b"]), inner)
    ),
    max_leaves=8,
)


@given(expressions, trees)
def test_compiled_expressions_agree_with_jmespath(text, data):
    found = compile_expression(text)(data)

    assert (None if found is MISSING else found) == jmespath.search(text, data)
