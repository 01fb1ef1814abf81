"""The fields of the sample while typing: in the Route Builder, and on the configurations' pages."""

import pytest
from playwright.sync_api import expect

from routes.models import Route
from tests.builder.screen import signed_in
from tests.pages.making import incoming, outgoing, set_values, step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ORDER = {"sku": "A1", "customer": {"e-mail": "a@b.nl"}, "lines": [{"qty": 2}]}
SET = "step-p-transformers-0-p-configurations-0-p-"


def some_step() -> dict:
    setter = step("value-setter", configurations=[{"key": "", "value": ""}])
    remover = step("value-remover", patterns=[{"key": ""}])
    node = step(
        "node",
        accessor=step("pattern", pattern="lines"),
        nodeTransformers=[step("value-remover", patterns=[{"key": ""}])],
    )
    return step("data", transformers=[setter, remover, node])


@pytest.fixture
def page_of_step(page):
    samples = [{"name": "A", "data": ORDER, "expected": {}}]
    Route(
        name="Prices",
        incoming=incoming(samples=samples, transformers=[set_values(sku="B2")]),
        outgoing=outgoing(),
        transformers=[some_step()],
    ).store()
    signed_in(page)
    page.goto("/routes/builder/edit/prices/")
    page.locator("#canvas [data-list^='route:'] .node-main").first.click()
    expect(page.locator("[data-fields-box]")).to_be_visible()
    unfold(page)
    return page


def unfold(page) -> None:
    """Open all that is folded in the form, so that each setting can be seen."""
    page.evaluate(
        "document.querySelectorAll('#configuration-form details:not([data-fields-box])')"
        ".forEach((folded) => { folded.open = true })"
    )


def suggestions(page):
    return page.locator("#suggestions [role=option]:visible code")


def test_a_placeholder_is_completed_while_it_is_typed(page_of_step):
    page = page_of_step
    value = page.locator(f"[name={SET}value]")
    value.focus()
    page.keyboard.type("Dear &{cust")

    expect(suggestions(page)).to_have_text(["customer", 'customer."e-mail"'])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(value).to_have_value('Dear &{customer."e-mail"}')
    expect(page.locator("#suggestions")).to_be_hidden()


def test_a_path_is_chosen_by_mouse_from_all_fields(page_of_step):
    page = page_of_step
    key = page.locator(f"[name={SET}key]")
    key.click()

    expect(suggestions(page)).to_have_count(6)
    suggestions(page).get_by_text("lines.0.qty", exact=True).click()

    expect(key).to_have_value("lines.0.qty")


def test_escape_closes_the_suggestions_and_not_the_panel(page_of_step):
    page = page_of_step
    page.locator(f"[name={SET}key]").click()
    expect(page.locator("#suggestions")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator(f"[name={SET}key]")).to_be_focused()


def test_settings_of_a_node_are_offered_the_fields_within_it(page_of_step):
    page = page_of_step
    page.locator("[name$='-p-nodeTransformers-0-p-patterns-0-p-key']").click()

    expect(suggestions(page)).to_have_text(["qty"])


def test_a_click_on_a_field_writes_it_where_one_typed_last(page_of_step):
    page = page_of_step
    page.locator("[data-fields-box] summary").click()
    page.locator("[name$='-p-transformers-1-p-patterns-0-p-key']").focus()
    page.get_by_role("button", name="qty 2").click()
    expect(page.locator("[name$='-p-transformers-1-p-patterns-0-p-key']")).to_have_value(
        "lines.*.qty"
    )

    page.locator(f"[name={SET}value]").focus()
    page.get_by_role("button", name="sku B2").click()

    expect(page.locator(f"[name={SET}value]")).to_have_value("&{sku}")
    expect(page.locator("#said")).to_have_text("Wrote sku.")


def test_the_page_of_an_incoming_offers_fields_too(page_of_step):
    page = page_of_step
    page.goto("/incomings/products/edit/")
    unfold(page)
    key = page.locator("[name='transformers-0-p-transformers-0-p-configurations-0-p-key']")
    key.fill("")

    expect(suggestions(page)).to_have_count(6)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")

    expect(key).to_have_value("sku")


def test_where_no_record_is_known_a_trial_is_offered_and_the_line_goes_on_working(page):
    source = step("http-subscriber", request={"uri": "https://shop.example/orders"})
    row = Route(name="Prices", incoming=incoming(subscriber=source), outgoing=outgoing())
    row.transformers = [some_step()]
    row.store()
    signed_in(page)
    page.goto("/routes/builder/edit/prices/")
    page.locator("#canvas [data-list^='route:'] .node-main").first.click()
    page.locator("[data-fields-box] summary").click()
    expect(page.locator("[data-fields-box]")).to_contain_text("No record is known yet")

    page.locator("[data-fields-box]").get_by_role("button", name="Try it").click()
    expect(page.locator("#panel")).to_contain_text("Records from")
    page.locator("#canvas .node-outgoing .node-main").click()

    expect(page.locator("#panel [name=name]")).to_have_value("Warehouse")
