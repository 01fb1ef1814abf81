"""Entity transformers and the pipeline (reference §7 and acceptance tests A1–A3)."""

import pytest
from django.core.exceptions import ValidationError

from tests.transformers.running import exists, key, made, pattern, run, step, values
from transformers import registries
from transformers.context import Context
from transformers.entity import Entity
from transformers.errors import StepError
from transformers.pipeline import Pipeline

SLIDES = {"slideshow": {"title": "S", "slides": [{"title": "a", "type": "x"}, {"title": "b"}]}}


def equals(path, value):
    return values(pattern(path), step("equals", value=value))


def setter(name, value, title=None):
    return step("value-setter", title, configurations=[{"key": name, "value": value}])


def test_a_record_is_split_and_its_parts_are_renamed():
    data = step(
        "data",
        transformers=[
            step("value-remover", patterns=[{"key": "type"}]),
            step("pattern-move", pattern="title", replacement="name"),
        ],
    )

    entities = run(SLIDES, step("brancher", pattern="slideshow.slides.*", entityType="slide"), data)

    assert entities == [Entity({"name": "a"}, "slide"), Entity({"name": "b"}, "slide")]


def test_a_brancher_without_matches_gives_nothing_and_says_so():
    context = Context()

    assert run({"slides": []}, step("brancher", pattern="slides.*"), context=context) == []
    assert "nothing matches" in context.messages[0].text


def test_a_brancher_needs_a_star():
    with pytest.raises(ValidationError, match=r"needs a \*"):
        registries.entity_transformers.clean(step("brancher", pattern="slides"))


def test_only_paid_orders_pass():
    orders = [{"state": "processing", "n": n} for n in (1, 2)] + [{"state": "new"}]
    only_paid = step("data", filters=[equals("state", "processing")])

    passed = [entity.data["n"] for order in orders for entity in run(order, only_paid)]

    assert passed == [1, 2]


def test_an_entity_that_does_not_pass_is_dropped_with_a_log_line():
    context = Context()
    paid = step("data", "Paid only", filters=[exists("status"), equals("status", "paid")])

    assert len(run({"status": "paid"}, paid)) == 1
    assert run({"status": "processing"}, paid, context=context) == []
    assert context.messages == [
        ("info", "Dropped by “Paid only”: filter 2 › Value condition does not pass.", None)
    ]


def test_an_entity_that_becomes_many_does_not_log_without_end():
    context = Context()
    paid = step("data", filters=[exists("status")])

    assert run([{}] * 500, step("brancher", pattern="*"), paid, context=context) == []
    context.log("error", "kept")

    assert len(context.messages) == 202
    assert "the rest is left out" in context.messages[200].text


def test_a_chain_feeds_every_entity_of_one_step_to_the_next():
    chain = step(
        "chain",
        transformers=[
            step("brancher", pattern="orders.*"),
            step("brancher", pattern="lines.*"),
            step("data", transformers=[setter("seen", True)]),
        ],
    )

    entities = run({"orders": [{"lines": [{"n": 1}, {"n": 2}]}, {"lines": [{"n": 3}]}]}, chain)

    assert [entity.data["n"] for entity in entities] == [1, 2, 3]
    assert all(entity.data["seen"] for entity in entities)


def test_the_first_branch_that_passes_is_taken():
    branches = step(
        "conditional",
        filters=[equals("kind", "a")],
        transformers=[step("data", transformers=[setter("took", "then")])],
        elseCases=[
            {
                "filter": equals("kind", "b"),
                "transformer": step("data", transformers=[setter("took", "else if")]),
            }
        ],
        elseTransformers=[step("data", transformers=[setter("took", "else")])],
    )

    assert [run({"kind": k}, branches)[0].data["took"] for k in "abc"] == [
        "then",
        "else if",
        "else",
    ]


def test_a_schema_is_set():
    (entity,) = run({}, step("type-setter", entityType="base-category"), schema="other")

    assert entity.schema == "base-category"


def test_nodes_that_do_not_pass_are_removed_and_the_others_transformed():
    data = {"lines": [{"n": 1}, {"n": 2}, {"n": 3}]}
    node = step(
        "node",
        accessor=key(root="lines"),
        nodeFilters=[values(pattern("n"), step("not-equals", value=2))],
        nodeTransformers=[setter("double", "&{n}&{n}")],
    )

    (entity,) = run(data, node)

    assert entity.data == {"lines": {"0": {"n": 1, "double": "11"}, "2": {"n": 3, "double": "33"}}}


def test_a_disabled_step_lets_everything_pass():
    disabled = setter("a", 1) | {"meta": {"disabled": True}}
    dropping = step("data", filters=[exists("never")]) | {"meta": {"disabled": True}}

    (entity,) = run({}, dropping, step("data", transformers=[disabled, setter("b", 2)]))

    assert entity.data == {"b": 2}


def test_an_error_says_in_which_step_it_was():
    bad = step(
        "value-setter",
        "Set the price",
        configurations=[{"key": "n", "value": "x", "mappers": [step("cast-int")]}],
    )

    with pytest.raises(StepError) as caught:
        run({}, step("type-setter"), step("data", "Prices", transformers=[bad]))

    assert caught.value.path == "step 2 › Prices › step 1 › Set the price › row 1 › mapper 1"
    assert "needs a number, not “x”" in caught.value.message


def test_an_error_after_a_step_that_splits_is_not_told_as_its():
    fails = step("data", "Fails", transformers=[setter("a", "&{nope}")])

    with pytest.raises(StepError) as caught:
        run({"x": [1]}, step("brancher", "Split", pattern="x.*"), fails)

    assert caught.value.path == "step 2 › Fails › step 1 › Set values › row 1"


def test_the_exception_step_fails_with_its_message():
    guard = step(
        "conditional",
        filters=[step("key-condition", filter=step("key-not-exists-condition", path="set"))],
        transformers=[step("exception", message="Please Fix the Attribute Sets data of &{sku}")],
    )

    assert run({"sku": 1, "set": 2}, step("data", transformers=[guard]))
    with pytest.raises(StepError, match="Please Fix the Attribute Sets data of 1"):
        run({"sku": 1}, step("data", transformers=[guard]))


def test_an_error_nobody_foresaw_keeps_its_type():
    class Broken(registries.entity_transformers["type-setter"]):
        def change(self, entity, context):
            raise KeyError("x")

    with pytest.raises(StepError, match="Unexpected KeyError"):
        list(Pipeline([Broken({})]).run(Entity({}), Context()))


def test_entities_come_one_by_one():
    pipeline = Pipeline.build([step("brancher", pattern="*"), step("data", transformers=[])])

    first = next(pipeline.run(Entity([1, 2, 3]), Context()))

    assert first.data == 1


def test_a_wrong_step_is_refused_when_saved_with_its_place():
    spec = step("data", transformers=[setter("a", 1), setter("b", "&{a-b}")])

    with pytest.raises(ValidationError) as caught:
        registries.entity_transformers.clean(spec)

    (message,) = caught.value.messages
    assert "step 2" in message
    assert "row 1" in message
    assert "&{a-b}" in message


def test_a_spec_as_alumio_writes_it_is_accepted():
    spec = {
        "meta": [],
        "prototype": "data",
        "parameters": {
            "filters": [],
            "transformers": [
                {"meta": [], "prototype": "value-remover", "parameters": {"patterns": []}},
            ],
        },
    }

    assert made(registries.entity_transformers, spec)
