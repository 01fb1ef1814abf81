"""Whole configurations, as they are published for Alumio: several steps that must fit together."""

import pytest
from django import forms

from tests.transformers.running import exists, key, pattern, run, step, structure, transform, values
from transformers import registries
from transformers.kinds import DataTransformer

EMPTY = step("logic-or", conditions=[step("equals", value=[]), step("equals", value=None)])


def setter(key, value, *mappers):
    return step(
        "value-setter", configurations=[{"key": key, "value": value, "mappers": list(mappers)}]
    )


def move(source, target):
    return step("pattern-move", pattern=source, conditions=[], replacement=target)


def moved(source, destination):
    return step("accessor-move", source=source, destination=destination, stripEnclosures=True)


def data(*transformers):
    return step("data", filters=[], transformers=list(transformers))


@pytest.fixture
def pages(monkeypatch):
    """A stand-in for the step that asks another system: it gives pages of items."""
    asked = []

    class AskPages(DataTransformer):
        prototype, label = "ask-pages", "Ask for a page"

        class Parameters(forms.Form):
            pass

        def transform(self, data, context):
            page = data.get("index", 1)
            asked.append(page)
            items = [{"n": n} for n in range((page - 1) * 2, min(page * 2, 5))]
            return {"_embedded": {"items": items}, "items_count": 5}

    monkeypatch.setitem(registries.data_transformers._classes, "ask-pages", AskPages)
    return asked


def test_a_source_is_paged_through_by_steps(pages):
    ask = step("ask-pages")
    first = [
        setter("limit", 2),
        step(
            "merger",
            template={"data": "&{_embedded.items || `[]`}", "total": "&{items_count || `0`}"},
            transformer=ask,
        ),
        setter(
            "newData",
            ["&{total}", "&{limit}"],
            step("operator", operator="division"),
            step("cast-int"),
        ),
        step(
            "value-mapper",
            accessor=key("newData"),
            mappers=[step("list-fill", start=0, length="&{@}")],
        ),
        moved(key(root="newData"), structure("index", "value", root="newData")),
        step(
            "recursively-copy-values-to-children",
            mergeTemplate={"limit": "&{limit}"},
            childrenPattern="newData.*",
        ),
    ]
    next_pages = step(
        "node",
        accessor=pattern("newData.*"),
        nodeTransformers=[
            step(
                "value-mapper",
                accessor=pattern("index"),
                mappers=[
                    step("cast-int"),
                    step("prepared-operator", left=None, right=[2], operator="addition"),
                ],
            ),
            step("merger", template={"data": "&{_embedded.items || `[]`}"}, transformer=ask),
            step("key-filter", accessor=key("limit", "index", "total"), conditions=[]),
        ],
    )
    together = [
        setter("newArray", ["&{notFound || `[]`}", "&{notFound || `[]`}"]),
        move("newData.*.data.*", "newArray.$1.$2"),
        step(
            "value-mapper",
            accessor=pattern("newArray"),
            mappers=[step("operator", operator="array-merge")],
        ),
        setter("results", ["&{data}", "&{newArray}"], step("operator", operator="array-merge")),
        step("key-filter", accessor=key("results"), conditions=[step("equals", value="x")]),
    ]

    (entity,) = run({}, data(*first), next_pages, data(*together))

    assert pages == [1, 2, 3]
    assert entity.data["results"] == [{"n": n} for n in range(5)]


def test_localized_values_become_localizations_and_attributes():
    value_nodes = step(
        "node",
        accessor=pattern("values.*.*"),
        nodeTransformers=[
            setter("combinedKey", "locale:?{locale}|scope:?{scope}"),
            step("value-filter", accessor=key(), conditions=[EMPTY]),
        ],
    )
    by_key = step(
        "node",
        accessor=pattern("values.*"),
        nodeTransformers=[moved(structure("combinedKey", '""'), key())],
    )
    turned = data(
        move("values.*.*", "values.$2.$1"),
        step("value-filter", accessor=key(root="values"), conditions=[EMPTY]),
        step("value-remover", patterns=[{"key": "values.*.*.combinedKey"}]),
    )
    per_locale = step(
        "node",
        accessor=pattern("values.*"),
        nodeTransformers=[
            move("*.data", "customAttributes.$1"),
            move("*.scope", "channelCode"),
            move("*.locale", "localeCode"),
            step("value-filter", accessor=key(), conditions=[EMPTY]),
        ],
    )
    ended = data(
        move('values."locale:|scope:".customAttributes', "customAttributes"),
        step("value-filter", accessor=pattern("values.*"), conditions=[EMPTY]),
        step("value-mapper", accessor=pattern("values"), mappers=[step("list-values")]),
        move("values", "localizations"),
    )
    product = {
        "id": "A",
        "values": {
            "sku": [{"data": "A-1", "scope": None, "locale": None}],
            "name": [
                {"data": "Stuhl", "scope": None, "locale": "de_DE"},
                {"data": "Chair", "scope": None, "locale": "en_US"},
            ],
            "text": [{"data": "Gut", "scope": "shop", "locale": "de_DE"}],
        },
    }

    (entity,) = run(product, value_nodes, by_key, turned, per_locale, ended)

    assert entity.data == {
        "id": "A",
        "customAttributes": {"sku": "A-1"},
        "localizations": [
            {"customAttributes": {"name": "Stuhl"}, "localeCode": "de_DE"},
            {"customAttributes": {"name": "Chair"}, "localeCode": "en_US"},
            {
                "customAttributes": {"text": "Gut"},
                "channelCode": "shop",
                "localeCode": "de_DE",
            },
        ],
    }


def test_variants_are_added_to_those_already_known():
    by_code = step(
        "node",
        accessor=pattern("variants"),
        nodeTransformers=[moved(structure("code", '""'), key())],
    )
    merged = data(
        setter("variants.&{variant.code}", "&{variant}"),
        step("value-mapper", accessor=pattern("variants"), mappers=[step("list-values")]),
    )
    known = {"variant": {"code": "B", "n": 2}, "variants": [{"code": "A"}, {"code": "B"}]}

    (entity,) = run(known, by_key_or(by_code), merged)

    assert entity.data["variants"] == [{"code": "A"}, {"code": "B", "n": 2}]


def by_key_or(otherwise):
    """The first variant makes the list; later ones update it."""
    return step(
        "conditional",
        filters=[
            step(
                "or-condition",
                filters=[
                    step("key-condition", filter=step("key-not-exists-condition", path="variants")),
                    values(pattern("variants"), EMPTY),
                ],
            )
        ],
        elseCases=[],
        transformers=[data(step("pattern-copy", pattern="variant", replacement="variants.0"))],
        elseTransformers=[otherwise],
    )


def test_the_first_variant_makes_the_list():
    (entity,) = run({"variant": {"code": "A"}}, by_key_or(step("chain")))

    assert entity.data["variants"] == [{"code": "A"}]


def test_type_codes_are_mapped_or_cut():
    codes = step(
        "conditional",
        filters=[
            values(pattern("typeCode"), step("one-of", value=["pim_catalog_boolean"])),
            exists("typeCode"),
        ],
        transformers=[setter("typeCode", "select")],
        elseTransformers=[
            step(
                "value-mapper",
                accessor=pattern("typeCode"),
                mappers=[step("string-replace", search="pim_catalog_")],
            )
        ],
    )

    assert transform({"typeCode": "pim_catalog_boolean"}, codes) == {"typeCode": "select"}
    assert transform({"typeCode": "pim_catalog_text"}, codes) == {"typeCode": "text"}
