"""Steps of the line in a browser: moved by mouse, finger and keyboard, copied, undone; and saved
by two people at once."""

import re

import pytest
from playwright.sync_api import expect

from connectors.models import Incoming
from routes.models import Route
from tests.browsing import drag_below, drag_below_by_finger, expect_width, rest
from tests.builder.screen import signed_in
from tests.pages.making import incoming, outgoing, set_values

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LIST = "route:prices/transformers"


def named(name: str, **values) -> dict:
    return set_values(**values) | {"meta": {"name": name}}


@pytest.fixture
def screen(page):
    Route(
        name="Prices",
        incoming=incoming(),
        outgoing=outgoing(),
        transformers=[named("First", a=1), named("Second", b=2), named("Third", c=3)],
    ).store()
    screen = signed_in(page)
    page.goto("/routes/builder/edit/prices/")
    return screen


def saved_names() -> list[str]:
    return [step["meta"]["name"] for step in Route.objects.get().transformers]


def menu(screen, title: str, action: str) -> None:
    screen.press(screen.page.get_by_role("button", name=f"Actions for {title}"))
    screen.press(screen.page.locator(".dropdown-menu.show").get_by_text(action, exact=True))


def step(screen, number: int):
    return screen.page.locator(f"[data-step$='/{number}']").first


def test_a_step_is_dragged_below_another_and_the_move_undone(screen):
    drag_below(step(screen, 0), step(screen, 2), place=2)
    expect(screen.page.locator("#said")).to_contain_text("Moved “First”")
    screen.expect_titles(LIST, "Second", "Third", "First")
    screen.settle()

    screen.page.keyboard.press("Control+z")
    expect(screen.page.locator("#redo")).to_be_enabled()
    screen.expect_titles(LIST, "First", "Second", "Third")
    screen.settle()
    screen.page.keyboard.press("Control+Shift+z")
    expect(screen.page.locator("#redo")).to_be_disabled()
    screen.expect_titles(LIST, "Second", "Third", "First")
    screen.settle()
    screen.save()

    assert saved_names() == ["Second", "Third", "First"]


def test_a_step_is_dragged_by_a_finger(screen):
    drag_below_by_finger(step(screen, 0), step(screen, 1), place=1)

    expect(screen.page.locator("#said")).to_contain_text("Moved “First”")
    screen.expect_titles(LIST, "Second", "First", "Third")


def test_a_step_is_moved_by_the_keyboard_which_stays_on_it(screen):
    first = screen.page.locator("#canvas .node-main", has_text="First")
    first.focus()

    screen.page.keyboard.press("Alt+ArrowDown")

    expect(screen.page.locator("#canvas .node-main", has_text="First")).to_be_focused()
    expect(screen.page.locator("#said")).to_contain_text("Moved to place 2 of 3.")
    screen.expect_titles(LIST, "Second", "First", "Third")


def test_a_step_is_duplicated_switched_off_and_removed_from_its_menu(screen):
    menu(screen, "Second", "Duplicate")
    screen.expect_titles(LIST, "First", "Second", "Second", "Third")
    menu(screen, "Third", "Switch off")
    expect(screen.node("Third")).to_contain_text("switched off")
    menu(screen, "First", "Remove")

    screen.save()

    assert saved_names() == ["Second", "Second", "Third"]
    assert Route.objects.get().transformers[2]["meta"] == {"name": "Third", "disabled": True}


def test_folded_steps_stay_folded(screen):
    screen.click("Fold the transformers of this route")
    expect(screen.node("Second")).to_be_hidden()

    screen.page.reload()

    expect(screen.node("Second")).to_be_hidden()
    expect(screen.page.locator("#canvas")).to_contain_text("Transformers of this route · 3")


def test_a_step_is_copied_to_another_route(screen):
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.page.locator("#canvas .node-main", has_text="Second").focus()
    screen.page.keyboard.press("Control+c")
    expect(screen.page.locator("#said")).to_contain_text("Copied.")
    screen.page.goto("/routes/builder/new/")

    screen.page.get_by_role("button", name="Add a transformer", exact=True).focus()
    screen.page.keyboard.press("Control+v")

    expect(screen.node("Second")).to_be_visible()


def test_what_is_typed_is_kept_when_another_node_is_clicked(screen):
    screen.press(screen.page.locator("#canvas .node-incoming .node-main"))
    screen.panel.locator("[name=name]").fill("Renamed")

    screen.press(screen.page.locator("#canvas .node-outgoing .node-main"))

    expect(screen.panel.locator("[name=name]")).to_have_value("Warehouse")
    expect(screen.node("Renamed")).to_be_visible()
    screen.save()
    assert Incoming.objects.get().name == "Renamed"


def test_one_undo_takes_back_what_it_names_though_something_is_being_typed(screen):
    screen.press(screen.page.locator("#add-scheduler"))
    screen.panel.locator("[name=expression]").fill("99 unfinished")
    expect(screen.page.locator("#undo")).to_have_accessible_name("Undo: Added a scheduled job")

    screen.press(screen.page.locator("#undo"))

    expect(screen.page.locator("#canvas .node-scheduler")).to_have_count(0)
    screen.press(screen.page.locator("#redo"))
    screen.press(screen.page.locator("#redo"))
    expect(screen.page.locator("#canvas .node-scheduler")).to_contain_text("99 unfinished")


def test_a_save_takes_what_is_being_typed_and_asks_nothing(screen):
    asked = []
    screen.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    screen.press(screen.page.locator("#canvas .node-incoming .node-main"))
    screen.panel.locator("[name=name]").fill("Renamed")

    screen.save()

    assert Incoming.objects.get().name == "Renamed"
    assert asked == []


def test_a_stale_save_shows_both_versions_and_a_way_to_go_on(screen):
    screen.press(screen.page.locator("#canvas .node-incoming .node-main"))
    screen.panel.locator("[name=name]").fill("Mine")
    screen.done()
    theirs = Incoming.objects.get()
    theirs.name = "Theirs"
    theirs.store()

    screen.click("Save & continue")
    expect(screen.panel).to_contain_text("Not saved: somebody else saved meanwhile")
    expect(screen.panel).to_contain_text("Theirs")
    expect(screen.panel).to_contain_text("Mine")
    assert Incoming.objects.get().name == "Theirs"
    screen.click("Put mine on top")
    screen.save()

    assert Incoming.objects.get().name == "Mine"


def test_on_a_phone_the_panel_is_a_sheet_over_the_line(screen):
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})

    screen.press(page.locator("#canvas .node-incoming .node-main"))
    expect(screen.panel).to_be_in_viewport(ratio=1)
    assert screen.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    screen.press(screen.panel.get_by_role("button", name="Close"))

    expect(page.locator("body")).not_to_have_class(re.compile("panel-open"))
    rest(page)
    assert screen.panel.bounding_box()["y"] > 400
    expect_width(page, 390)
