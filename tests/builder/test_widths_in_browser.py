"""That nothing of the Route Builder is cut or scrolls sideways, on a phone as on a desk."""

import pytest
from playwright.sync_api import expect

from tests.browsing import expect_width
from tests.builder.screen import signed_in
from tests.pages.making import route
from tests.scheduler.running import make_job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LONG = "Orders of every shop there is, with all their lines and what was paid for them, " * 3
WIDER = """() => [...document.querySelectorAll('#canvas *, .page-header *')].filter((each) =>
  each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.className)"""


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_long_name_makes_nothing_scroll_sideways(page, size):
    saved = route(name=LONG[:212])
    make_job(saved)
    signed_in(page)
    page.set_viewport_size({"width": size[0], "height": size[1]})

    page.goto(f"/routes/builder/edit/{saved.identifier}/")

    expect_width(page, size[0])
    if size[0] == 390:
        assert page.evaluate(WIDER) == []


def test_on_a_phone_the_button_to_save_a_draft_stands_clear_and_whole(page):
    saved = route()
    screen = signed_in(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/routes/builder/edit/{saved.identifier}/")

    screen.press(page.locator("#add-scheduler"))
    screen.press(screen.panel.get_by_role("button", name="Close"))

    save = page.locator("#save")
    expect(save).to_have_js_property("scrollWidth", save.evaluate("(each) => each.clientWidth"))
    more, box = page.get_by_role("button", name="More").bounding_box(), save.bounding_box()
    assert more["x"] + more["width"] <= box["x"] or more["y"] + more["height"] <= box["y"]
