"""The mapper of the Route Builder, by its requests."""

import json
import re

import pytest

from routes.models import Route
from tests.builder.drafting import of
from tests.pages.making import incoming, outgoing, route, schema, set_values, step

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ORDER = {
    "number": "1001",
    "customer": {"Email": "jane@example.com", "city": "Utrecht"},
    "items": [{"sku": "A-1", "quantity": 2}, {"sku": "B-2"}],
}
WANTED = {
    "type": "object",
    "required": ["orderNumber", "customer_email"],
    "properties": {
        "orderNumber": {"type": "string"},
        "customer_email": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}},
            },
        },
    },
}


@pytest.fixture
def builder(editor):
    sample = {"name": "An order", "data": ORDER, "expected": {}}
    Route(name="Orders", incoming=incoming("Shop", samples=[sample]), outgoing=outgoing()).store()
    return of(editor, Route.objects.get())


@pytest.fixture
def at(builder):
    """The address of a step that was just added to map fields."""
    builder.post("choose", at="choose/route:orders/transformers/0", type="map-fields")
    return "route:orders/transformers/0"


def rows(*pairs, **more) -> dict:
    """What a browser posts of the mapper: rows of (target, field), or more than two parts."""
    data = {"mapper": "1", "mapper-more": '{"filters": []}', "mapper-root": "mapped"}
    data |= {"step-name": "Map fields", "step-meta": '{"name": "Map fields"}', "step-switch": "1"}
    for number, (target, text, *rest) in enumerate(pairs):
        name = f"pairs-{number}"
        data |= {f"{name}-target": target, f"{name}-text": text}
        data[f"{name}-kind"] = "value" if "value" in rest else "field"
        data |= {f"{name}-missing": "on"} if "missing" in rest else {}
    return data | {name.replace("_", "-"): value for name, value in more.items()}


def first_step(builder) -> dict:
    return builder.document.route.data["transformers"][0]


def shown_rows(html: str) -> list[tuple[str, str]]:
    """The target and the source of each row of a page."""
    body = html.split("data-new-pair")[0]
    targets = re.findall(r'name="pairs-\d+-target" value="([^"]*)"', body)
    return list(zip(targets, re.findall(r'-text" value="([^"]*)"', body), strict=True))


# -- the panel ----------------------------------------------------------------------------------


def test_a_new_mapping_changes_nothing_and_opens_as_two_columns(builder, at):
    panel = builder.panel(at).text

    assert "data-mapper" in panel
    assert first_step(builder)["parameters"] == {"filters": [], "transformers": []}
    assert builder.draft.state.faults == []


def test_what_is_mapped_is_kept_as_ordinary_steps(builder, at):
    builder.post("keep", at=at, **rows(("lines[].code", "items[].sku"), ("shop", "5", "value")))

    prototypes = [s["prototype"] for s in first_step(builder)["parameters"]["transformers"]]
    assert prototypes == [
        *("value-remover", "value-setter", "node"),
        *("key-filter", "pattern-move", "value-remover"),
    ]
    assert shown_rows(builder.panel(at).text) == [("lines.*.code", "items.*.sku"), ("shop", "5")]


def test_the_line_names_the_fields_that_are_mapped(builder, at):
    assert "Nothing is mapped yet" in builder.person.open(builder.base).text

    six = [(f"f{number}", "number") for number in range(6)]
    builder.post("keep", at=at, **rows(*six, ("l.*.x", "i.*.x")))

    assert "f0, f1, f2, f3 and 3 more" in builder.person.open(builder.base).text


