"""Data transformers (reference §8 and acceptance tests A8–A11)."""

import pytest
from django.core.exceptions import ValidationError

from tests.transformers.running import (
    exists,
    key,
    pattern,
    run,
    step,
    structure,
    transform,
    values,
)
from transformers import registries
from transformers.context import Context
from transformers.errors import StepError


def setter(**settings):
    rows = [{"key": name.replace("__", "."), "value": value} for name, value in settings.items()]
    return step("value-setter", configurations=rows)


def moved(source, destination, strip=True, prototype="accessor-move"):
    return step(prototype, source=source, destination=destination, stripEnclosures=strip)


# -- setting and removing -----------------------------------------------------------------------


def test_values_are_set_in_order_and_later_rows_see_earlier_ones():
    data = transform({"n": 5}, setter(a="&{n}", b__c="a is &{a}", d=None))

    assert data == {"n": 5, "a": 5, "b": {"c": "a is 5"}, "d": None}


def test_mappers_apply_to_the_whole_value():
    row = {"key": "pages", "value": ["&{total}", 100]}
    row["mappers"] = [step("operator", operator="division"), step("cast-int")]

    data = transform({"total": 250}, step("value-setter", configurations=[row]))

    assert data["pages"] == 2


def test_a_key_with_a_placeholder_is_one_key():
    row = {"key": "variants.&{code}", "value": "&{v}"}

    data = transform({"code": "A.1", "v": {"n": 1}}, step("value-setter", configurations=[row]))

    assert data["variants"] == {"A.1": {"n": 1}}


def test_a_value_that_is_set_does_not_follow_its_source():
    data = transform({"a": {"n": 1}}, setter(b="&{a}"), setter(b__n=2))

    assert data == {"a": {"n": 1}, "b": {"n": 2}}


def test_what_matches_is_removed_and_what_is_missing_is_fine():
    remover = step("value-remover", patterns=[{"key": "items.*.cost"}, {"key": "nope.x"}])

    assert transform({"items": [{"cost": 1, "n": 1}, {"n": 2}]}, remover) == {
        "items": [{"n": 1}, {"n": 2}]
    }


# -- patterns -----------------------------------------------------------------------------------


def test_a_record_is_copied_into_itself():
    data = transform(
        {"code": "A", "tags": ["x"]},
        step("pattern-copy", pattern="*", replacement="variants.0.$1"),
        step("pattern-copy", pattern="code", replacement="variants.0.parentCode"),
        step(
            "value-mapper",
            accessor=pattern("variants.0.code"),
            mappers=[step("string-append", append="-1")],
        ),
    )

    assert data == {
        "code": "A",
        "tags": ["x"],
        "variants": [{"code": "A-1", "tags": ["x"], "parentCode": "A"}],
    }


def test_a_copy_is_independent():
    data = transform(
        {"a": {"n": 1}}, step("pattern-copy", pattern="a", replacement="b"), setter(b__n=2)
    )

    assert data == {"a": {"n": 1}, "b": {"n": 2}}


def test_a_move_into_itself_works():
    move = step("pattern-move", pattern="values.*", replacement="values.$1.name")

    assert transform({"values": ["a", "b"]}, move) == {"values": [{"name": "a"}, {"name": "b"}]}
    assert transform({"values": {"x": 1}}, move) == {"values": {"x": {"name": 1}}}


def test_levels_are_swapped_by_a_move():
    data = {"values": {"name": {"en": 1, "de": 2}, "text": {"en": 3}}}

    moved_data = transform(
        data, step("pattern-move", pattern="values.*.*", replacement="values.$2.$1")
    )

    assert moved_data["values"]["en"] == {"name": 1, "text": 3}
    assert moved_data["values"]["name"] == {}


def test_a_move_without_matches_changes_nothing():
    assert transform({"a": 1}, step("pattern-move", pattern="x.*", replacement="y.$1")) == {"a": 1}


def test_conditions_restrict_what_is_copied():
    copy = step(
        "pattern-copy",
        pattern="*",
        replacement="numbers.$1",
        conditions=[step("type-numeric")],
    )

    assert transform({"a": 1, "b": "x"}, copy) == {"a": 1, "b": "x", "numbers": {"a": 1}}


def test_a_capture_that_does_not_exist_is_refused_when_saved():
    with pytest.raises(ValidationError, match=r"\$2 has no \*"):
        registries.data_transformers.clean(step("pattern-copy", pattern="a.*", replacement="b.$2"))


# -- shapes -------------------------------------------------------------------------------------


