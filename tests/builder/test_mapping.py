"""A mapping and the steps that it is kept as: what they do, and that they are read back."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alumio.builder import mapping
from alumio.builder.mapping import EACH, Mapping, Row
from alumio.builder.matching import match
from alumio.builder.pairs import Pair, pairs_of, place_of, text_of, understand
from transformers import outline
from transformers.context import Context
from transformers.entity import Entity
from transformers.errors import StepError
from transformers.pipeline import Pipeline
from transformers.registries import entity_transformers

KEYS = [
    "a",
    "b",
    "mapped",
    "e-mail",
    "a.b",
    'say "x"',
    "st*r",
    "1st",
    "42",
    "größe",
    "it's",
    "`",
    "\\",
]
PLAIN = st.sampled_from([1, 2.5, "text", "", None, True])


def run(spec: dict, record):
    steps = Pipeline.build([entity_transformers.clean(spec)])
    (entity,) = steps.run(Entity(deepcopy(record)), Context())
    return entity.data


@st.composite
def records_and_rows(draw, depth=2, allow_lists=True):
    """A record, and rows that read it, each with a target of its own."""
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True))
    targets = draw(st.permutations(KEYS))
    record, rows = {}, []
    for key, target in zip(keys, targets, strict=False):
        place = (target, "in") if draw(st.booleans()) else (target,)
        if depth and allow_lists and draw(st.booleans()):
            items, inner = draw(lists(depth - 1))
            record[key] = items
            rows += [outside(place, (key,), row) for row in inner]
        else:
            if draw(st.integers(0, 4)):
                record[key] = {"in": draw(PLAIN)} if draw(st.booleans()) else draw(PLAIN)
            deep = isinstance(record.get(key), dict)
            rows.append(Row(place, (key, "in") if deep else (key,), missing=key not in record))
    rows.append(Row(("fixed",), value=draw(PLAIN)))
    return record, rows


@st.composite
def lists(draw, depth):
    """A list of maps of which some lack fields, and the rows of one item."""
    record, rows = draw(records_and_rows(depth=depth))
    record = {str(key): value for key, value in record.items()}
    items = [deepcopy(record) for _ in range(draw(st.integers(0, 3)))]
    for item in items:
        if item and draw(st.booleans()):
            item.pop(draw(st.sampled_from(sorted(item))))
    return items, [Row(row.target, row.source, row.value, row.source is not None) for row in rows]


def outside(target, source, row: Row) -> Row:
    inner = None if row.source is None else (*source, EACH, *row.source)
    return Row((*target, EACH, *row.target), inner, row.value, row.missing)


# -- what a mapping means, in plain Python ------------------------------------------------------


def expected(record, rows: list[Row]):
    made = {}
    for row in rows:
        if EACH in row.target:
            at, source = mapping.before(row.target), mapping.before(source_beside(row, rows))
            inner = [within(each) for each in rows if mapping.before(each.target) == at]
            items = looked_up(record, source)
            put(made, at, None if items is None else [expected(item, inner) for item in items])
        else:
            put(
                made, row.target, row.value if row.source is None else looked_up(record, row.source)
            )
    return made


def value_of(record, row: Row):
    return row.value if row.source is None else looked_up(record, row.source)


def source_beside(row: Row, rows: list[Row]):
    at = mapping.before(row.target)
    return next(r.source for r in rows if mapping.before(r.target) == at and r.source is not None)


def within(row: Row) -> Row:
    source = None if row.source is None else mapping.after(row.source)
    return Row(mapping.after(row.target), source, row.value, row.missing)


def looked_up(record, place):
    for key in place:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def put(made: dict, place, value) -> None:
    for key in place[:-1]:
        made = made.setdefault(key, {})
    made[place[-1]] = value


# -- tests --------------------------------------------------------------------------------------


@given(records_and_rows())
def test_the_steps_give_what_the_mapping_says(made):
    record, rows = made

    spec = mapping.write(Mapping(rows, mapping.free_root(rows, record)))

    assert run(spec, record) == expected(record, rows)


@given(records_and_rows())
def test_a_mapping_with_the_other_fields_kept_replaces_only_its_own(made):
    record, rows = made

    spec = mapping.write(Mapping(rows, mapping.free_root(rows, record), keep=True))

    assert run(spec, record) == record | expected(record, rows)


@given(records_and_rows(), st.booleans())
def test_a_written_mapping_is_read_back_and_written_the_same(made, keep):
    _, rows = made
    root = mapping.free_root(rows)
    spec = mapping.write(Mapping(rows, root, keep, {"filters": []}, {"name": "Map fields"}))

    again = mapping.read(spec)

    assert mapping.write(again) == spec
    assert {row.target: row for row in again.rows} == {row.target: row for row in rows}
    assert entity_transformers.clean(spec) == spec


def test_two_fields_can_change_places():
    rows = [Row(("a",), ("b",)), Row(("b",), ("a",))]

    assert run(mapping.write(Mapping(rows)), {"a": 1, "b": 2}) == {"a": 2, "b": 1}


def test_a_list_stays_a_list_though_its_first_item_lacks_a_field():
    rows = [Row(("lines", EACH, "sku"), ("items", EACH, "code"), missing=True)]

    mapped = run(mapping.write(Mapping(rows)), {"items": [{}, {"code": "B"}]})

    assert mapped == {"lines": [{"sku": None}, {"sku": "B"}]}


def test_plain_items_of_a_list_become_records():
    rows = [
        Row(("labels", EACH, "kind"), value="tag"),
        Row(("labels", EACH, "name"), ("tags", EACH)),
    ]

    mapped = run(mapping.write(Mapping(rows)), {"tags": ["new", "red"]})

    assert mapped["labels"] == [{"name": "new", "kind": "tag"}, {"name": "red", "kind": "tag"}]


def test_a_field_called_mapped_is_in_nobodys_way():
    rows = [Row(("name",), ("mapped", "x")), Row(("mapped",), ("y",))]

    spec = mapping.write(Mapping(rows, mapping.free_root(rows)))

    assert run(spec, {"mapped": {"x": 1, "z": 3}, "y": 2}) == {"name": 1, "mapped": 2}


def test_a_record_without_a_field_that_must_be_there_fails_at_its_row():
    spec = mapping.write(Mapping([Row(("name",), ("title",))]))

    with pytest.raises(StepError, match="“title” is missing"):
        run(spec, {})


def test_a_step_of_another_shape_is_no_mapping():
    spec = mapping.write(Mapping([Row(("a",), ("b",))]))
    more = {"prototype": "list-values", "parameters": {}}
    longer = deepcopy(spec)
    longer["parameters"]["transformers"].append(more)

    assert mapping.read(longer) is None
    assert mapping.read("saved") is None
    assert mapping.read({"prototype": "data", "parameters": {"transformers": []}}) is None
    assert mapping.read({"prototype": "chain", "parameters": {"transformers": []}}) is None


# -- as it is typed -----------------------------------------------------------------------------


@given(st.lists(st.sampled_from([*KEYS, "0", "", 0, 12, EACH]), min_size=1, max_size=5))
def test_a_place_is_typed_as_it_is_shown(keys):
    assert place_of(text_of(tuple(keys))) == tuple(keys)


@given(records_and_rows())
def test_rows_that_are_shown_and_typed_again_are_the_same(made):
    _, rows = made

    assert understand(pairs_of(rows)).rows == rows


def matched(record, *targets: str) -> dict[str, str]:
    pairs = [Pair(target) for target in targets]
    match(pairs, outline.of_records([record]))
    return {pair.target: pair.text for pair in pairs}


def test_names_agree_but_for_capitals_and_dashes():
    record = {"customer": {"e-mail": "a@b.nl"}, "OrderNumber": 1, "other": 2}

    assert matched(record, "customerEmail", "order_number", "nothing") == {
        "customerEmail": "customer.e-mail",
        "order_number": "OrderNumber",
        "nothing": "",
    }


def test_of_fields_with_the_same_name_the_one_that_stands_alike_is_meant():
    record = {"billing": {"city": "A"}, "shipping": {"city": "B"}}

    assert matched(record, "address.shipping.city")["address.shipping.city"] == "shipping.city"


def test_all_fields_of_a_list_are_matched_with_one_list():
    record = {"notes": [{"sku": "N"}], "items": [{"sku": "A", "qty": 1}]}

    assert matched(record, "lines.*.sku", "lines.*.qty") == {
        "lines.*.sku": "items.*.sku",
        "lines.*.qty": "items.*.qty",
    }


def test_what_is_mapped_already_is_left_as_it_is():
    pairs = [Pair("sku", "code"), Pair("name")]

    count = match(pairs, outline.of_records([{"sku": 1, "name": 2}]))

    assert count == 1
    assert [pair.text for pair in pairs] == ["code", "name"]


def test_one_item_where_xml_has_no_list_is_a_list_of_one():
    rows = [Row(("lines", EACH, "sku"), ("items", EACH, "code"), missing=True)]
    spec = mapping.write(Mapping(rows))

    assert run(spec, {"items": {"code": "A"}}) == {"lines": [{"sku": "A"}]}
    assert run(spec, {"items": None}) == {"lines": None}
    assert run(spec, {}) == {"lines": None}
    assert run(spec, {"items": []}) == {"lines": []}


def test_a_field_of_the_record_that_nobody_knew_of_does_not_get_into_the_target():
    spec = mapping.write(Mapping([Row(("a",), ("x",))]))

    assert run(spec, {"x": 1, "mapped": {"secret": 9}}) == {"a": 1}
    assert run(spec, {"x": 1, "mapped": [1, 2]}) == {"a": 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.b", "a"),
        ("a", "a.b"),
        ("lines", "lines.*.sku"),
        ("lines.*.sku", "lines"),
        ("lines.*.x", "lines.*.x.y"),
        ("lines.*.x", "lines.0.y"),
    ],
)
def test_targets_of_which_one_is_in_the_other_are_refused(one, other):
    source = lambda target: "items.*.code" if "*" in target else "x"  # noqa: E731
    pairs = [Pair(one, source(one)), Pair(other, source(other))]

    understand(pairs)

    (error,) = [pair.error for pair in pairs if pair.error]
    assert min(one, other, key=len).partition(".")[0] in error
