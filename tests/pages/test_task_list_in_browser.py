"""An admin on the task list in a browser: pages, filters, keys, views, columns, a file."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tasks.models import Message, SavedView, Task
from tests.pages.task_list import boxes, expect_count, filter_by
from tests.pages.thousands import ORDERS, PRICES

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_tasks_page_is_a_paginated_list_and_each_task_has_a_status(admin):
    expect(boxes(admin)).to_have_count(50)
    expect_count(admin, "3,050 tasks")
    for status, number in (Counter(ORDERS) + Counter(PRICES)).items():
        expect(admin.locator(f".counter.state-{status}")).to_contain_text(f"{number:,}")

    first = boxes(admin).first.get_attribute("value")
    admin.get_by_role("link", name="Older").click()
    expect(boxes(admin).first).not_to_have_value(first)
    admin.get_by_role("link", name="Newer").click()
    expect(boxes(admin).first).to_have_value(first)
    admin.get_by_role("button", name="50 per page").click()
    admin.get_by_role("link", name="250 per page").click()
    expect(boxes(admin)).to_have_count(250)


def test_tasks_are_filtered_by_route_and_status(admin):
    filter_by(admin, "Route", lambda menu: menu.get_by_label("Prices to shop").check())
    expect_count(admin, "430 tasks match")

    filter_by(admin, "Status", lambda menu: menu.get_by_label("Failed").check())
    expect_count(admin, "30 tasks match")

    filter_by(admin, "Status", lambda menu: menu.get_by_label("New").check())
    expect_count(admin, "430 tasks match")
    for part in ("route=", "status=new", "status=failed"):
        expect(admin).to_have_url(re.compile(f"[?&]{part}"))

    admin.get_by_role("link", name="Remove the filter Route Prices to shop").click()
    expect(admin.locator(".pager")).to_contain_text("2,230 tasks match")


def test_tasks_are_filtered_by_ranges_of_time(admin):
    day_before = (timezone.now() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    for menu in ("Created", "Updated"):
        admin.goto("/tasks/")
        admin.get_by_role("button", name=menu).click()
        admin.locator(".dropdown-menu.show").get_by_role("link", name="Last 24 hours").click()
        expect_count(admin, "2,620 tasks match")
        expect(admin).to_have_url(re.compile(f"[?&]{menu.lower()}_after=-24h"))
        expect(admin.locator(".chip")).to_contain_text("24 hours ago")

        admin.goto("/tasks/")
        filter_by(admin, menu, lambda dropdown: dropdown.get_by_label("Until").fill(day_before))
        expect_count(admin, "430 tasks match")


def test_tasks_are_filtered_by_texts_that_contain_or_equal(admin):
    def give(label: str, text: str, mode: str) -> None:
        admin.goto("/tasks/")
        if label != "Entity identifier":
            admin.locator(".filters").get_by_role("button", name="More").click()
        field = admin.locator(".filters").get_by_role("searchbox", name=label, exact=True)
        admin.get_by_label(f"How {label.lower()} is compared").select_option(mode)
        field.fill(text)
        field.press("Enter")
        admin.wait_for_url("**/tasks/?*")

    for label, text, mode, found in (
        ("Identifier", "admin000000000000000000", "contains", "10 tasks match"),
        ("Identifier", "01ADMIN0000000000000000007", "is", "1 task matches"),
        ("Entity schema", "pri", "contains", "430 tasks match"),
        ("Entity schema", "price", "is", "430 tasks match"),
        ("Entity identifier", "PRICE-42", "contains", "11 tasks match"),
        ("Entity identifier", "price-42", "is", "1 task matches"),
    ):
        give(label, text, mode)
        expect_count(admin, found)


def test_the_details_of_a_task_are_behind_its_identifier_in_four_tabs(admin, thousands):
    task = Task.objects.get(entity_identifier="price-42")
    now = timezone.now()
    for phase, text in (("import", "Fetched from the shop."), ("export", "Sent to the ERP.")):
        Message.objects.create(task=task, phase=phase, text=text, created_at=now)
    admin.goto("/tasks/?entity_identifier=price-42")

    admin.get_by_role("link", name=f"…{task.identifier[-10:]}").click()

    expect(admin.get_by_role("link", name="Overview")).to_have_attribute("aria-current", "page")
    expect(admin.locator(".facts")).to_contain_text("Prices to shop")
    admin.get_by_role("link", name="Entity data").click()
    expect(admin.locator(".data")).to_contain_text("price-42")
    admin.get_by_role("link", name="Import messages").click()
    expect(admin.locator("main")).to_contain_text("Fetched from the shop.")
    admin.get_by_role("link", name="Export messages").click()
    expect(admin.locator("main")).to_contain_text("Sent to the ERP.")


def test_the_keyboard_alone_moves_chooses_and_opens(admin):
    admin.goto("/tasks/?status=failed")
    keys = admin.keyboard

    for key in ("j", "j", "x", "ArrowDown", "ArrowDown", "Shift+X"):
        keys.press(key)
    expect(admin.locator("[data-count]")).to_have_text("3 selected")
    keys.press("k")
    keys.press("Space")
    expect(admin.locator("[data-count]")).to_have_text("2 selected")
    keys.press("Escape")
    expect(admin.locator("[data-count]")).to_have_text("")

    keys.press("?")
    expect(admin.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    expect(admin.get_by_role("dialog", name="Keys")).to_be_hidden()
    chosen = admin.locator("tr[data-row]:focus a.identifier").get_attribute("href")
    keys.press("Enter")
    admin.wait_for_url(f"**{chosen}")


def test_refreshing_is_paused_until_it_is_wanted_again(admin):
    button = admin.get_by_title("Refreshes every 5 seconds")

    button.click()
    expect(button).to_have_text("Paused")
    admin.reload()
    expect(button).to_have_attribute("aria-pressed", "true")

    button.click()
    expect(button).to_have_text("Live")


def test_keys_typed_into_a_field_are_text(admin):
    admin.locator("#text-entity_identifier").fill("")

    admin.locator("#text-entity_identifier").press_sequentially("jxka?")

    expect(admin.locator("#text-entity_identifier")).to_have_value("jxka?")
    expect(admin.locator("[data-count]")).to_have_text("")


def test_a_filter_is_saved_changed_and_deleted_as_a_view(admin):
    admin.goto("/tasks/?status=failed")

    admin.get_by_role("button", name="Save as view").click()
    admin.get_by_label("Name").fill("To look at")
    admin.get_by_role("button", name="Save view").click()
    tab = admin.get_by_role("navigation", name="Saved views").get_by_role("link", name="To look at")
    expect(tab).to_have_attribute("aria-current", "page")

    admin.locator(".counter.state-rejected").click()
    expect(tab).to_contain_text("changed")
    admin.get_by_role("button", name="Edit view").click()
    admin.get_by_role("button", name="Save the present filter").click()
    expect(tab).not_to_contain_text("changed")
    assert SavedView.objects.get().query == "status=rejected"

    admin.get_by_role("link", name="All tasks").click()
    tab.click()
    expect(admin.locator(".pager")).to_contain_text("50 tasks match")
    admin.on("dialog", lambda dialog: dialog.accept())
    admin.get_by_role("button", name="Edit view").click()
    admin.get_by_role("button", name="Delete view").click()
    expect(tab).to_have_count(0)


def test_other_columns_are_chosen_and_remembered(admin):
    admin.get_by_role("button", name="Columns").click()
    menu = admin.locator(".dropdown-menu.show")
    menu.get_by_label("Attempts").check()
    menu.get_by_label("Entity schema").uncheck()
    menu.get_by_role("button", name="Show these").click()

    expect(admin.get_by_role("columnheader", name="Attempts")).to_be_visible()
    admin.goto("/tasks/?status=failed")
    expect(admin.get_by_role("columnheader", name="Attempts")).to_be_visible()
    expect(admin.get_by_role("columnheader", name="Entity schema")).to_have_count(0)


def test_what_matches_is_taken_away_as_a_file(admin):
    admin.goto("/tasks/?status=rejected")

    admin.get_by_role("button", name="Export").click()
    with admin.expect_download() as download:
        admin.get_by_role("link", name="CSV for Excel").click()

    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("identifier,entity_identifier,")
    assert len(lines) == 51