def test_labels_become_localizations():
    labels = {"de_DE": "E-commerce", "en_US": "E-commerce", "fr_FR": "Commerce"}

    data = transform(
        {"labels": labels},
        moved(key(root="labels"), structure("localeCode", "translation", root="localizations")),
        step("value-remover", patterns=[{"key": "labels"}]),
    )

    assert data == {
        "localizations": [
            {"localeCode": code, "translation": text} for code, text in labels.items()
        ]
    }


def test_records_become_a_map_and_keys_take_the_whole_record():
    data = [{"code": "a", "n": 1}, {"code": "b", "n": 2}]

    assert transform(data, moved(structure("code", '""'), key())) == {
        "a": {"code": "a", "n": 1},
        "b": {"code": "b", "n": 2},
    }


def test_entries_of_a_structure_that_exist_are_updated():
    data = {"map": {"a": 2, "c": 3}, "list": [{"k": "a", "v": 1}, {"k": "b", "v": 1}]}

    changed = transform(data, moved(key(root="map"), structure("k", "v", root="list")))

    assert changed["list"] == [{"k": "a", "v": 2}, {"k": "b", "v": 1}, {"k": "c", "v": 3}]


def test_dotted_keys_stay_one_key_unless_enclosures_are_stripped():
    data = {"flat": {"product.name": "x"}}
    to_nested = (key(root="flat"), key(root="out"))

    assert transform(data, moved(*to_nested, strip=False))["out"] == {"product.name": "x"}
    assert transform(data, moved(*to_nested, strip=True))["out"] == {"product": {"name": "x"}}


def test_children_move_to_the_root():
    data = {"id": 1, "data": {"a": 2, "b": 3}}

    assert transform(data, moved(key(root="data"), pattern())) == {
        "id": 1,
        "data": {},
        "a": 2,
        "b": 3,
    }


def test_a_copy_between_shapes_keeps_the_source():
    data = {"a": {"n": 1}}

    copied = transform(
        data, moved(key(), key(root="Create"), prototype="accessor-copy"), setter(Create__a__n=2)
    )

    assert copied == {"a": {"n": 1}, "Create": {"a": {"n": 2}}}


def test_keys_are_mapped_where_they_stand():
    rename = step("dictionary-map", map=[["parent", "parentCode"], ["enabled", "statusCode"]])
    mapper = step("key-mapper", accessor=key(), mappers=[rename], stripEnclosures=True)

    data = transform({"parent": 1, "x": 2, "enabled": True, "a.b": 3}, mapper)

    assert list(data.items()) == [("parentCode", 1), ("x", 2), ("statusCode", True), ("a.b", 3)]


def test_an_empty_pattern_maps_the_keys_of_the_data():
    mapper = step("key-mapper", accessor=pattern(), mappers=[step("string-upper")])

    assert transform({"sku": "tnt"}, mapper) == {"SKU": "tnt"}


def test_a_list_is_mapped_as_a_whole():
    keep = step("list-intersect-keys", array={"sku": True})
    extend = step("list-extend-with", array={"status": "new", "copy": "&{sku}"})

    assert transform(
        {"sku": 1, "x": 2}, step("list-mapper", accessor=pattern(), mappers=[keep, extend])
    ) == {"sku": 1, "status": "new", "copy": 1}
    assert transform(
        {"list": {"2": "a", "5": "b"}},
        step("list-mapper", accessor=key(root="list"), mappers=[step("list-values")]),
    ) == {"list": ["a", "b"]}
    assert transform(
        {"a": 1}, step("list-mapper", accessor=pattern("nope"), mappers=[step("list-values")])
    ) == {"a": 1}


def test_values_that_meet_the_conditions_are_removed():
    empty = step("logic-or", conditions=[step("equals", value=[]), step("equals")])
    data = {"a": None, "b": [], "c": {}, "d": 0, "e": "x"}

    assert transform(data, step("value-filter", accessor=key(), conditions=[empty])) == {
        "d": 0,
        "e": "x",
    }
    assert transform(data, step("value-filter", accessor=key("a", "e"))) == {
        "b": [],
        "c": {},
        "d": 0,
    }


def test_keys_that_meet_the_conditions_are_removed():
    data = {"a": 1, "b": 2, "c": 3}
    others = step("not-one-of", value=["a", "b"])

    assert transform(data, step("key-filter", accessor=key(), conditions=[others])) == {
        "a": 1,
        "b": 2,
    }
    assert transform(data, step("key-filter", accessor=key("a", "x"))) == {"b": 2, "c": 3}


# -- merging and grouping -----------------------------------------------------------------------


