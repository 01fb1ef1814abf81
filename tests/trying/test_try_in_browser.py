"""Trying a route in a browser, on desk and phone."""

import json

import pytest
from playwright.sync_api import expect

from connectors.models import Incoming
from tests.browsing import expect_width, found_by_axe
from tests.pages.conftest import _browser_of_an_editor  # noqa: F401
from tests.trying import making
from tests.world import keep_where, make_outgoing, make_route, set_value

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = [
    {"sku": "A1", "name": "Shoes", "group": "shoes"},
    {"sku": "B2", "name": "Umbrella", "group": "other"},
    {"sku": "C3", "group": "shoes", "text": "x" * 500},
]


@pytest.fixture
def route():
    return make_route(
        RECORDS,
        outgoing=make_outgoing([set_value("label", "&{name}")], making.http_publisher()),
        transformers=[keep_where("group", "shoes"), making.look_up(), set_value("brand", "Acme")],
    )


@pytest.fixture
def opened(signed_in, route):
    signed_in.goto(f"/routes/{route.identifier}/edit/")
    signed_in.get_by_role("link", name="Try it").click()
    return signed_in


def try_it(page):
    page.get_by_role("button", name="Try it").click()
    return page.locator("#trial")


def test_a_route_is_tried_and_shows_what_each_step_does(opened):
    trial = opened.locator("#trial")
    expect(trial).to_contain_text("Nothing tried yet")

    try_it(opened)

    expect(trial).to_contain_text("1 would be sent")
    expect(trial).to_contain_text("1 dropped")
    expect(trial).to_contain_text("1 failed")
    expect(trial).to_contain_text("Not asked in a dry run: GET https://lookup.example/A1")
    first = trial.locator(".try-record").first
    expect(first).to_contain_text("Would send POST https://target.example/items")
    expect(first.locator(".data-diff-path").first).to_contain_text("brand")

    trial.locator(".try-record > summary").nth(2).click()
    expect(trial.locator(".try-record").nth(2)).to_contain_text("&{name} found nothing")


def test_pasted_data_is_corrected_kept_as_a_sample_and_expected(opened):
    opened.get_by_text("Pasted JSON").click()
    text = opened.get_by_label("Data")
    text.fill('{"sku": "N1" "group": "shoes"}')
    trial = try_it(opened)
    expect(trial).to_contain_text("line 1, column 14")

    text.fill(json.dumps({"sku": "N1", "group": "shoes", "name": "New"}))
    try_it(opened)
    expect(trial).to_contain_text("1 would be sent")
    trial.get_by_label("Name of the sample").fill("new shoes")
    trial.get_by_role("button", name="Keep as sample").click()

    samples = opened.locator("#samples")
    expect(samples).to_contain_text("new shoes")
    opened.get_by_role("button", name="Run all").click()
    expect(samples).to_contain_text("nothing is expected yet")
    samples.get_by_role("button", name="Expect this result").click()
    opened.get_by_role("button", name="Run all").click()

    expect(samples).to_contain_text("1 passed")
    assert Incoming.objects.get().samples[0]["name"] == "new shoes"


def test_only_what_belongs_to_the_source_is_asked_for(opened):
    expect(opened.get_by_label("Records, at most")).to_be_visible()
    expect(opened.get_by_label("Data")).to_be_hidden()

    opened.get_by_text("Pasted JSON").click()

    expect(opened.get_by_label("Data")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone_and_axe_finds_nothing_serious(opened, theme):
    opened.emulate_media(color_scheme=theme)
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.reload()
    expect(try_it(opened)).to_contain_text("1 failed")
    opened.locator(".try-record > summary").nth(2).click()

    expect_width(opened, 390)
    assert found_by_axe(opened, "main") == []