def test_a_mapping_can_be_seen_as_steps_and_again_as_two_columns(builder, at):
    builder.post("keep", at=at, **rows(("name", "number"), ("lines.*.code", "items.*.sku")))
    before = first_step(builder)

    steps = builder.person.open(f"{builder.base}panel/?at={at}")
    steps.url = builder.base
    as_steps = steps.post(**{"as": "steps"})
    assert "data-mapper" not in as_steps.text
    assert "As two columns" in as_steps.text
    inside = f"<input name='at' value='{at}'>{as_steps.text}"
    as_steps.response.content = f"<form id='configuration-form'>{inside}</form>".encode()
    columns = as_steps.post(**{"as": "columns"})

    assert shown_rows(columns.text) == [("name", "number"), ("lines.*.code", "items.*.sku")]
    as_steps.url = f"{builder.base}keep/"
    as_steps.post()
    assert first_step(builder) == before


def test_another_step_has_no_two_columns(editor):
    saved = route(transformers=[set_values(a=1)])

    panel = of(editor, saved).panel(f"route:{saved.identifier}/transformers/0").text

    assert "As two columns" not in panel
    assert "data-mapper" not in panel


def test_a_viewer_sees_the_mapping_and_cannot_change_it(builder, at, viewer):
    builder.post("keep", at=at, **rows(("name", "number")))
    builder.post("save")

    panel = of(viewer, Route.objects.get()).panel(at).text

    assert shown_rows(panel) == [("name", "number")]
    assert "mapper-match" not in panel


# -- the fields that arrive, and those of the target --------------------------------------------


def test_the_fields_that_arrive_are_listed_with_examples(builder, at):
    sources = builder.person.open(f"{builder.base}mapper/sources/?at={at}").text

    assert 'data-source="items.*.sku"' in sources
    assert "jane@example.com" in sources


def test_without_any_record_the_panel_offers_to_try_the_line(editor):
    saved = route(transformers=[step("data", transformers=[])])
    builder = of(editor, saved)

    sources = editor.open(
        f"{builder.base}mapper/sources/?at=route:{saved.identifier}/transformers/0"
    )

    assert "No record is known yet" in sources.text
    assert "Try it" in sources.text


def test_the_fields_of_a_schema_become_rows_and_are_matched_by_name(builder, at):
    saved = schema("Order", schema=WANTED).identifier

    chosen = builder.post("mapper/rows", at=at, do="target", **rows(mapper_target=saved))
    assert dict(shown_rows(chosen.content.decode())) == {
        "orderNumber": "",
        "customer_email": "",
        "lines.*.sku": "",
        "lines.*.quantity": "",
    }
    assert "2 required without a source" in chosen.content.decode()
    matched = builder.post("mapper/rows", at=at, do="match", **rows(mapper_target=saved))

    assert dict(shown_rows(matched.content.decode())) == {
        "orderNumber": "",
        "customer_email": "customer.Email",
        "lines.*.sku": "items.*.sku",
        "lines.*.quantity": "items.*.quantity",
    }
    assert "Matched 3 by name." in matched.content.decode()


def test_the_schema_of_the_target_is_remembered(builder, at):
    saved = schema("Order", schema=WANTED).identifier

    builder.post("keep", at=at, **rows(("orderNumber", "number"), mapper_target=saved))

    assert first_step(builder)["meta"]["mapping"] == {"target": saved}
    assert ("customer_email", "") in shown_rows(builder.panel(at).text)


def test_the_fields_of_an_example_become_rows_that_are_kept(builder, at):
    example = json.dumps({"no": 1, "lines": [{"sku": "A"}], "tags": ["a"]})

    added = builder.post("mapper/rows", at=at, do="example", **rows(mapper_example=example))
    assert [target for target, _ in shown_rows(added.content.decode())] == [
        "no",
        "lines.*.sku",
        "tags",
    ]
    builder.post("keep", at=at, **rows(("no", "number"), ("lines.*.sku", ""), ("tags", "")))

    again = shown_rows(builder.panel(at).text)
    assert again == [("no", "number"), ("lines.*.sku", ""), ("tags", "")]
    assert builder.draft.state.faults == []


def test_an_example_that_is_no_json_is_refused_with_the_reason(builder, at):
    answer = builder.post("mapper/rows", at=at, do="example", **rows(mapper_example="{no"))

    assert "The example is not JSON" in answer.content.decode()