def test_a_result_is_merged_into_the_data():
    merger = step(
        "merger",
        template={"response": "&{@}", "known": {"new": "&{id}"}},
        transformer=setter(id=7),
    )

    assert transform({"id": 42, "known": {"old": 1}}, merger) == {
        "id": 42,
        "known": {"old": 1, "new": 7},
        "response": {"id": 7, "known": {"old": 1}},
    }


def test_an_empty_template_discards_the_result():
    assert transform({"a": 1}, step("merger", template=[], transformer=setter(a=2))) == {"a": 1}


def test_values_are_copied_to_children_and_their_children():
    copy = step(
        "recursively-copy-values-to-children",
        childrenPattern="lines.*",
        mergeTemplate={"parent": "&{id}"},
    )
    data = {"id": 1, "lines": [{"id": 2, "lines": [{"id": 3}]}]}

    assert transform(data, copy) == {
        "id": 1,
        "lines": [{"id": 2, "parent": 1, "lines": [{"id": 3, "parent": 2}]}],
    }
    copy["parameters"]["keepFirstLevelContext"] = True
    assert transform(data, copy)["lines"][0]["lines"] == [{"id": 3, "parent": 1}]
    assert transform({"lines": []}, copy) == {"lines": []}


def test_records_are_grouped_in_their_order():
    group = step("group-by", pattern="lines.*", path="colour", destination="lines")
    lines = [{"colour": "red", "n": 1}, {"colour": "blue"}, {"colour": "red", "n": 2}]

    assert transform({"lines": lines}, group) == {
        "lines": {
            "red": [{"colour": "red", "n": 1}, {"colour": "red", "n": 2}],
            "blue": [{"colour": "blue"}],
        }
    }


def test_a_single_record_becomes_a_list():
    single = step("convert-to-array", pattern="line")

    assert transform({"line": {"n": 1}}, single) == {"line": [{"n": 1}]}
    assert transform({"line": [{"n": 1}]}, single) == {"line": [{"n": 1}]}
    assert transform({}, single) == {}
    single["parameters"]["recursive"] = True
    assert transform({"line": {"line": 1}}, single) == {"line": [{"line": [1]}]}


def test_an_operator_works_on_two_values():
    join = step("operator", left="product", right="children", operator="array-merge")
    total = step("operator", left="a", right="b", operator="addition", destination="sum.of")

    assert transform({"product": [1], "children": [2, 3]}, join)["product"] == [1, 2, 3]
    assert transform({"a": 1, "b": 2}, total) == {"a": 1, "b": 2, "sum": {"of": 3}}
    with pytest.raises(StepError, match="nothing at “children”"):
        transform({"product": []}, join)


# -- control ------------------------------------------------------------------------------------


def test_data_level_chain_conditional_and_node():
    data = transform(
        {"lines": [{"n": 1}, {"n": 2}]},
        step(
            "chain",
            transformers=[
                step(
                    "node",
                    accessor=pattern("lines.*"),
                    nodeTransformers=[
                        step(
                            "conditional",
                            filters=[values(pattern("n"), step("equals", value=1))],
                            transformers=[setter(first=True)],
                            elseTransformers=[setter(first=False)],
                        )
                    ],
                )
            ],
        ),
    )

    assert data == {"lines": [{"n": 1, "first": True}, {"n": 2, "first": False}]}


def test_an_error_in_a_node_says_which():
    node = step("node", accessor=key(root="lines"), nodeTransformers=[setter(a="&{nope}")])

    with pytest.raises(StepError) as caught:
        transform({"lines": [{"nope": 1}, {}]}, node)

    assert caught.value.path == "step 1 › Node › node lines.1 › step 1 › Set values › row 1"


def test_wrapped_entity_transformers_must_give_exactly_one_entity():
    keeps = step(
        "list-transformer-wrapper", transformers=[step("data", transformers=[setter(a=1)])]
    )
    drops = step("list-transformer-wrapper", transformers=[step("data", filters=[exists("no")])])
    splits = step("list-transformer-wrapper", transformers=[step("brancher", pattern="*")])

    assert transform({}, keeps) == {"a": 1}
    with pytest.raises(StepError, match="gave no entity"):
        transform({}, drops)
    with pytest.raises(StepError, match="gave more than one entity"):
        transform({"x": 1, "y": 2}, splits)


def test_a_global_variable_is_read_by_later_steps():
    remember = step("global-variable-setter", key="shop", value="&{shop.id}")

    (entity,) = run(
        {"shop": {"id": 7}},
        step("data", transformers=[remember, step("value-remover", patterns=[{"key": "shop"}])]),
        step("data", transformers=[setter(from_shop="@{globals.shop}")]),
        context=Context(),
    )

    assert entity.data == {"from_shop": 7}
