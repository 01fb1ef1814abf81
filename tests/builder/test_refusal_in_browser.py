"""A save that is refused says why where a person looks, also on a phone."""

import pytest
from playwright.sync_api import expect

from tests.builder.screen import signed_in
from tests.pages.making import route, set_values

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_on_a_phone_the_reasons_come_into_sight(page):
    saved = route(transformers=[set_values(**{f"key{n}": n}) for n in range(8)])
    screen = signed_in(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/routes/builder/edit/{saved.identifier}/")
    screen.press(page.locator("#add-scheduler"))
    screen.panel.locator("[name=expression]").fill("99 unfinished")
    screen.press(screen.panel.get_by_role("button", name="Close"))

    screen.click("Save & continue")

    expect(page.get_by_role("heading", name="Not saved yet")).to_be_in_viewport()
