"""Mappers (reference §9 and acceptance tests A4–A6, A9)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from tests.transformers.running import key, made, map_value, pattern, step, transform
from transformers import registries
from transformers.context import Context
from transformers.errors import StepError


def fails(value, spec, says):
    with pytest.raises(StepError, match=says):
        map_value(value, spec)


# -- texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "value", "mapped"),
    [
        (step("string-upper"), "tnt", "TNT"),
        (step("string-lower"), "TNT", "tnt"),
        (step("string-upper-first"), "abc DEF", "Abc DEF"),
        (step("string-upper-first"), "", ""),
        (step("string-prepend", prepend="EXPLOSIVE-"), "TNT", "EXPLOSIVE-TNT"),
        (step("string-append", append="-1"), 5, "5-1"),
        (step("string-append", append=" (&{@})"), "a", "a (a)"),
        (step("string-replace", search="pim_catalog_"), "pim_catalog_text", "text"),
        (step("string-replace", search="system", replace="system."), "my system", "my system."),
        (step("string-replace", search="a.c", replace="$0"), "abc a.c", "abc $0"),
        (
            step("string-cut", start=0, length=19),
            "2026-01-31 10:00:00+00:00",
            "2026-01-31 10:00:00",
        ),
        (step("string-cut", start=-3), "abcdef", "def"),
        (step("string-cut", start=1, length=-2), "abcdef", "bcd"),
        (step("string-cut", start=-10, length=2), "abc", "ab"),
        (step("string-hash", algo="md5"), "a", "0cc175b9c0f1b6a831c399e269772661"),
        (step("string-hash", algo="crc32b"), "a", "e8b7be43"),
        (step("string-hash", algo="sha256"), {"a": 1}, None),
        (step("string-slugify"), "Größe & Maß: Ølæ!", "groesse-mass-olae"),
    ],
)
def test_texts_are_mapped(spec, value, mapped):
    result = map_value(value, spec)

    assert result == mapped or (mapped is None and len(result) == 64)


def test_text_mappers_leave_null_and_refuse_lists():
    assert map_value(None, step("string-upper"), step("string-append", append="x")) is None
    fails(["a"], step("string-upper"), "“Capitals” needs a text, not a list")


def test_mappers_run_in_order():
    prepend = step("string-prepend", prepend="explosive-")

    assert map_value("tnt", prepend, step("string-upper")) == "EXPLOSIVE-TNT"


# -- casts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prototype", "value", "mapped"),
    [
        ("cast-int", "10", 10),
        ("cast-int", "10.9", 10),
        ("cast-int", -10.9, -10),
        ("cast-int", Decimal("12345678901234567890.5"), 12345678901234567890),
        ("cast-int", True, 1),
        ("cast-int", None, None),
        ("cast-float", "10.50", 10.5),
        ("cast-float", Decimal("1.10"), 1.1),
        ("cast-float", None, None),
        ("cast-string", 10, "10"),
        ("cast-string", Decimal("1.10"), "1.10"),
        ("cast-string", True, "true"),
        ("cast-string", {"a": [1]}, '{"a":[1]}'),
        ("cast-string", None, None),
    ],
)
def test_values_are_cast(prototype, value, mapped):
    result = map_value(value, step(prototype))

    assert result == mapped
    assert type(result) is type(mapped)


@pytest.mark.parametrize("value", ["foo", "", [], {}, "1e999999999"])
def test_what_is_no_number_is_not_cast_to_zero(value):
    fails(value, step("cast-int"), "number")
    fails(value, step("cast-float"), "number")


def test_numbers_are_cast_and_other_texts_left():
    guarded = step("conditional", conditions=[step("type-numeric")], mappers=[step("cast-int")])

    assert [map_value(value, guarded) for value in ("10", "10.5", "foo")] == [10, 10, "foo"]


def test_a_mapper_chain_and_the_else_of_a_conditional():
    chain = step("chain", mappers=[step("string-upper"), step("string-append", append="!")])
    choice = step(
        "conditional",
        conditions=[step("equals", value="a")],
        mappers=[chain],
        elseMappers=[step("string-prepend", prepend="not ")],
    )

    assert map_value("a", choice) == "A!"
    assert map_value("b", choice) == "not b"


# -- dictionaries -------------------------------------------------------------------------------


def test_a_dictionary_maps_what_it_knows():
    types = step("dictionary-map", map=[["pim_catalog_boolean", "select"], ["x", None]])

    assert map_value("pim_catalog_boolean", types) == "select"
    assert map_value("x", types) is None
    assert map_value("other", types) == "other"
    assert map_value(["x"], types) == ["x"]


def test_a_dictionary_compares_strictly_unless_told_otherwise():
    switch = [[True, "ACTIVE"], [False, "DRAFT"]]

    assert map_value(True, step("dictionary-map", map=switch)) == "ACTIVE"
    assert map_value(1, step("dictionary-map", map=switch)) == 1
    assert (
        map_value(1, step("dictionary-map", map=switch, comparator="equals-adaptive")) == "ACTIVE"
    )


def test_the_first_hit_of_a_range_counts():
    sizes = step(
        "dictionary-map",
        comparator="less-than",
        map=[[10, "small"], [100, "medium"], [1000, "&{@} is large"]],
    )

    assert [map_value(n, sizes) for n in (5, 10, 500, 5000)] == [
        "small",
        "medium",
        "500 is large",
        5000,
    ]


def test_a_dictionary_may_be_an_object_and_must_be_pairs():
    assert map_value("a", step("dictionary-map", map={"a": 1})) == 1
    with pytest.raises(ValidationError, match=r"Pair 1 is not \[from, to\]"):
        registries.mappers.clean(step("dictionary-map", map=[["a"]]))


# -- lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "value", "mapped"),
    [
        (step("list-values"), {"0": "a", "2": "b"}, ["a", "b"]),
        (step("list-values"), ["a"], ["a"]),
        (step("list-keys"), {"x": 1, "y": 2}, ["x", "y"]),
        (step("list-keys"), ["a", "b"], [0, 1]),
        (step("list-count"), {"x": 1}, 1),
        (step("list-count"), None, 0),
        (step("list-reverse"), [1, 2], [2, 1]),
        (step("list-implode", glue=", "), ["a", 1, None], "a, 1, "),
        (step("list-implode"), {"x": "a", "y": "b"}, "ab"),
        (step("list-concat", glue=" / "), ["S", "red"], "S / red"),
        (step("list-fill", start=0, length="&{@}"), 3, [3, 3, 3]),
        (step("list-fill", start=0, length=0), "a", []),
        (step("list-fill", start=2, length=1), "a", {"2": "a"}),
        (step("list-extend-with", array={"a": 1, "b": 2}), {"a": 0}, {"a": 0, "b": 2}),
        (
            step("list-extend-with", array={"sku": "&{code || ``}"}),
            {"code": 5},
            {"code": 5, "sku": 5},
        ),
        (step("list-extend-with", array=[]), {"a": 0}, {"a": 0}),
        (step("list-intersect-keys", array={"a": True}), {"a": 1, "b": 2}, {"a": 1}),
        (step("list-values"), None, None),
        (step("serialize-json"), {"a": [1, Decimal("1.10")]}, '{"a":[1,1.10]}'),
        (step("serialize-json"), None, "null"),
    ],
)
def test_lists_are_mapped(spec, value, mapped):
    assert map_value(value, spec) == mapped


def test_list_mappers_refuse_texts_and_endless_lists():
    fails("a", step("list-values"), "needs a list or map, not “a”")
    fails("a", step("list-fill", length="1000000000"), "from 0 to 100,000")


# -- numbers and operators ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "value", "mapped"),
    [
        ({"decimals": 2, "decimalPoint": ",", "thousands": "."}, 1234.5, "1.234,50"),
        ({"decimals": 0, "decimalPoint": ","}, "1999", "1999"),
        ({"decimals": 1}, "0.25", "0.3"),
        ({"decimals": 2}, -0.001, "0.00"),
        ({"decimals": 2}, 10**30, "1" + "0" * 30 + ".00"),
        ({}, None, None),
    ],
)
def test_numbers_are_formatted(parameters, value, mapped):
    assert map_value(value, step("format-number", **parameters)) == mapped


def test_operators_reduce_lists_exactly():
    assert map_value([10, 15, 2], step("operator", operator="addition")) == 27
    assert map_value([65.5, "1.1"], step("operator", operator="multiplication")) == 72.05
    assert map_value({"a": 1, "b": 2}, step("operator", operator="addition")) == 3
    fails(5, step("operator", operator="addition"), "needs a list, not 5")
    fails([1, "x"], step("operator", operator="addition"), "“x” is not a number")


def test_an_unknown_operator_is_refused_when_saved():
    with pytest.raises(ValidationError):
        registries.mappers.clean(step("operator", operator="magic"))


def test_a_prepared_operator_works_with_fixed_values():
    add_two = step("prepared-operator", left=None, right=[2], operator="addition")
    from_hundred = step("prepared-operator", left=100, operator="subtraction")

    assert map_value("0", add_two) == 2
    assert map_value(30, from_hundred) == 70


# -- dates --------------------------------------------------------------------------------------


def at(moment="2026-11-18T10:30:15+00:00"):
    return Context(now=lambda: datetime.fromisoformat(moment))


@pytest.mark.parametrize(
    ("parameters", "value", "mapped"),
    [
        ({"toFormat": "Y-m-d H:i:s"}, "-1 day", "2026-11-17 10:30:15"),
        ({"toFormat": "Y-m-d H:i:s"}, "", "2026-11-18 10:30:15"),
        ({"toFormat": "d.m.y"}, "2026-01-05T23:30:00Z", "05.01.26"),
        ({"toFormat": "d", "outputTimezone": "Europe/Amsterdam"}, "2026-01-05T23:30:00Z", "06"),
        ({"toFormat": "c", "inputTimezone": "Europe/Amsterdam"}, "2026-07-01 10:00", None),
        ({"toFormat": "Y-m-d", "fromFormat": "d/m/Y"}, "31/01/2026", "2026-01-31"),
        ({"toFormat": "U"}, "2026-01-01T00:00:00+01:00", "1767222000"),
    ],
)
def test_dates_are_formatted(parameters, value, mapped):
    result = map_value(value, step("format-date", **parameters), context=at())

    assert result == (mapped or "2026-07-01T10:00:00+02:00")


def test_what_is_no_date_is_refused():
    fails("soonish", step("format-date", toFormat="Y"), "“soonish” is not understood as a date")
    fails([1], step("format-date", toFormat="Y"), "a list is not a date")
    with pytest.raises(ValidationError, match="no time zone “Mars/Base”"):
        registries.mappers.clean(step("format-date", toFormat="Y", inputTimezone="Mars/Base"))


def test_the_clock_of_the_context_is_used():
    assert map_value(None, step("format-date", toFormat="e"), context=Context()) == "UTC"
    assert at().now() == datetime(2026, 11, 18, 10, 30, 15, tzinfo=UTC)


# -- where they are used ------------------------------------------------------------------------


def test_values_are_mapped_where_they_are():
    upper = step("string-upper")

    assert transform(
        {"sku": "tnt"}, step("value-mapper", accessor=pattern("sku"), mappers=[upper])
    ) == {"sku": "TNT"}
    assert transform(
        {"lines": [{"c": "a"}, {"x": 1}, {"c": "b"}]},
        step("value-mapper", accessor=pattern("lines.*.c"), mappers=[upper]),
    ) == {"lines": [{"c": "A"}, {"x": 1}, {"c": "B"}]}
    assert transform(
        {"a": "x", "b": "y"}, step("value-mapper", accessor=key("a", "nope"), mappers=[upper])
    ) == {"a": "X", "b": "y"}


def test_an_error_names_the_value_and_the_mapper():
    mapper = step("value-mapper", accessor=pattern("lines.*.n"), mappers=[step("cast-int")])

    with pytest.raises(StepError) as caught:
        transform({"lines": [{"n": "1"}, {"n": "x"}]}, mapper)

    assert caught.value.path == "step 1 › Map values › lines.1.n › mapper 1"


def test_a_number_is_not_too_long_for_the_built_mapper():
    assert made(registries.mappers, step("cast-int")).map("1" * 399, Context()) == int("1" * 399)
