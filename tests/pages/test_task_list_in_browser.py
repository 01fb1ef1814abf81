"""A day of an admin on the task list, in a browser, with a few thousand tasks: filter, look, skip,
retry; at a desk, with the keyboard alone, and on a phone."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from alumio.models import Role, User
from tasks.models import Message, Payload, SavedView, Task
from tests.world import make_route

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}
ORDERS = {
    "new": 1_200,
    "processing": 20,
    "finished": 400,
    "failed": 600,
    "skipped": 200,
    "retry": 100,
    "waiting": 50,
    "rejected": 50,
}
PRICES = {"new": 400, "failed": 30}
OLD = timedelta(days=3)


@pytest.fixture
def thousands(db):
    """3,050 tasks of two routes; those of prices were made three days ago."""
    orders, prices = make_route(), make_route()
    type(orders).objects.filter(pk=orders.pk).update(name="Orders to ERP")
    type(prices).objects.filter(pk=prices.pk).update(name="Prices to shop")
    now = timezone.now()
    tasks = [
        *rows(prices, PRICES, "price", now - OLD),
        *rows(orders, ORDERS, "order", now),
    ]
    for number, task in enumerate(tasks):
        task.identifier = f"01ADMIN{number:019d}"
    Task.objects.bulk_create(tasks)
    Payload.objects.bulk_create(
        Payload(task=task, data=f'{{"sku":"{task.entity_identifier}"}}', search=search(task))
        for task in tasks
    )
    cache.clear()
    return {"orders": orders, "prices": prices}


def rows(route, numbers: dict, schema: str, at) -> list[Task]:
    statuses = [status for status, number in numbers.items() for _ in range(number)]
    return [
        Task(
            route=route,
            status=status,
            entity_schema=schema,
            entity_identifier=f"{schema}-{number if status != 'processing' else f'p{number}'}",
            created_at=at,
            updated_at=at,
        )
        for number, status in enumerate(statuses)
    ]


def search(task: Task) -> str:
    return f"{task.identifier} {task.entity_identifier}".upper()


def statuses() -> Counter:
    return Counter(Task.objects.values_list("status", flat=True))


@pytest.fixture
def admin(page, thousands):
    """The task page, opened by an editor at a desk."""
    User.objects.create_user("editor@example.com", "a-long-password", Role.EDITOR)
    page.set_viewport_size(DESK)
    page.goto("/login/")
    page.fill("[name=username]", "editor@example.com")
    page.fill("[name=password]", "a-long-password")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")
    page.goto("/tasks/")
    return page


def expect_count(page, text: str) -> None:
    """What the foot of the list says: how many tasks match."""
    expect(page.locator(".pager > span").first).to_have_text(text)


def boxes(page):
    return page.locator("input[name=identifiers]")


def filter_by(page, menu: str, fill) -> None:
    """Open a menu of the filter, fill it in, and press its button."""
    dropdown = page.locator(".filters .dropdown").filter(has=page.get_by_role("button", name=menu))
    dropdown.get_by_role("button", name=menu).click()
    fill(dropdown)
    dropdown.get_by_role("button", name="Apply").click()
    page.wait_for_load_state()


def select_all(page, what: str) -> None:
    page.get_by_role("button", name="What to select").click()
    page.get_by_role("button", name=what).click()


def press_and_confirm(page, button: str) -> None:
    """Press the button over the list, and say yes to the question, which names the same number."""
    page.locator(".bulk").get_by_role("button", name=button).click()
    page.get_by_role("dialog").get_by_role("button", name=button).click()


def menu_of(page, row):
    row.get_by_role("button", name="Actions for").click()
    return row.locator(".dropdown-menu.show")


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
    assert all(part in admin.url for part in ("route=", "status=new", "status=failed"))

    admin.get_by_role("link", name="Remove the filter Route Prices to shop").click()
    expect(admin.locator(".pager")).to_contain_text("2,230 tasks match")


def test_tasks_are_filtered_by_ranges_of_time(admin):
    day_before = (timezone.now() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    for menu in ("Created", "Updated"):
        admin.goto("/tasks/")
        admin.get_by_role("button", name=menu).click()
        admin.locator(".dropdown-menu.show").get_by_role("link", name="Last 24 hours").click()
        expect_count(admin, "2,620 tasks match")
        assert f"{menu.lower()}_after=-24h" in admin.url
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
            assert [button.get_attribute("data-verb") for button in enabled.all()] == offered
            for refused in admin.locator(".bulk-buttons .btn:disabled").all():
                expect(refused).to_have_attribute("title", re.compile("^None of these is"))

        allowed = menu_of(admin, admin.locator("tr[data-row]").first).locator("button[name=one]")
        assert [button.inner_text().strip() for button in allowed.all()] == offered
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


# ---------------------------------------------------------------- on a phone


def width_of(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def test_a_phone_filters_chooses_and_skips_with_the_bar_at_its_lower_edge(admin):
    admin.set_viewport_size(PHONE)
    admin.goto("/tasks/")
    assert width_of(admin) == PHONE["width"]

    filter_by(admin, "Status", lambda menu: menu.get_by_label("New").check())
    assert width_of(admin) == PHONE["width"]
    boxes(admin).nth(0).click()
    boxes(admin).nth(3).click()
    button = admin.get_by_role("button", name="Skip 2 tasks")
    expect(button).to_be_in_viewport()
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
        assert width_of(admin) == PHONE["width"]
