"""Words for tests in a browser that wait for the page, so that no speed of a machine matters."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

AXE = Path(__file__).resolve().parents[1] / "node_modules/axe-core/axe.min.js"
RESTS = """() => document.readyState === "complete" && document.fonts.status === "loaded"
  && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")
  && document.getAnimations().every((each) => each.playState !== "running"
    || each.effect.getComputedTiming().endTime === Infinity)"""
PLACE = "(item) => [...item.parentElement.children].indexOf(item)"
TRIES = 200


def rest(page: Page) -> None:
    """Wait until the page is loaded and drawn, and nothing is on its way or moves."""
    page.wait_for_function(RESTS)


def expect_width(page: Page, width: int) -> None:
    """That nothing is wider than the screen of so many pixels."""
    rest(page)
    expect(page.locator("html")).to_have_js_property("scrollWidth", width)


def expect_clipboard(page: Page, text: str) -> None:
    read = "(text) => navigator.clipboard.readText().then((found) => found === text)"
    page.wait_for_function(read, arg=text)


def found_by_axe(page: Page, within: str = "html") -> list[str]:
    """What axe calls serious or worse; colours that still change would be measured halfway."""
    rest(page)
    page.evaluate(AXE.read_text())
    return page.evaluate(
        "(within) => axe.run(within, {resultTypes: ['violations']}).then((found) =>"
        " found.violations.filter((each) => ['serious', 'critical'].includes(each.impact))"
        ".flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html}`)))",
        within,
    )


def drag_below(item: Locator, other: Locator, place: int) -> None:
    """Drag a step by its grip below another: move on until it shows at `place`, then let go.

    Sortable ignores the pointer for a moment after each exchange, as no hand would notice."""
    mouse = item.page.mouse
    item.locator("[data-grip]").first.hover()
    mouse.down()
    _move_until(item, place, lambda nudge: mouse.move(*_lower_part(other, nudge), steps=4))
    mouse.up()


def drag_below_by_finger(item: Locator, other: Locator, place: int) -> None:
    """The same by touch: hold it until it is lifted first."""
    finger = item.page.context.new_cdp_session(item.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    grip = item.locator("[data-grip]").first
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    touch("touchStart", (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    expect(item).to_have_class(re.compile("sortable-chosen"))
    _move_until(item, place, lambda nudge: touch("touchMove", _lower_part(other, nudge)))
    touch("touchEnd")


def _move_until(item: Locator, place: int, move) -> None:
    for nudge in range(TRIES):
        move(nudge % 8)
        if item.evaluate(PLACE) == place:
            return
        item.page.wait_for_timeout(30)
    raise AssertionError(f"The step does not come to place {place}.")


def _lower_part(locator: Locator, nudge: int) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.75 + nudge
