"""Try it in the Route Builder, in a browser: shown, counted on the line, kept as samples."""

import pytest
from playwright.sync_api import expect

from connectors.models import Incoming
from tests.builder.screen import signed_in
from tests.pages.making import route, set_values

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def screen(page):
    saved = route(transformers=[set_values(colour="&{colour}")])
    screen = signed_in(page)
    page.goto(f"/routes/builder/edit/{saved.identifier}/")
    return screen


def paste(screen, text: str) -> None:
    screen.click("Try it")
    screen.page.get_by_text("Pasted JSON").click()
    screen.page.get_by_label("Data", exact=True).fill(text)
    screen.click("Run")


def test_a_trial_is_announced_shown_and_counted_until_the_line_changes(screen):
    paste(screen, '[{"colour": "red"}, {"sku": "A"}]')

    count = screen.page.locator(".node-step .node-count")
    expect(screen.page.locator("#said")).to_contain_text("1 would be sent, 1 rejected")
    expect(screen.page.locator("#trial .try-summary")).to_be_in_viewport()
    expect(count).to_have_text("2 → 1")
    expect(count).to_have_class("node-count is-failed")

    screen.page.locator(".node-step .node-main").focus()
    screen.page.keyboard.press("Delete")
    expect(screen.page.locator(".node-step")).to_have_count(0)
    screen.press(screen.page.locator("#undo"))
    expect(count).to_have_text("2 → 1")


def test_a_record_is_kept_as_a_sample_and_offered_at_once(screen):
    paste(screen, '{"colour": "red"}')
    trial = screen.page.locator("#trial")
    trial.get_by_label("Name of the sample").fill("A red one")

    screen.press(trial.get_by_role("button", name="Keep as sample"))

    expect(trial).to_contain_text("Kept as “A red one”")
    expect(screen.page.locator(".node-step .node-count")).to_have_text("1 → 1")
    screen.page.get_by_text("A sample", exact=True).click()
    expect(screen.page.get_by_label("Sample", exact=True)).to_have_value("A red one")
    assert Incoming.objects.get().samples == []
    screen.save()
    assert Incoming.objects.get().samples[0]["name"] == "A red one"


def test_undo_takes_back_what_is_just_being_typed(screen):
    undo = screen.page.locator("#undo")
    screen.press(screen.page.locator("#canvas .node-incoming .node-main"))
    expect(undo).to_be_disabled()
    name = screen.panel.locator("[name=name]")
    name.fill("Renamed")
    expect(undo).to_have_accessible_name("Undo: what is just being typed")

    screen.press(undo)

    expect(name).to_have_value("Products")
    expect(undo).to_be_disabled()
    screen.press(screen.page.locator("#redo"))
    expect(name).to_have_value("Renamed")
