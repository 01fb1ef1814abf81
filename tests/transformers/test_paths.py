"""Places in data: paths, patterns, reading and writing (reference §6.11–§6.13)."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transformers.test_placeholders import json_values
from transformers import paths, pathtemplates
from transformers.context import Context
from transformers.errors import TransformError

keys = st.text(max_size=5) | st.sampled_from(["0", "1", "7", "01", "a.b", "*", "[x]", '"'])
places = st.lists(keys, min_size=1, max_size=4).map(tuple)


def found(data, pattern):
    return [(match.place, match.captures) for match in paths.find(data, paths.parse(pattern))]


def test_a_dot_path_finds_keys_and_indices():
    data = {"products": [{"sku": "A"}, {"sku": "B"}]}

    assert found(data, "products.1.sku") == [(("products", "1", "sku"), ())]
    assert found(data, "products.2.sku") == []
    assert found(data, "products.-1.sku") == []
    assert found(data, "") == [((), ())]


def test_a_star_finds_every_key_or_index_and_captures_it():
    data = {"values": {"name": [{"v": 1}, {"v": 2}]}}

    assert found(data, "values.*.*.v") == [
        (("values", "name", "0", "v"), ("name", "0")),
        (("values", "name", "1", "v"), ("name", "1")),
    ]


def test_wildcards_within_a_key():
    data = {"price_eur": 1, "price_usd": 2, "cost_eur": 3}

    assert found(data, "price_*") == [(("price_eur",), ("eur",)), (("price_usd",), ("usd",))]
    assert found(data, "price_?sd") == [(("price_usd",), ())]
    assert found(data, "[pc]*_eur") == [(("price_eur",), ("rice",)), (("cost_eur",), ("ost",))]
    assert found(data, "[!p]*_eur") == [(("cost_eur",), ("ost",))]


def test_a_key_with_dots_or_wildcards_is_quoted():
    data = {"a": {"b.c": 1, "*": 2, 'say "x"': 3, "": 4}}

    assert found(data, 'a."b.c"') == [(("a", "b.c"), ())]
    assert found(data, 'a."*"') == [(("a", "*"), ())]
    assert found(data, r'a."say \"x\""') == [(("a", 'say "x"'), ())]
    assert found(data, 'a.""') == [(("a", ""), ())]


@pytest.mark.parametrize("text", ["a..b", ".a", "a.", '"a', '"a"b', ".", "a.[z-a]"])
def test_a_path_that_cannot_be_read_is_refused(text):
    with pytest.raises(paths.PathError):
        paths.parse(text)


def test_writing_creates_what_is_missing():
    assert paths.put({}, ("variants", "0", "sku"), 1) == {"variants": [{"sku": 1}]}
    assert paths.put({}, ("a", "b"), 1) == {"a": {"b": 1}}
    assert paths.put({"a": "text"}, ("a", "b"), 1) == {"a": {"b": 1}}
    assert paths.put({"a": None}, ("a", "b"), 1) == {"a": {"b": 1}}
    assert paths.put({"old": 1}, (), 5) == 5


def test_a_list_grows_at_its_end_and_becomes_a_map_otherwise():
    assert paths.put([1, 2], ("2",), 3) == [1, 2, 3]
    assert paths.put([1, 2], ("5",), 3) == {"0": 1, "1": 2, "5": 3}
    assert paths.put([1, 2], ("name",), 3) == {"0": 1, "1": 2, "name": 3}
    assert paths.put({}, ("a", "1"), 3) == {"a": {"1": 3}}
    assert paths.put({"5": 1}, ("0",), 3) == {"5": 1, "0": 3}


def test_a_list_that_loses_an_item_in_its_middle_keeps_its_numbers_as_a_map():
    assert paths.remove([1, 2, 3], [("1",)]) == {"0": 1, "2": 3}
    assert paths.remove([1, 2, 3], [("1",), ("2",)]) == [1]
    assert paths.remove([1, 2, 3], [("0",), ("1",), ("2",)]) == []
    assert paths.remove({"a": {"b": 1}}, [("a", "b"), ("x", "y")]) == {"a": {}}


def test_a_renamed_key_stays_where_it_stands():
    renamed = paths.rename({"a": 1, "b": 2, "c": 3}, {("b",): "z"})

    assert list(renamed.items()) == [("a", 1), ("z", 2), ("c", 3)]


@given(json_values, places, json_values)
def test_what_is_set_is_there(data, place, value):
    written = paths.put(copy.deepcopy(data), place, value)

    assert paths.get(written, place) == value


@given(json_values, places)
def test_what_is_removed_is_gone(data, place):
    written = paths.put(copy.deepcopy(data), place, 1)

    assert paths.get(paths.remove(written, [place]), place) is paths.MISSING


@given(places)
def test_a_place_written_as_text_is_read_back(place):
    assert paths.parse_place(paths.join(place)) == place
    assert paths.parse(paths.join(place)) == place


@given(json_values)
def test_every_place_a_star_finds_can_be_read(data):
    for match in paths.find(data, paths.parse("*.*")):
        assert paths.get(data, match.place) == match.value


def test_a_placeholder_in_a_path_gives_one_key_whatever_is_in_it():
    path = pathtemplates.compile_path("variants.&{code}.x-&{n}", wildcards=False)

    assert path({"code": "A.1", "n": 5}, Context()) == ("variants", "A.1", "x-5")


def test_a_replacement_takes_captures():
    data = {"values": {"name": {"en": 1}}}
    (match,) = paths.find(data, paths.parse("values.*.*"))

    def place(text):
        return pathtemplates.compile_replacement(text, 2)(data, Context(), match)

    assert place("values.$2.$1") == ("values", "en", "name")
    assert place("copy.$0") == ("copy", "values", "name", "en")
    assert place("v_$1-$2.x") == ("v_name-en", "x")


def test_a_replacement_beyond_the_captures_is_refused():
    with pytest.raises(TransformError, match=r"\$3 has no \*"):
        pathtemplates.compile_replacement("a.$3", 2)
