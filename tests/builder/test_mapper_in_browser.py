"""The mapper in a browser: by name, by click, by mouse, by keyboard, on a phone, in both themes."""

import json

import pytest
from playwright.sync_api import expect

from routes.models import Route
from tasks.models import Task
from tests.browsing import expect_width, found_by_axe
from tests.builder.screen import signed_in
from tests.builder.test_mapper import ORDER, WANTED
from tests.pages.making import incoming, outgoing, schema, step
from tests.scheduler.running import execute_next

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def screen(page):
    """The Route Builder with a mapping that was just added, and a schema of the target chosen."""
    page.set_viewport_size({"width": 1440, "height": 1000})
    schema("Order of the ERP", schema=WANTED)
    subscriber = step("static-data-subscriber", data=[ORDER])
    sample = {"name": "An order", "data": ORDER, "expected": {}}
    ends = {
        "incoming": incoming("Shop", subscriber=subscriber, samples=[sample]),
        "outgoing": outgoing(),
    }
    Route(name="Orders", **ends).store()
    screen = signed_in(page)
    page.goto("/routes/builder/edit/orders/")
    screen.press(page.locator("[id='add-route:orders/transformers']"))
    screen.choose("Map fields")
    page.get_by_label("Fields of the target from").select_option(
        label="Entity schema “Order of the ERP”"
    )
    expect(rows(screen)).to_have_count(4)
    expect(source(screen, "number")).to_be_visible()
    return screen


def rows(screen):
    return screen.panel.locator("[data-pair]")


def row(screen, target: str):
    return rows(screen).filter(has=screen.page.locator(f'[value="{target}"]'))


def source(screen, pattern: str):
    return screen.panel.locator(f'[data-source="{pattern}"]')


def from_of(screen, target: str):
    return row(screen, target).locator("[name$='-text']")


def after(screen):
    return screen.panel.locator("#mapper-preview .try-sides > div").nth(1)


def test_an_order_with_lines_is_mapped_saved_and_becomes_a_task(screen):
    expect(screen.panel).to_contain_text("2 required without a source")
    screen.click("Match by name")
    expect(from_of(screen, "lines.*.sku")).to_have_value("items.*.sku")
    expect(screen.page.locator("#said")).to_have_text(
        "Matched 3 by name. Still without a source: 1."
    )

    source(screen, "number").click()
    expect(source(screen, "number")).to_have_attribute("aria-pressed", "true")
    row(screen, "orderNumber").locator(".mapper-arrow").click()
    expect(from_of(screen, "orderNumber")).to_have_value("number")
    expect(source(screen, "number").locator("..")).to_have_class("is-used")

    screen.click("Add a field")
    rows(screen).last.get_by_placeholder("Field of the target").fill("shop")
    rows(screen).last.locator("select").select_option("value")
    rows(screen).last.locator("[name$='-text']").fill("NL")
    row(screen, "lines.*.quantity").get_by_label("may be missing").check()

    expect(after(screen)).to_contain_text('"orderNumber": "1001"')
    expect(after(screen)).to_contain_text('"shop": "NL"')
    screen.done()
    screen.save()
    screen.click("Fetch now")
    expect(screen.page.locator("#toasts")).to_contain_text("Shop was queued as")
    execute_next()

    assert json.loads(Task.objects.get().payload.data) == {
        "orderNumber": "1001",
        "customer_email": "jane@example.com",
        "lines": [{"sku": "A-1", "quantity": 2}, {"sku": "B-2", "quantity": None}],
        "shop": "NL",
    }


def test_a_field_is_dragged_onto_its_row(screen):
    source(screen, "number").drag_to(row(screen, "orderNumber"))

    expect(from_of(screen, "orderNumber")).to_have_value("number")


def test_how_many_are_mapped_is_counted_anew_with_each_change(screen):
    told = screen.panel.locator("[data-mapped]")
    expect(told).to_have_text("0 of 4 mapped · 2 required without a source")

    source(screen, "number").click()
    row(screen, "orderNumber").locator(".mapper-arrow").click()
    expect(told).to_contain_text("1 of 4 mapped")
    from_of(screen, "customer_email").fill("customer.Email")
    expect(told).to_contain_text("2 of 4 mapped")
    row(screen, "lines.*.quantity").locator("[data-remove-pair]").click()

    expect(told).to_contain_text("2 of 3 mapped")


def test_a_field_is_found_by_the_keyboard(screen):
    from_of(screen, "customer_email").focus()

    screen.type("jane")
    expect(screen.page.locator("#suggestions [role=option]:visible")).to_have_count(1)
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("Enter")

    expect(from_of(screen, "customer_email")).to_have_value("customer.Email")
    expect(after(screen)).to_contain_text("jane@example.com")


def test_a_field_of_another_type_than_is_wanted_is_told(screen):
    source(screen, "items.*.sku").click()
    row(screen, "lines.*.quantity").locator(".mapper-arrow").click()

    expect(row(screen, "lines.*.quantity")).to_contain_text("This is a text, a number is wanted.")


def test_what_was_mapped_is_there_after_another_node_was_clicked(screen):
    screen.click("Match by name")
    expect(from_of(screen, "customer_email")).to_have_value("customer.Email")
    source(screen, "items.*.sku").click()
    row(screen, "orderNumber").locator(".mapper-arrow").click()

    screen.press(screen.page.locator("#canvas .node-incoming .node-main"))
    screen.press(screen.page.locator("#canvas .node-step .node-main"))

    expect(from_of(screen, "customer_email")).to_have_value("customer.Email")
    expect(from_of(screen, "orderNumber")).to_have_value("items.*.sku")
    expect(row(screen, "orderNumber")).to_contain_text("has a value for each item of a list")
    expect(screen.node("Map fields")).to_contain_text("has a value for each item of a list")


def test_the_two_columns_become_steps_and_come_back(screen):
    screen.click("Match by name")
    expect(from_of(screen, "customer_email")).to_have_value("customer.Email")

    screen.click("As steps")
    expect(screen.panel.locator("[data-mapper]")).to_have_count(0)
    expect(screen.panel).to_contain_text("Set values")
    screen.click("As two columns")

    expect(from_of(screen, "customer_email")).to_have_value("customer.Email")
    expect(source(screen, "number")).to_be_visible()


def test_on_a_phone_the_columns_stand_below_each_other(screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})

    screen.click("Match by name")

    expect(from_of(screen, "customer_email")).to_have_value("customer.Email")
    expect_width(screen.page, 390)
    expect(screen.panel).to_have_js_property("scrollWidth", 390)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_mapper(screen, theme):
    screen.page.context.add_cookies([{"name": "theme", "value": theme, "url": screen.page.url}])
    screen.click("Match by name")
    row(screen, "lines.*.quantity").get_by_label("may be missing").check()
    source(screen, "items.*.sku").click()
    row(screen, "orderNumber").locator(".mapper-arrow").click()
    screen.click("Done")
    expect(screen.page.locator("#problems")).to_contain_text("has a value for each item of a list")
    screen.click("Keep it unfinished")
    screen.page.reload()
    screen.press(screen.page.locator("#canvas .node-step .node-main"))
    expect(after(screen)).to_contain_text("lines")

    assert found_by_axe(screen.page) == []
