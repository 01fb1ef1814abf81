"""Two JSON values compared place by place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alumio.jsondiff import MOST_CHANGES, MOST_MATCHED, NOTHING, compare, is_same

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(before, after) -> list[tuple]:
    return [(c.kind, c.path, c.before, c.after) for c in compare(before, after).changes]


def test_each_place_says_what_was_there_and_what_is_there_now():
    before = {"sku": "A", "stock": 1, "lines": [{"price": 1}]}
    after = {"sku": "A", "lines": [{"price": 2}], "name": "Shoes"}

    assert places(before, after) == [
        ("removed", "stock", "1", None),
        ("changed", "lines.0.price", "1", "2"),
        ("added", "name", None, '"Shoes"'),
    ]


def test_an_item_put_in_front_is_one_change():
    before = [{"sku": str(number)} for number in range(5)]

    assert places(before, [{"sku": "new"}, *before]) == [("added", "0", None, '{"sku": "new"}')]
    assert places(before, before[1:]) == [("removed", "0", '{"sku": "0"}', None)]


@pytest.mark.parametrize(("one", "two"), [(1, "1"), (1, True), (0, False), (None, ""), ([], {})])
def test_values_of_other_types_are_other_values(one, two):
    assert places({"a": one}, {"a": two})
    assert not is_same(one, two)


def test_null_is_not_nothing():
    assert places({"a": None}, {}) == [("removed", "a", "null", None)]
    assert [change.as_json() for change in compare({}, {"a": None}).changes] == [
        {"path": "a", "after": None}
    ]


def test_texts_of_several_lines_are_compared_by_lines():
    [change] = compare({"t": "one\ntwo\nthree"}, {"t": "one\n2\nthree"}).changes

    assert ("-", "two") in change.lines
    assert ("+", "2") in change.lines


def test_very_many_differences_end_somewhere():
    found = compare([], list(range(MOST_MATCHED + MOST_CHANGES)))

    assert len(found.changes) == MOST_CHANGES
    assert found.more


@given(values, values)
def test_two_values_differ_exactly_where_they_are_not_the_same(one, two):
    found = compare(one, two)

    assert bool(found) == bool(compare(two, one))
    assert not compare(one, one)
    if not found:
        assert sorted_keys(one) == sorted_keys(two)


objects = st.dictionaries(st.sampled_from("abcd"), scalars, max_size=4)


@given(objects, objects)
def test_with_its_differences_applied_an_object_becomes_the_other(one, two):
    made = dict(one)

    for change in compare(one, two).changes:
        made.pop(change.path, None)
        if change.new is not NOTHING:
            made[change.path] = change.new

    assert sorted_keys(made) == sorted_keys(two)


def sorted_keys(value):
    """The value as text in which the order of keys does not count."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{k}:{sorted_keys(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(sorted_keys, value)) + "]"
    return repr(value)
