"""What axe and the content security policy have to say of the Route Builder, in both themes."""

import pytest
from playwright.sync_api import expect

from tests.browsing import found_by_axe, rest
from tests.builder.screen import signed_in
from tests.pages.making import route, set_values
from tests.world import make_route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BROUGHT_UP_TO_DATE = """new Promise((told) =>
  document.addEventListener("htmx:oobAfterSwap", () => told(true), {once: true}))"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_panel(page, theme):
    saved = route(transformers=[set_values(a=1)])
    make_route(incoming=saved.incoming)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: "Security Policy" in said.text and faults.append(said.text))
    screen = signed_in(page)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": page.url}])
    page.goto(f"/routes/builder/edit/{saved.identifier}/")
    assert found_by_axe(page) == []

    panels = ("#advanced", "#try", ".node-incoming .node-main", ".node-step .node-main")
    for opener in (*panels, "#add-trigger", "#add-scheduler"):
        screen.press(page.locator(opener).first)
        expect(screen.panel.get_by_role("button", name="Close")).to_be_visible()
        assert found_by_axe(page) == [], opener
    page.goto("/routes/builder/new/")
    assert found_by_axe(page) == []
    page.goto(f"/routes/builder/edit/{saved.identifier}/classic/")
    assert found_by_axe(page) == []
    assert faults == []


def test_numbers_that_change_move_nothing(page):
    saved = route()
    signed_in(page)
    page.goto(f"/routes/builder/edit/{saved.identifier}/")
    heights = "[...document.querySelectorAll('.node')].map((node) => node.offsetHeight)"
    rest(page)
    before = page.evaluate(heights)

    page.evaluate(BROUGHT_UP_TO_DATE)
    rest(page)

    assert page.evaluate(heights) == before
