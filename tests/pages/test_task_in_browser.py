"""The page of a task in a browser: the tree of its data, the countdown, news, the search box."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tasks.models import Level, Task
from tests.browsing import expect_clipboard, expect_width
from tests.pages.rows import make_message, make_process, make_task
from tests.world import make_route

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def open_data(page, value) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    page.goto(f"/tasks/{make_task(data=text).identifier}/?tab=data")
    expect(page.get_by_role("tree")).to_be_visible()


def found(page):
    return page.locator("[data-tree-hits]")


def look_for(page, text: str) -> None:
    page.get_by_role("searchbox", name="Find in the entity data").fill(text)


PRODUCTS = {"products": [{"sku": f"SKU-{n}", "stock": {"nl": n}} for n in range(1_500)]}


def test_a_value_deep_in_large_data_is_found_opened_and_marked(signed_in):
    open_data(signed_in, PRODUCTS)

    look_for(signed_in, "sku-1234")

    expect(found(signed_in)).to_have_text("1 of 1")
    expect(signed_in.locator(".json-hit-now")).to_be_in_viewport()
    expect(signed_in.locator(".json-hit-now mark")).to_have_text("SKU-1234")
    look_for(signed_in, "nl")
    expect(found(signed_in)).to_have_text("1 of 1,500")
    signed_in.keyboard.press("Shift+Enter")
    expect(found(signed_in)).to_have_text("1,500 of 1,500")
    signed_in.get_by_role("button", name="Next hit").click()
    expect(found(signed_in)).to_have_text("1 of 1,500")
    look_for(signed_in, "nowhere")
    expect(found(signed_in)).to_have_text("Not found")


def test_a_quarter_of_a_megabyte_of_numbers_opens_and_is_searched(signed_in):
    open_data(signed_in, json.dumps(list(range(45_000)), separators=(",", ":")))

    assert signed_in.get_by_role("treeitem").count() < 1_000
    look_for(signed_in, "44999")
    expect(found(signed_in)).to_have_text("1 of 1")
    signed_in.get_by_role("button", name="Unfold all").click()

    expect(found(signed_in)).to_contain_text("Unfolded the first")
    assert signed_in.get_by_role("treeitem").count() < 5_000


def test_numbers_and_odd_keys_are_shown_and_copied_as_they_were_written(signed_in):
    signed_in.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_data(signed_in, '{"price":1.10,"big":12345678901234567890,"a.b":{"":["x\\u00e9\\"y"]}}')
    tree = signed_in.get_by_role("tree")
    expect(tree).to_contain_text("1.10")
    expect(tree).to_contain_text("12345678901234567890")

    row = signed_in.locator(".json-row", has_text='xé"y')
    row.hover()
    row.get_by_role("button", name="Copy path").click()
    expect(row.get_by_role("button", name="Copied")).to_be_visible()
    expect_clipboard(signed_in, '"a.b"."".0')
    row.locator("button").last.click()
    expect(row.get_by_role("button", name="Copied")).to_have_count(2)
    expect_clipboard(signed_in, 'xé"y')


def test_the_tree_is_walked_with_the_keyboard(signed_in):
    open_data(signed_in, {"first": {"deep": 1}, "second": 2})
    signed_in.get_by_role("treeitem").first.focus()

    for key in ("ArrowDown", "ArrowLeft", "ArrowDown"):
        signed_in.keyboard.press(key)

    expect(signed_in.locator("[role=treeitem]:focus > .json-row")).to_contain_text("second")
    expect(signed_in.get_by_role("tree").get_by_text("deep", exact=True)).to_be_hidden()
    signed_in.keyboard.press("ArrowUp")
    signed_in.keyboard.press("ArrowRight")
    expect(signed_in.get_by_role("tree").get_by_text("deep", exact=True)).to_be_visible()
    signed_in.keyboard.press("ArrowRight")
    expect(signed_in.locator("[role=treeitem]:focus > .json-row")).to_contain_text("deep")


def test_the_next_attempt_is_counted_down(signed_in):
    due = timezone.now() + timedelta(hours=1)
    task = make_task(status="retry", next_attempt_at=due)
    signed_in.clock.set_fixed_time(due - timedelta(seconds=39))
    signed_in.goto(f"/tasks/{task.identifier}/?tab=export")
    head = signed_in.locator(".attempt-head")
    expect(head).to_contain_text("Next attempt")
    expect(head.locator("time[data-time=due]")).to_have_text("in 39 s")

    signed_in.clock.set_fixed_time(due - timedelta(seconds=38))
    expect(head.locator("time[data-time=due]")).to_have_text("in 38 s")
    signed_in.clock.set_fixed_time(due)
    expect(head.locator("time[data-time=due]")).to_have_text("due now")


def test_an_export_is_watched_while_an_unfolded_line_stays_open(signed_in):
    task = make_task(status="processing", attempt=2)
    process = make_process(task.route, "running", slot=0)
    detail = json.dumps({"request": {"method": "POST", "url": "x"}, "response": {"status": 503}})
    line = {"attempt": 1, "process": process.pk}
    make_message(task, "It is busy.", level=Level.ERROR, detail=detail, **line)
    signed_in.goto(f"/tasks/{task.identifier}/?tab=export")
    signed_in.get_by_text("Request and response").click()

    make_message(task, "Delivered.", attempt=2, process=process.pk, verb="finish")
    Task.objects.filter(pk=task.pk).update(status="finished", updated_at=timezone.now())

    expect(signed_in.locator("#task-state")).to_contain_text("Finished")
    expect(signed_in.locator("#task-tab")).to_contain_text("Delivered.")
    expect(signed_in.locator("details[open]")).to_be_visible()
    expect(signed_in.get_by_role("button", name="Retry", exact=True)).to_be_visible()


def test_a_business_key_is_found_from_any_page_by_keyboard_alone(signed_in):
    make_task(entity="10045"), make_task(entity="10045", status="failed")
    signed_in.goto("/scheduled-jobs/")

    signed_in.keyboard.press("/")
    signed_in.keyboard.type("10045")
    signed_in.keyboard.press("Enter")

    signed_in.wait_for_url("**/tasks/entity/?id=10045")
    expect(signed_in.locator(".timeline .event")).to_have_count(2)


def test_the_search_is_reached_from_a_phone(signed_in):
    signed_in.set_viewport_size(PHONE)
    signed_in.goto("/incomings/")

    signed_in.get_by_role("link", name="Search").click()

    expect(signed_in.get_by_role("searchbox", name="Search")).to_be_focused()


def test_nothing_about_a_task_is_wider_than_a_phone(signed_in):
    route = make_route()
    type(route).objects.update(name="A name that goes on and on " * 6)
    name = "an-identifier-without-a-break-" * 8
    data = json.dumps({"k" * 200: "v" * 3_000, "deep": json.loads("[" * 40 + "1" + "]" * 40)})
    task = make_task(route, "failed", entity=name, data=data, attempt=1)
    make_task(entity=name)
    process = make_process(route, revisions={"route": 1, "outgoing": 1})
    ended = {"created_at": timezone.now(), "began_at": timezone.now(), "verb": "fail"}
    line = make_message(task, "word" * 2_000, attempt=1, process=process.pk, **ended)
    signed_in.set_viewport_size(PHONE)

    for path in (
        *(f"/tasks/{task.identifier}/?tab={tab}" for tab in ("overview", "data", "export")),
        f"/tasks/{task.identifier}/?tab=history",
        f"/tasks/{task.identifier}/messages/{line.pk}/",
        f"/tasks/entity/?id={name}",
        "/search/?q=without&all=1",
    ):
        signed_in.goto(path)
        expect_width(signed_in, PHONE["width"])
