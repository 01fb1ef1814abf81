"""Filters (reference §8b) and accessors (§8d, acceptance tests A3 and A7)."""

import pytest
from django.core.exceptions import ValidationError

from tests.transformers.running import exists, key, made, passes, pattern, step, structure, values
from transformers import registries
from transformers.context import Context


def equals(value):
    return step("equals", value=value)


def items(spec, data):
    return [value for _, value in made(registries.accessors, spec).items(data, Context())]


def entries(spec, data):
    return dict(made(registries.accessors, spec).entries(data, Context()))


def test_all_accessed_values_must_meet_all_conditions():
    paid = values(pattern("orders.*.state"), equals("paid"))

    assert passes({"orders": [{"state": "paid"}, {"state": "paid"}]}, paid)
    assert not passes({"orders": [{"state": "paid"}, {"state": "new"}]}, paid)
    both = values(pattern("n"), step("greater-than", value=1), step("less-than", value=5))
    assert passes({"n": 3}, both)
    assert not passes({"n": 7}, both)


def test_a_missing_value_counts_as_null():
    assert passes({}, values(pattern("a.b"), equals(None)))
    assert not passes({}, values(pattern("a.b"), step("not-empty")))
    assert not passes({"a": 1}, values(key("a", "b"), step("not-equals", value=None)))


def test_the_first_version_of_the_value_condition_is_understood():
    old = values(pattern("a"), equals(1)) | {"prototype": "value-condition"}

    assert passes({"a": 1}, old)


def test_keys_exist_even_when_null():
    absent = step("key-condition", filter=step("key-not-exists-condition", path="a.b"))

    assert passes({"a": {"b": None}}, exists("a.b"))
    assert not passes({"a": {}}, exists("a.b"))
    assert passes({"a": {}}, absent)
    assert not passes({"a": {"b": None}}, absent)
    assert passes({"x": [{"y": 1}]}, exists("x.*.y"))


def test_filters_are_joined():
    a, b = exists("a"), exists("b")

    assert passes({"a": 1, "b": 1}, step("and-condition", filters=[a, b]))
    assert not passes({"a": 1}, step("and-condition", filters=[a, b]))
    assert passes({"a": 1}, step("or-condition", filters=[a, b]))
    assert not passes({}, step("or-condition", filters=[a, b]))
    assert passes({}, step("or-condition", filters=[]))


def test_two_shapes_give_the_same_map():
    as_map = {"attributes": {"color": "red", "fuse-length": "12cm"}}
    as_list = {
        "attributes": [
            {"name": "color", "value": "red"},
            {"name": "fuse-length", "value": "12cm"},
        ]
    }

    from_map = entries(key(root="attributes"), as_map)

    assert from_map == {"color": "red", "fuse-length": "12cm"}
    assert entries(structure("name", "value", root="attributes"), as_list) == from_map


def test_a_pattern_gives_all_matches():
    data = {"media_gallery_entries": [{"file": "foo.jpg"}, {"file": "bar.png"}]}

    assert items(pattern("media_gallery_entries.*.file"), data) == ["foo.jpg", "bar.png"]
    assert items(pattern(), data) == [data]


def test_keys_give_chosen_or_all_values():
    data = {"a": 1, "b": [5, 6]}

    assert items(key(), data) == [1, [5, 6]]
    assert items(key("b", "x"), data) == [[5, 6]]
    assert items(key(root="b"), data) == [5, 6]
    assert items(key("1", root="b"), data) == [6]
    assert items(key(root="a"), data) == []


def test_records_without_a_key_are_left_out_of_a_structure():
    data = [{"k": "a", "v": 1}, {"v": 2}, "text", {"k": 7}]

    assert entries(structure("k", "v"), data) == {"a": 1, "7": None}
    assert items(structure("k", "v"), data) == [1]


def test_a_structure_is_mapped_as_a_map():
    accessor = made(registries.accessors, structure("k", "v", root="list"))
    data = {"list": [{"k": "a", "v": 1}]}

    assert accessor.collection(data, Context()) == {"a": 1}
    assert accessor.put_collection(data, {"a": 5, "b": 6}, Context()) == {
        "list": [{"v": 5, "k": "a"}, {"v": 6, "k": "b"}]
    }


def test_entries_are_written_where_a_pattern_has_its_star():
    accessor = made(registries.accessors, pattern("labels.*.text"))

    assert accessor.put_entries({}, [("en", "Yes")], Context()) == {
        "labels": {"en": {"text": "Yes"}}
    }


def test_a_list_of_matches_is_mapped_by_place():
    accessor = made(registries.accessors, pattern("*.n"))
    data = {"a": {"n": 1}, "b": {"n": 2}}

    assert accessor.collection(data, Context()) == [1, 2]
    assert accessor.put_collection(data, [7], Context()) == {"a": {"n": 7}, "b": {}}


def test_some_keys_are_mapped_as_a_map():
    accessor = made(registries.accessors, key("a", "b"))

    assert accessor.put_collection({"a": 1, "b": 2, "c": 3}, {"x": 1}, Context()) == {
        "c": 3,
        "x": 1,
    }


def test_a_wrong_path_is_refused_when_saved():
    with pytest.raises(ValidationError, match="empty key"):
        registries.filters.clean(exists("a..b"))
    with pytest.raises(ValidationError, match="never closed"):
        registries.accessors.clean(pattern('"a'))
