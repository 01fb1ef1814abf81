"""Editing a task's data in a browser: checked while one types, on desk and phone."""

import json

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from alumio import jsontext
from alumio.models import Role, User
from scheduler.models import Process
from tasks.models import Payload, Task
from tasks.pipeline import export_tasks, import_entities
from tests import fakes
from tests.world import make_incoming, make_route, make_schema

pytestmark = pytest.mark.django_db(transaction=True)

SHOES = {"sku": "A1", "name": "Shoes", "text": "long " * 60}


@pytest.fixture
def task():
    fakes.TARGET.__init__()
    fakes.SOURCE.update(pages=[], fetched=[], fails_after=None)
    route = make_route(incoming=make_incoming([dict(SHOES)], schema=make_schema()))
    import_entities(route.incoming)
    fakes.TARGET.down = True
    export_tasks(route)
    fakes.TARGET.down = False
    return Task.objects.get()


@pytest.fixture
def person(page):
    User.objects.create_user("editor@example.com", "a-long-password", Role.EDITOR)
    cache.clear()
    page.goto("/login/")
    page.fill("[name=username]", "editor@example.com")
    page.fill("[name=password]", "a-long-password")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")
    return page


def test_the_data_is_edited_checked_and_retried(person, task):
    person.goto(f"/tasks/{task.identifier}/")
    person.get_by_role("button", name="Retry with…").click()
    person.get_by_role("link", name="Edit data…").click()
    text = person.get_by_label("Entity data")
    expect(person.locator(".code-editor-lines")).to_have_text("1\n2\n3\n4\n5")

    text.fill('{\n  "sku": "A1"\n  "name": "Boots"\n}')
    expect(person.locator("#data-check")).to_contain_text("Line 3, column 3")
    person.get_by_role("button", name="Go there").click()
    assert text.evaluate("box => box.value.slice(box.selectionStart)").startswith('"name"')

    text.fill(json.dumps({"sku": "B2", "name": "Boots"}))
    expect(person.locator("#data-check")).to_contain_text("would become “B2”")

    text.fill(json.dumps(SHOES | {"name": "Boots"}))
    check = person.locator("#data-check")
    expect(check).to_contain_text('"Boots"')
    expect(check).not_to_contain_text("text")
    person.get_by_label("Why?").fill("They are boots.")
    person.get_by_role("button", name="Save and retry").click()

    expect(person.locator("#versions")).to_contain_text("They are boots.")
    assert Task.objects.get().status == "new"
    assert jsontext.loads(Payload.objects.get().data)["name"] == "Boots"


def test_line_numbers_stay_beside_the_lines_of_long_data(person, task):
    person.goto(f"/tasks/{task.identifier}/edit/")
    text, numbers = person.get_by_label("Entity data"), person.locator(".code-editor-lines")

    text.fill(json.dumps(SHOES | {"list": list(range(300))}, indent=1))
    text.evaluate("box => { box.scrollTop = 2000; }")

    assert numbers.bounding_box()["height"] == text.bounding_box()["height"]
    person.wait_for_function(
        "document.querySelector('.code-editor-lines').scrollTop"
        " === document.getElementById('data-text').scrollTop"
    )


def test_the_task_is_imported_anew_with_the_keyboard(person, task):
    person.goto(f"/tasks/{task.identifier}/")
    person.get_by_role("button", name="Retry with…").focus()
    person.keyboard.press("Enter")
    expect(person.get_by_role("dialog")).to_be_visible()
    person.keyboard.press("Escape")
    expect(person.locator("#retry-choices")).to_be_hidden()

    person.keyboard.press("Enter")
    person.get_by_role("button", name="Import anew").focus()
    person.keyboard.press("Enter")

    expect(person.locator("#toasts")).to_contain_text("The source is asked again by process")
    assert Process.objects.get().job == "reimport"


@pytest.mark.parametrize("address", ["edit/", "versions/2/", "?tab=data"])
def test_nothing_is_wider_than_a_phone(person, task, address):
    person.set_viewport_size({"width": 390, "height": 844})
    person.goto(f"/tasks/{task.identifier}/edit/")
    person.get_by_label("Entity data").fill(json.dumps(SHOES | {"name": "x" * 300}))
    person.get_by_role("button", name="Save", exact=True).click()
    person.wait_for_url("**tab=data")

    person.goto(f"/tasks/{task.identifier}/{address}")

    assert person.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_leaving_with_unsaved_changes_is_asked_about(person, task):
    asked = []
    person.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    person.goto(f"/tasks/{task.identifier}/edit/")
    person.get_by_label("Entity data").press_sequentially(" ")

    person.get_by_role("link", name="Dashboard", exact=True).click()

    expect(person.get_by_label("Entity data")).to_be_visible()
    assert asked == ["beforeunload"]
