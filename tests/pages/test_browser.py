"""The pages in a real browser: pleasant with JavaScript, whole without it."""

import pytest
from playwright.sync_api import expect

from connectors.models import Incoming
from tests.browsing import drag_below, expect_width, rest
from tests.pages import making
from tests.pages.conftest import sign_in
from tests.pages.making import step

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def choose(page, name: str, words: str) -> None:
    """Choose from a searchable list as a person does: open, type, Enter; then wait for the page."""
    page.click(f"#id_{name} + .ts-wrapper .ts-control")
    page.wait_for_selector(".dropdown-active .dropdown-input:focus")
    page.keyboard.type(words)
    page.wait_for_selector(f".dropdown-active .option.active:has-text('{words}')")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Enter")
    rest(page)


def test_an_incoming_with_two_steps_is_built_moved_and_saved(signed_in):
    page = signed_in
    page.goto("/incomings/new/")

    page.fill("#id_name", "Stock of the shop")
    expect(page.locator("#id_identifier")).to_have_value("stock-of-the-shop")
    choose(page, "subscriber-prototype", "Static")
    page.fill("#id_subscriber-p-data", '[{"sku": "A"}]')
    choose(page, "transformers-new", "Chain")
    page.fill("#id_transformers-0-name", "First")
    choose(page, "transformers-new", "Data")
    page.fill("#id_transformers-1-name", "Second")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click("#id_transformers-1-up")
    page.wait_for_selector("#id_transformers-0 :focus")
    rest(page)
    page.click("text=Save & continue")
    page.wait_for_url("**/stock-of-the-shop/edit/")

    saved = Incoming.objects.get()
    expect(page.locator("#toasts")).to_contain_text("was saved")
    assert [spec["meta"]["name"] for spec in saved.transformers] == ["Second", "First"]
    assert saved.subscriber["parameters"]["data"] == [{"sku": "A"}]


def test_steps_are_dragged_and_stay_open(signed_in):
    making.incoming(transformers=[step(name=name) for name in "ABC"])
    page = signed_in
    page.goto("/incomings/products/edit/")
    page.click("#id_transformers-2 .step-head")

    drag_below(page.locator("#id_transformers-0"), page.locator("#id_transformers-1"), place=1)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click("[name=transformers-1-duplicate]")
    page.wait_for_selector("#id_transformers-3")
    rest(page)
    page.click("text=Save & continue")
    page.wait_for_selector("text=was saved")

    names = [spec["meta"]["name"] for spec in Incoming.objects.get().transformers]
    assert sorted(names) == ["A", "B", "B", "C"]
    assert names[0] == "B"


def test_leaving_with_unsaved_changes_asks_first(signed_in):
    making.incoming()
    page = signed_in
    page.goto("/incomings/products/edit/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.fill("#id_description", "Changed")
    page.goto("/incomings/")

    assert asked == ["beforeunload"]


def test_a_switch_in_a_list_works_without_leaving_it(signed_in):
    making.incoming()
    page = signed_in
    page.goto("/incomings/")

    page.click("#switch-products")
    page.wait_for_selector("#switch-products[aria-checked=false]")

    assert not Incoming.objects.get().enabled
    expect(page.locator("#toasts")).to_contain_text("is disabled now")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("url", ["/incomings/", "/incomings/products/edit/", "/routes/new/"])
def test_a_page_fits_its_screen(signed_in, url, width):
    making.incoming("Products", [step(name="A very long name " * 8)], description="word" * 200)
    page = signed_in
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(url)

    expect_width(page, width)


def test_what_was_typed_survives_a_session_that_ended(signed_in):
    making.incoming(transformers=[step(name="A")])
    page = signed_in
    page.goto("/incomings/products/edit/")
    page.fill("#id_description", "Typed")
    page.context.clear_cookies()

    page.click("[name=transformers-0-duplicate]")
    page.wait_for_selector("text=your session ended")
    again = page.context.new_page()
    sign_in(again)
    page.click("[name=transformers-0-duplicate]")
    page.wait_for_selector("#id_transformers-1")
    rest(page)
    page.click("text=Save & continue")
    page.wait_for_selector("text=was saved")

    saved = Incoming.objects.get()
    assert (saved.description, len(saved.transformers)) == ("Typed", 2)
