"""How a step is told in one line: the same name on the line, in its panel and in what was done."""

import pytest

from alumio.builder.telling import in_short
from tests.builder.drafting import of
from tests.pages.making import route, set_values, step, transformer

pytestmark = pytest.mark.django_db


def ask(key: str, prototype: str, **parameters) -> dict:
    accessor = step("key", keys=[key])
    conditions = [step(prototype, **parameters)]
    return step("value-condition-v2", accessor=accessor, conditions=conditions)


PAID = ask("status", "equals", value="paid")
REMOVE = step("value-remover", patterns=["id"])
SET = set_values(a=1)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (SET, ("Set values", "a")),
        (
            step("data", filters=[PAID], transformers=[]),
            ("Keep only some records", "status equals paid"),
        ),
        (
            step("data", filters=[PAID], transformers=[REMOVE]),
            ("Data", "only if status equals paid · Remove values"),
        ),
        (
            step("data", transformers=[REMOVE, REMOVE, step("value-mapper")]),
            ("Data", "Remove values ×2 · Map values"),
        ),
        (
            step("conditional", filters=[PAID], transformers=[SET], elseTransformers=["clean-up"]),
            ("Conditional", "if status equals paid then Set values, else clean-up"),
        ),
        (
            step("node", accessor=step("pattern", pattern="lines.*"), nodeTransformers=[REMOVE]),
            ("Node", "lines.*: Remove values"),
        ),
        (step("chain", transformers=[SET, "tidy"]), ("Chain", "Set values · tidy")),
        (
            step(
                "data",
                filters=[
                    step("or-condition", filters=[PAID, step("key-exists-condition", path="ean")])
                ],
            ),
            ("Keep only some records", "(status equals paid or ean exists)"),
        ),
    ],
)
def test_a_step_says_what_is_in_it(spec, told):
    assert in_short(spec) == told


def test_the_classic_view_tells_a_step_as_the_line_does(editor):
    saved = route(transformers=[step("data", filters=[PAID], transformers=[])])
    builder = of(editor, saved)
    title, summary = '<span class="step-title">', '<span class="step-summary">'

    for address in (f"{builder.base}classic/", f"/routes/{saved.identifier}/edit/"):
        text = editor.open(address).text
        assert f"{title}Keep only some records</span>" in text
        assert f"{summary}status equals paid</span>" in text
        assert f"{title}Data</span>" not in text


def test_what_is_typed_and_not_finished_is_told_as_far_as_it_goes():
    spec = step("conditional", filters=[None, "x", step("value-condition-v2")], elseCases=["?"])

    assert in_short(spec) == ("Conditional", "if the record then nothing")


def test_a_step_has_one_name_on_the_line_in_its_panel_and_in_what_was_done(editor):
    builder = of(editor, route(transformers=[SET]))
    line = editor.open(builder.base).text
    at = "route:products-to-warehouse/transformers/0"

    panel = builder.panel(at).text
    removed = builder.post("remove", at=at).content.decode()

    assert '<span class="node-title">Set values</span>' in line
    assert '<h2 class="panel-title">Set values</h2>' in panel
    assert "Removed “Set values”" in removed


def test_a_saved_transformer_says_what_it_does(editor):
    builder = of(editor, route(transformers=[transformer("Tint", SET).identifier]))

    line = editor.open(builder.base).text

    assert "Saved transformer" in line
    assert '<span class="node-title">Tint</span>' in line
    assert "Set values · a" in line
