"""The page of errors in a browser: a group is retried where it stands; on desk and phone."""

import pytest
from playwright.sync_api import expect

from tasks.causes import Reason, id_of
from tasks.models import Cause, Task
from tests.browsing import expect_width
from tests.pages.rows import make_task
from tests.world import make_route

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "POST https://erp.example/… answered 404 Not Found: " + "word-" * 30


def fail(text, number, route=None):
    cause = Cause.objects.get(pk=id_of(Reason(text, "publisher", "erp.example")))
    route = route or make_route()
    return [make_task(route, "failed", cause=cause) for _ in range(number)]


def test_a_group_is_retried_after_a_question_and_the_others_stay(signed_in):
    fail("The target is down.", 3)
    fail("It is bent.", 2)
    signed_in.goto("/errors/")

    signed_in.get_by_role("button", name="Retry 3 tasks").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog).to_contain_text("Retry 3 tasks?")
    dialog.get_by_role("button", name="Retry 3 tasks").click()

    expect(signed_in.locator("#toasts")).to_contain_text("3 retried")
    expect(signed_in.locator(".error-text")).to_have_text(["It is bent."])
    assert Task.objects.filter(status="new").count() == 3


def test_a_group_leads_to_its_tasks_which_name_the_cause(signed_in):
    fail("The target is down.", 2)
    fail("It is bent.", 1)
    signed_in.goto("/errors/")

    signed_in.get_by_role("link", name="2 tasks").click()

    expect(signed_in.locator(".chips")).to_contain_text("The target is down.")
    expect(signed_in.locator("tbody tr")).to_have_count(2)


def test_a_route_is_chosen_in_the_menu(signed_in):
    route = make_route()
    fail("The target is down.", 1, route)
    fail("It is bent.", 1)
    signed_in.goto("/errors/")

    signed_in.get_by_role("button", name="Route").click()
    signed_in.get_by_label(route.name, exact=True).check()
    signed_in.get_by_role("button", name="Apply").click()

    expect(signed_in.locator(".error-text")).to_have_text(["The target is down."])
    expect(signed_in.locator(".chips")).to_contain_text(route.name)


def test_on_a_phone_nothing_is_wider_than_the_screen(signed_in):
    fail(LONG, 2)
    signed_in.set_viewport_size({"width": 390, "height": 844})

    signed_in.goto("/errors/")

    expect_width(signed_in, 390)
    expect(signed_in.get_by_role("button", name="Retry 2 tasks")).to_be_visible()
