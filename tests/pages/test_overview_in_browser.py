"""Dashboard and map in a browser: what moves, what must not, and who can use it."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.browsing import expect_width, found_by_axe, rest
from tests.pages.rows import make_process, make_task
from tests.world import make_outgoing, make_route, set_value

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHART = "window.Chart && Chart.getChart('hours-chart')"


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def expect_bars(page, finished: int) -> None:
    """That so many finished tasks stand in the chart; an hour may end between two of them."""
    page.wait_for_function(
        f"(wanted) => {CHART} && {CHART}.data.datasets.find((each) => each.status === 'finished')"
        ".data.reduce((sum, each) => sum + each, 0) === wanted",
        arg=finished,
    )


def poll(page) -> None:
    """Ask for what changed, as the timer does."""
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        page.evaluate(
            "(() => { const live = document.querySelector('[data-live]');"
            "htmx.ajax('GET', live.getAttribute('hx-get'), {source: live,"
            "target: live.getAttribute('hx-target') || live, swap: live.getAttribute('hx-swap')})"
            "})()"
        )
    rest(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_chart_shows_the_hours_and_follows_what_happens(signed_in, width):
    signed_in.set_viewport_size({"width": width, "height": 844})
    route = make_route()
    make_task(route, "finished")
    signed_in.goto("/")
    expect_bars(signed_in, 1)

    make_task(route, "finished")
    poll(signed_in)

    expect_bars(signed_in, 2)
    expect(signed_in.locator("#counters .state-finished .counter-number")).to_have_text("2")
    expect_width(signed_in, width)


def test_nothing_moves_and_nothing_fades_when_the_counters_tick(signed_in):
    route = make_route()
    make_task(route, "finished")
    signed_in.goto("/")
    places = "[...document.querySelectorAll('#counters a, .hours-chart, #dashboard section')]"
    where = f"{places}.map((each) => JSON.stringify(each.getBoundingClientRect()))"
    signed_in.wait_for_function(CHART)
    rest(signed_in)
    before = signed_in.evaluate(where)

    for _ in range(3):
        make_task(route, "finished")
    poll(signed_in)

    assert signed_in.evaluate(where) == before
    faded = "() => {const live = document.querySelector('[data-live]');"
    faded += "live.classList.add('htmx-request'); return getComputedStyle(live).opacity}"
    assert signed_in.evaluate(faded) == "1"


def test_scripts_stay_below_two_hundred_kilobytes_as_they_are_sent(signed_in):
    make_route()
    scripts = "[...document.scripts].filter((each) => each.src).map((each) => each.src)"
    packed = """(urls) => Promise.all(urls.map(async (url) => {
      const zip = (await fetch(url)).body.pipeThrough(new CompressionStream("gzip"));
      return (await new Response(zip).arrayBuffer()).byteLength;
    }))"""

    signed_in.goto("/")
    urls = signed_in.evaluate(scripts)

    assert any("chart.js" in url for url in urls)
    assert sum(signed_in.evaluate(packed, urls)) < 200_000
    signed_in.goto("/tasks/")
    assert not any("chart.js" in url for url in signed_in.evaluate(scripts))


def test_the_way_of_a_node_lights_up_under_the_keyboard(signed_in):
    route, other = make_route(), make_route()
    signed_in.goto("/map/")
    expect(signed_in.locator(".map-edges path")).to_have_count(8)

    signed_in.get_by_role("link", name=route.name, exact=True).focus()

    lit = signed_in.locator(".map-node.map-lit .map-name")
    for each in (route, route.incoming, route.outgoing):
        expect(lit.get_by_text(each.name, exact=True)).to_have_count(1)
    expect(lit.get_by_text(other.name, exact=True)).to_have_count(0)


def test_the_map_is_searched_while_typing_and_keeps_the_place_in_the_address(signed_in):
    route, other = make_route(), make_route()
    signed_in.goto("/map/")

    signed_in.get_by_label("Find a name along the way").fill(route.name)

    expect(signed_in.get_by_role("link", name=other.name, exact=True)).to_have_count(0)
    expect(signed_in.get_by_role("link", name=route.name, exact=True)).to_be_visible()
    expect(signed_in).to_have_url(re.compile(r"\?q=Route"))


def test_the_numbers_of_the_map_change_in_their_place(signed_in):
    route = make_route(outgoing=make_outgoing())
    signed_in.goto("/map/")

    make_task(route, "failed")
    poll(signed_in)

    node = signed_in.locator(f"[data-node='route:{route.identifier}']")
    expect(node).to_contain_text("1 failed tasks")
    expect(signed_in.locator(".map-edges path")).to_have_count(4)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(signed_in, theme):
    route = make_route()
    make_task(route, "failed")
    make_process(route, "failed", result="The target is down.")
    faults = []
    signed_in.on("pageerror", lambda error: faults.append(str(error)))
    signed_in.on(
        "console", lambda said: "Security Policy" in said.text and faults.append(said.text)
    )
    host = signed_in.url
    signed_in.context.add_cookies([{"name": "theme", "value": theme, "url": host}])

    route.outgoing.transformers = [set_value("sku", "A")]
    route.outgoing.store()
    history = f"/outgoings/{route.outgoing.identifier}/history/"
    for path in ("/", "/map/", history, f"{history}1/"):
        signed_in.goto(path)
        assert found_by_axe(signed_in) == [], path
    assert faults == []
