"""The fields of records: what is offered can be written as it stands."""

from hypothesis import given
from hypothesis import strategies as st

from transformers import outline, paths
from transformers.expressions import compile_expression

KEYS = st.one_of(
    st.sampled_from(["sku", "a.b", 'say "x"', "*", "0", "1", "product-id", "ä", "", "a\\b", "[x]"]),
    st.text(max_size=6),
)
RECORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(RECORDS)
def test_each_pattern_finds_something_in_the_record_that_it_is_of(record):
    for field in outline.of_records([record]):
        assert paths.find(record, paths.parse(field.pattern)), field


@given(RECORDS)
def test_each_path_without_lists_leads_to_what_its_placeholder_gives(record):
    for field in outline.of_records([record]):
        if outline.EACH not in field.place:
            value = paths.get(record, paths.parse_place(field.path))
            assert compile_expression(field.expression)(record) == value, field


@given(RECORDS)
def test_a_placeholder_through_lists_can_be_read(record):
    for field in outline.of_records([record]):
        compile_expression(field.expression)


def test_what_only_some_records_have_is_a_field_beside_its_siblings():
    records = [{"lines": [{"sku": "A"}], "id": 1}, {"lines": [{"sku": "B", "note": None}]}]

    patterns = [field.pattern for field in outline.of_records(records)]

    assert patterns == ["lines", "lines.*", "lines.*.sku", "lines.*.note", "id"]


def test_a_field_has_the_type_and_example_of_the_first_record_that_has_a_value():
    (field,) = outline.of_records([{"price": None}, {"price": 12.5}])

    assert (field.type, field.example) == ("number", "12.5")


def test_a_map_with_very_many_keys_is_one_field():
    table = {f"sku-{number}": number for number in range(200)}

    assert [field.path for field in outline.of_records([{"stock": table}])] == ["stock"]


def test_a_schema_tells_its_fields_through_references_and_not_in_circles():
    schema = {
        "type": "object",
        "required": ["sku"],
        "properties": {
            "sku": {"type": "string", "examples": ["A-1"]},
            "variants": {"type": "array", "items": {"$ref": "#/$defs/product"}},
            "parent": {"$ref": "#"},
        },
        "$defs": {"product": {"allOf": [{"properties": {"size": {"type": ["null", "integer"]}}}]}},
    }

    fields = {field.pattern: field for field in outline.of_schema(schema)}

    assert list(fields)[:4] == ["sku", "variants", "variants.*", "variants.*.size"]
    assert (fields["sku"].example, fields["sku"].required) == ("A-1", True)
    assert fields["variants.*.size"].type == "number"
    assert "parent.parent" not in fields


def test_what_is_no_schema_has_no_fields():
    for schema in (
        None,
        True,
        [],
        {"$ref": "#/nowhere"},
        {"properties": 3, "allOf": 5, "required": "x"},
    ):
        assert outline.of_schema(schema) == []


def test_a_schema_that_doubles_with_every_reference_is_read_in_a_moment():
    levels = 60
    parts = {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(levels)}
    parts[str(levels)] = {"properties": {"sku": {"type": "string"}}}

    fields = outline.of_schema({"allOf": [{"$ref": "#/$defs/0"}], "$defs": parts})

    assert [field.path for field in fields] == ["sku"]
