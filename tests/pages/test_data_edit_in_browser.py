"""Editing a task's data in a browser: checked while one types, on desk and phone."""

import json

import pytest
from playwright.sync_api import expect

from alumio import jsontext
from scheduler.models import Process
from tasks.models import Payload, Task
from tests.browsing import expect_width
from tests.world import make_failed, make_incoming, make_route, make_schema

pytestmark = pytest.mark.django_db(transaction=True)

SHOES = {"sku": "A1", "name": "Shoes", "text": "long " * 60}


@pytest.fixture
def task():
    return make_failed(make_route(incoming=make_incoming([SHOES], schema=make_schema())))


def test_the_data_is_edited_checked_and_retried(signed_in, task):
    signed_in.goto(f"/tasks/{task.identifier}/")
    signed_in.get_by_role("button", name="Retry with…").click()
    signed_in.get_by_role("link", name="Edit data…").click()
    text = signed_in.get_by_label("Entity data")
    expect(signed_in.locator(".code-editor-lines")).to_have_text("1\n2\n3\n4\n5")

    text.fill('{\n  "sku": "A1"\n  "name": "Boots"\n}')
    expect(signed_in.locator("#data-check")).to_contain_text("Line 3, column 3")
    signed_in.get_by_role("button", name="Go there").click()
    signed_in.wait_for_function(
        "(() => { const box = document.getElementById('data-text');"
        "return box.value.slice(box.selectionStart).startsWith('\"name\"') })()"
    )

    text.fill(json.dumps({"sku": "B2", "name": "Boots"}))
    expect(signed_in.locator("#data-check")).to_contain_text("would become “B2”")

    text.fill(json.dumps(SHOES | {"name": "Boots"}))
    check = signed_in.locator("#data-check")
    expect(check).to_contain_text('"Boots"')
    expect(check).not_to_contain_text("text")
    signed_in.get_by_label("Why?").fill("They are boots.")
    signed_in.get_by_role("button", name="Save and retry").click()

    expect(signed_in.locator("#versions")).to_contain_text("They are boots.")
    assert Task.objects.get().status == "new"
    assert jsontext.loads(Payload.objects.get().data)["name"] == "Boots"


def test_line_numbers_stay_beside_the_lines_of_long_data(signed_in, task):
    signed_in.goto(f"/tasks/{task.identifier}/edit/")
    text, numbers = signed_in.get_by_label("Entity data"), signed_in.locator(".code-editor-lines")

    text.fill(json.dumps(SHOES | {"list": list(range(300))}, indent=1))
    text.evaluate("box => { box.scrollTop = 2000; }")

    expect(numbers).to_have_js_property("offsetHeight", text.evaluate("box => box.offsetHeight"))
    signed_in.wait_for_function(
        "document.querySelector('.code-editor-lines').scrollTop"
        " === document.getElementById('data-text').scrollTop"
    )


def test_the_task_is_imported_anew_with_the_keyboard(signed_in, task):
    signed_in.goto(f"/tasks/{task.identifier}/")
    signed_in.get_by_role("button", name="Retry with…").focus()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("dialog")).to_be_visible()
    signed_in.keyboard.press("Escape")
    expect(signed_in.locator("#retry-choices")).to_be_hidden()

    signed_in.keyboard.press("Enter")
    signed_in.get_by_role("button", name="Import anew").focus()
    signed_in.keyboard.press("Enter")

    expect(signed_in.locator("#toasts")).to_contain_text("The source is asked again by process")
    assert Process.objects.get().job == "reimport"


@pytest.mark.parametrize("address", ["edit/", "versions/2/", "?tab=data"])
def test_nothing_is_wider_than_a_phone(signed_in, task, address):
    signed_in.set_viewport_size({"width": 390, "height": 844})
    signed_in.goto(f"/tasks/{task.identifier}/edit/")
    signed_in.get_by_label("Entity data").fill(json.dumps(SHOES | {"name": "x" * 300}))
    signed_in.get_by_role("button", name="Save", exact=True).click()
    signed_in.wait_for_url("**tab=data")

    signed_in.goto(f"/tasks/{task.identifier}/{address}")

    expect_width(signed_in, 390)


def test_leaving_with_unsaved_changes_is_asked_about(signed_in, task):
    signed_in.on("dialog", lambda dialog: dialog.dismiss())
    signed_in.goto(f"/tasks/{task.identifier}/edit/")
    signed_in.get_by_label("Entity data").press_sequentially(" ")

    with signed_in.expect_event("dialog") as asked:
        signed_in.get_by_role("link", name="Dashboard", exact=True).click()

    assert asked.value.type == "beforeunload"
    expect(signed_in.get_by_label("Entity data")).to_be_visible()
