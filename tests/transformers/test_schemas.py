"""Schemas and identifiers (reference §11, acceptance test A20)."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from transformers import schemas

PRODUCT = {
    "type": "object",
    "properties": {
        "sku": {"type": "string"},
        "price": {"type": "integer", "minimum": 1},
        "enabled": {"type": "boolean"},
    },
    "required": ["sku", "price", "enabled"],
}


def test_valid_data_has_no_errors():
    validator = schemas.compile(PRODUCT)

    assert validator.errors({"sku": "A", "price": 1, "enabled": True}) == []
    assert validator.is_valid({"sku": "A", "price": 10**30, "enabled": True})


def test_errors_say_where_and_what():
    errors = schemas.compile(PRODUCT).errors({"sku": "A", "price": 0})

    assert any('"enabled" is a required property' in error for error in errors)
    assert any(error.startswith("price: 0 is less than the minimum") for error in errors)


def test_exact_decimals_are_numbers():
    validator = schemas.compile({"type": "number", "minimum": 1})

    assert validator.errors(Decimal("1.10")) == []
    assert validator.errors(Decimal("0.90"))


def test_errors_are_bounded():
    validator = schemas.compile({"type": "array", "items": {"type": "string"}})

    errors = validator.errors([{"x": "y" * 10_000}] * 50)

    assert len(errors) == schemas.MOST_ERRORS
    assert max(map(len, errors)) < 400


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ([], "is an object"),
        ({"type": "strnig"}, "strnig"),
        ({"properties": {"a": {"pattern": "(a+"}}}, "properties/a/pattern"),
        ({"$ref": "#/$defs/nope"}, "not exist"),
        ({"$ref": "https://example.com/x.json"}, "schemas are not fetched"),
        ({"items": {"$ref": "file:///etc/passwd"}}, "schemas are not fetched"),
        ({"$ref": "other.json"}, "not a JSON Schema"),
        ({"$id": "http://x/y.json", "$ref": "z.json"}, "not a JSON Schema"),
    ],
)
def test_a_wrong_schema_is_refused_when_saved(schema, says):
    with pytest.raises(ValidationError, match=says):
        schemas.check(schema)


def test_alumios_standard_schemas_are_accepted_with_a_warning():
    schema = {
        "type": "object",
        "required": ["code"],
        "properties": {"model": {"$ref": "https://schemas.alumio.com/v2/ProductModel.json"}},
    }

    (warning,) = schemas.check(schema)

    assert "ProductModel.json" in warning
    assert schemas.compile(schema).errors({"code": 1, "model": 5}) == []
    assert schemas.compile(schema).errors({"model": 5})


def test_a_property_may_be_called_ref():
    schema = {"properties": {"$ref": {"type": "string"}}, "default": {"$ref": "http://x/y"}}

    assert schemas.check(schema) == []
    assert schemas.compile(schema).errors({"$ref": 5})


def test_local_references_work():
    schema = {"$ref": "#/definitions/name", "definitions": {"name": {"type": "string"}}}

    assert schemas.check(schema) == []
    assert schemas.compile(schema).errors(5)


def test_a_pattern_cannot_hang_the_validator():
    validator = schemas.compile({"pattern": "^(a+)+$(?!b)"})

    assert validator.errors("a" * 5_000 + "!")


def test_an_identifier_is_made_of_the_values_at_its_paths():
    data = {"sku": "A", "shop": {"id": 7}, "price": Decimal("1.10"), "nothing": None}

    assert schemas.identifier(data, ["sku"]) == "A"
    assert schemas.identifier(data, ["shop.id", "sku", "price"]) == "7-A-1.10"
    assert schemas.identifier(data, ["sku", "nothing"]) == "A-"


def test_without_a_path_the_data_is_the_identifier_when_short():
    assert schemas.identifier({"a": 1}) == '{"a":1}'
    assert schemas.identifier("text") == "text"
    assert len(schemas.identifier({"a": "x" * 100})) == 64
    assert schemas.identifier({"a": "x" * 100}) == schemas.identifier({"a": "x" * 100})


def test_an_entity_whose_paths_are_all_missing_is_identified_by_its_data():
    assert schemas.identifier({"a": 1}, ["sku"]) == '{"a":1}'


def test_a_very_long_identifier_is_hashed():
    assert len(schemas.identifier({"sku": "x" * 300}, ["sku"])) == 64