# -- what does not fit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        (
            [("sku", "items.*.sku")],
            "items.*.sku has a value for each item of a list",
        ),
        ([("lines.*.no", "number")], "lines.*.no wants a value for each item of a list"),
        ([("a.*.b.*.c", "items.*.sku")], "items.*.sku goes through 1 lists, a.*.b.*.c through 2"),
        ([("l.*.a", "items.*.a"), ("l.*.b", "other.*.b")], "The items of l.* come from items.*"),
        ([("l.*.unit", "pcs", "value")], "Map a field of a list to l.* first"),
        ([("a", "x"), ("a", "y")], "a is mapped twice."),
        ([("", "x")], "Say where it goes."),
        ([("a", "pri*")], "here * stands for a whole key only"),
        ([("a", "&{", "value")], "is never closed"),
        ([("a", "{no", "value")], "This is not JSON"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(builder, at, pairs, told):
    refused = builder.post("keep", at=at, **rows(*pairs))

    assert refused.status_code == 422
    assert told in refused.content.decode()


def test_an_unfinished_mapping_is_kept_and_cannot_be_saved(builder, at):
    pairs = rows(("name", "number"), ("sku", "items.*.sku"))

    builder.post("keep", at=at, unfinished="1", **pairs)

    assert shown_rows(builder.panel(at).text) == [("name", "number"), ("sku", "items.*.sku")]
    assert "sku: items.*.sku has a value" in builder.person.open(builder.base).text
    builder.post("save")
    assert Route.objects.get().transformers == []
    builder.post("keep", at=at, **rows(("name", "number"), ("skus.*.sku", "items.*.sku")))
    builder.post("save")
    assert len(Route.objects.get().transformers) == 1


@pytest.mark.parametrize("path", ["keep", "mapper/rows", "mapper/preview"])
def test_what_no_browser_would_post_breaks_nothing(builder, at, path):
    odd = {
        "mapper-more": '{"prototype": 1, "transformers": 2, "filters": 5}',
        "step-meta": '{"mapping": {"fields": [1], "unfinished": [{"target": 5}, 6]}, "name": 7}',
        "pairs-0-mappers": '["nothing", 5]',
        "mapper-target": "no-such",
        "mapper-root": 'a."b',
    }

    answer = builder.post(path, at=at, unfinished="1", **rows(("a", "b")) | odd)

    assert answer.status_code == 200
    assert builder.panel(at).response.status_code == 200
    assert builder.person.open(builder.base).response.status_code == 200


# -- the preview --------------------------------------------------------------------------------


def test_the_first_record_is_shown_before_and_after(builder, at):
    pairs = rows(("no", "number"), ("lines.*.code", "items.*.sku"), ("shop", "NL", "value"))

    preview = builder.post("mapper/preview", at=at, **pairs).content.decode()

    assert "jane@example.com" in preview.split("After")[0]
    after = preview.split("After")[1]
    assert "1001" in after
    assert "B-2" in after
    assert "jane@example.com" not in after
    assert builder.document.route.data["transformers"][0]["parameters"]["transformers"] == []


def test_the_preview_says_what_is_missing_in_the_record(builder, at):
    pairs = rows(("q.*.amount", "items.*.quantity"))

    preview = builder.post("mapper/preview", at=at, **pairs).content.decode()

    assert "&amp;{quantity} found nothing" in preview
    assert "Tick “may be missing”" in preview
    lenient = rows(("q.*.amount", "items.*.quantity", "missing"))
    assert "null" in builder.post("mapper/preview", at=at, **lenient).content.decode()


def test_a_field_called_as_the_root_of_the_mapping_is_not_mixed_in(builder, at):
    pairs = rows(("no", "number"), **{"mapper-known": "mapped"})

    builder.post("keep", at=at, **pairs)

    setter = first_step(builder)["parameters"]["transformers"][1]
    assert setter["parameters"]["configurations"] == [{"key": "mapped2.no", "value": "&{number}"}]
