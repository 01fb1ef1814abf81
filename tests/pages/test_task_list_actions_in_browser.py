"""An admin skips, retries and marks on the task list in a browser, at a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tasks.models import Task
from tests.browsing import expect_width, rest
from tests.pages.task_list import PHONE, boxes, filter_by, menu_of, press_and_confirm, select_all
from tests.pages.thousands import ORDERS, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def test_tasks_are_skipped_by_filter_and_select_all_available(admin):
    filter_by(admin, "Status", lambda menu: menu.get_by_label("New").check())
    filter_by(admin, "Route", lambda menu: menu.get_by_label("Prices to shop").check())

    select_all(admin, "Select all available")
    press_and_confirm(admin, "Skip 400 tasks")

    expect(admin.locator("#toasts")).to_contain_text("400 skipped")
    assert statuses()["skipped"] == ORDERS["skipped"] + 400
    assert statuses()["new"] == ORDERS["new"]


def test_tasks_are_skipped_by_page(admin):
    admin.goto("/tasks/?status=new&page_size=25")

    select_all(admin, "Select all on page")
    press_and_confirm(admin, "Skip 25 tasks")

    expect(admin.locator("#toasts")).to_contain_text("25 skipped")
    assert statuses()["skipped"] == ORDERS["skipped"] + 25


def test_a_single_task_is_skipped_and_retried_by_its_menu_and_nothing_else_is_offered(admin):
    admin.goto("/tasks/?entity_identifier=price-42")
    row = admin.locator("tr[data-row]")

    menu = menu_of(admin, row)
    expect(menu.get_by_role("button", name="Retry")).to_have_count(0)
    menu.get_by_role("button", name="Skip").click()
    expect(row).to_contain_text("Skipped")

    menu = menu_of(admin, row)
    expect(menu.get_by_role("button", name="Skip")).to_have_count(0)
    menu.get_by_role("button", name="Retry").click()
    expect(row).to_contain_text("New")


OFFERED = {
    "new": ["Skip"],
    "retry": ["Skip"],
    "finished": ["Retry"],
    "failed": ["Retry"],
    "skipped": ["Retry"],
    "waiting": ["Mark finished", "Mark failed"],
    "processing": [],
    "rejected": [],
}


def test_the_buttons_offer_what_the_status_allows_and_say_why_not(admin):
    for status, offered in OFFERED.items():
        admin.goto(f"/tasks/?status={status}")
        verbs = admin.locator(".bulk-buttons .btn")
        for number in range(verbs.count()):
            expect(verbs.nth(number)).to_be_disabled()
            expect(verbs.nth(number)).to_have_attribute("title", re.compile("^Select tasks first"))

        for choose in ("Select all on page", "Select all available"):
            select_all(admin, choose)
            enabled = admin.locator(".bulk-buttons .btn:enabled")
            expect(enabled).to_have_count(len(offered))
            for number, verb in enumerate(offered):
                expect(enabled.nth(number)).to_have_attribute("data-verb", verb)
            for refused in admin.locator(".bulk-buttons .btn:disabled").all():
                expect(refused).to_have_attribute("title", re.compile("^None of these is"))

        allowed = menu_of(admin, admin.locator("tr[data-row]").first).locator("button[name=one]")
        expect(allowed).to_have_text(offered)
        expect(admin.get_by_role("button", name="Delete")).to_have_count(0)


def test_failed_tasks_are_retried_by_filter_and_select_all_available_and_are_new_again(admin):
    admin.locator(".counter.state-failed").click()
    admin.wait_for_url("**status=failed")

    select_all(admin, "Select all available")
    press_and_confirm(admin, "Retry 630 tasks")

    expect(admin.locator("#toasts")).to_contain_text("630 retried")
    assert (statuses()["failed"], statuses()["new"]) == (0, 1_600 + 630)


def test_finished_tasks_are_retried_by_page(admin):
    admin.goto("/tasks/?status=finished&page_size=100")

    select_all(admin, "Select all on page")
    press_and_confirm(admin, "Retry 100 tasks")

    expect(admin.locator("#toasts")).to_contain_text("100 retried")
    assert statuses()["finished"] == 300


def test_waiting_tasks_are_marked(admin):
    admin.goto("/tasks/?status=waiting&page_size=25")

    select_all(admin, "Select all on page")
    press_and_confirm(admin, "Mark 25 tasks finished")
    expect(admin.locator("#toasts")).to_contain_text("25 marked finished")
    select_all(admin, "Select all available")
    press_and_confirm(admin, "Mark 25 tasks failed")
    expect(admin.locator("#toasts")).to_contain_text("25 marked failed")

    assert (statuses()["finished"], statuses()["failed"]) == (425, 655)


def test_a_phone_filters_chooses_and_skips_with_the_bar_at_its_lower_edge(admin):
    admin.set_viewport_size(PHONE)
    admin.goto("/tasks/")
    expect_width(admin, PHONE["width"])

    filter_by(admin, "Status", lambda menu: menu.get_by_label("New").check())
    expect_width(admin, PHONE["width"])
    boxes(admin).nth(0).click()
    boxes(admin).nth(3).click()
    button = admin.get_by_role("button", name="Skip 2 tasks")
    expect(button).to_be_in_viewport()
    rest(admin)
    box = button.bounding_box()
    assert box["y"] + box["height"] > PHONE["height"] - 60
    expect(admin.locator(".bulk-buttons .btn:visible")).to_have_count(1)

    press_and_confirm(admin, "Skip 2 tasks")
    expect(admin.locator("#toasts")).to_contain_text("2 skipped")
    assert statuses()["skipped"] == ORDERS["skipped"] + 2


def test_a_phone_selects_all_available_opens_a_task_and_retries_by_its_menu(admin):
    admin.set_viewport_size(PHONE)
    admin.goto("/tasks/?status=failed&status=finished")

    select_all(admin, "Select all available")
    expect(admin.get_by_role("button", name="Retry 1,030 tasks")).to_be_in_viewport()
    select_all(admin, "Select none")
    expect(admin.locator(".bulk-bar")).to_be_hidden()

    row = admin.locator("tr[data-row]").first
    identifier = boxes(admin).first.get_attribute("value")
    menu_of(admin, row).get_by_role("button", name="Retry").click()
    expect(admin.locator("#toasts")).to_contain_text("1 retried")
    assert Task.objects.get(identifier=identifier).status == "new"

    admin.locator("tr[data-row] a.identifier").first.click()
    for tab in ("Entity data", "Import messages", "Export messages"):
        admin.get_by_role("link", name=tab).click()
        expect(admin.get_by_role("link", name=tab)).to_have_attribute("aria-current", "page")
        expect_width(admin, PHONE["width"])
