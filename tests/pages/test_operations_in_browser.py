"""What a person does in a browser: choose, retry, filter, watch; on desk and phone."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scheduler.models import Process, ScheduledJob
from tasks.models import Task
from tests.browsing import expect_width, rest
from tests.pages.rows import make_process, make_task
from tests.world import make_route

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def make_tasks(number: int, status="failed", route=None) -> list[Task]:
    route = route or make_route()
    return [make_task(route, status, entity=f"order-{n}") for n in range(number)]


def boxes(page):
    return page.locator("input[name=identifiers]")


def test_a_range_is_chosen_with_shift_and_retried_after_a_question(signed_in):
    tasks = make_tasks(6)
    signed_in.goto("/tasks/")

    boxes(signed_in).nth(1).click()
    boxes(signed_in).nth(3).click(modifiers=["Shift"])
    expect(signed_in.locator("[data-count]")).to_have_text("3 selected")
    signed_in.get_by_role("button", name="Retry 3 tasks").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog).to_contain_text("Retry 3 tasks?")
    dialog.get_by_role("button", name="Retry 3 tasks").click()

    expect(signed_in.locator("#toasts")).to_contain_text("3 retried.")
    assert [Task.objects.get(pk=t.pk).status for t in tasks].count("new") == 3


def test_all_available_means_the_other_pages_too(signed_in):
    make_tasks(30)
    make_tasks(2, "finished")
    signed_in.goto("/tasks/?status=failed&page_size=25")

    signed_in.get_by_role("button", name="What to select").click()
    signed_in.get_by_role("button", name="Select all available").click()
    signed_in.get_by_role("button", name="Retry 30 tasks").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Retry 30 tasks").click()

    expect(signed_in.locator("#toasts")).to_contain_text("30 retried.")
    assert Task.objects.filter(status="new").count() == 30


def test_buttons_are_off_where_no_chosen_task_allows_them(signed_in):
    make_tasks(2, "finished")
    signed_in.goto("/tasks/")

    expect(signed_in.locator("button[value=retry]")).to_be_disabled()
    boxes(signed_in).first.click()

    expect(signed_in.get_by_role("button", name="Retry 1 task")).to_be_enabled()
    expect(signed_in.locator("button[value=skip]")).to_be_disabled()


def test_cancel_changes_nothing(signed_in):
    make_tasks(1)
    signed_in.goto("/tasks/")
    boxes(signed_in).first.click()
    signed_in.locator("button[value=retry]").click()

    signed_in.get_by_role("dialog").get_by_role("link", name="Cancel").click()

    expect(signed_in.get_by_role("dialog")).to_be_hidden()
    assert Task.objects.get().status == "failed"


def test_filters_are_put_together_and_taken_away(signed_in):
    make_tasks(2, "failed")
    make_tasks(3, "new")
    signed_in.goto("/tasks/")

    signed_in.get_by_role("button", name="Status").click()
    signed_in.get_by_role("checkbox", name="Failed").check()
    signed_in.get_by_role("button", name="Apply").first.click()
    expect(boxes(signed_in)).to_have_count(2)
    rest(signed_in)
    signed_in.get_by_role("searchbox", name="Entity identifier").fill("order-1")
    signed_in.keyboard.press("Enter")
    expect(boxes(signed_in)).to_have_count(1)
    expect(signed_in).to_have_url(re.compile("[?&]status=failed"))
    expect(signed_in).to_have_url(re.compile("[?&]entity_identifier__contains=order-1"))

    signed_in.get_by_role("link", name="Clear all").click()
    expect(boxes(signed_in)).to_have_count(5)


def test_a_moment_typed_in_the_browsers_zone_is_asked_for_in_utc(signed_in):
    make_tasks(1)
    signed_in.goto("/tasks/")
    signed_in.get_by_role("button", name="Created").click()

    signed_in.get_by_label("From").first.fill("2020-01-31T13:45")
    signed_in.keyboard.press("Enter")

    expect(signed_in.locator(".chip")).to_contain_text("2020-01-31")
    expect(signed_in).to_have_url(re.compile("[?&]created_after=2020-01-31T"))
    expect(boxes(signed_in)).to_have_count(1)


def test_new_tasks_are_announced_and_shown_rows_follow_without_jumping(signed_in):
    task = make_tasks(1, "new")[0]
    signed_in.goto("/tasks/")
    boxes(signed_in).first.click()
    make_tasks(2, "new")
    Task.objects.filter(pk=task.pk).update(status="finished", updated_at=timezone.now())

    expect(signed_in.locator(".news")).to_have_text("2 new tasks, show")
    expect(signed_in.locator(f"#status-{task.pk}")).to_contain_text("Finished")
    expect(boxes(signed_in)).to_have_count(1)
    expect(boxes(signed_in).first).to_be_checked()
    expect(signed_in.get_by_role("button", name="Retry 1 task")).to_be_enabled()
    expect(signed_in.get_by_role("button", name="Skip 1 task")).to_be_disabled()
    signed_in.locator(".news").click()
    expect(boxes(signed_in)).to_have_count(3)


def test_a_process_is_watched_and_stopped(signed_in):
    process = make_process(make_route(), "running", slot=0, done=3, total=10)
    signed_in.goto("/processes/")
    expect(signed_in.locator("#processes")).to_contain_text("3 of 10")

    Process.objects.update(done=7)
    expect(signed_in.locator("#processes")).to_contain_text("7 of 10")
    signed_in.on("dialog", lambda dialog: dialog.accept())
    signed_in.locator(f"#stop-{process.pk}").click()

    expect(signed_in.locator("#processes")).to_contain_text("stopping")
    assert Process.objects.get().stop_requested


def test_a_button_that_is_held_down_while_the_list_refreshes_itself_still_works(signed_in):
    process = make_process(make_route(), "running", slot=0, done=3, total=10)
    signed_in.goto("/processes/")
    signed_in.on("dialog", lambda dialog: dialog.accept())
    signed_in.locator(f"#stop-{process.pk}").hover()

    with signed_in.expect_response(lambda answer: "hx-request" in answer.request.headers):
        signed_in.mouse.down()
    rest(signed_in)
    signed_in.mouse.up()

    expect(signed_in.locator("#processes")).to_contain_text("stopping")


def test_nothing_is_wider_than_a_phone(signed_in):
    route = make_route()
    type(route).objects.update(name="A name that goes on and on " * 6)
    task = make_task(route, "failed", entity="an-identifier-without-a-break-" * 6)
    process = make_process(route, "running", slot=0)
    job = {"job": "export", "route": route, "expression": "1-59/3 * * * *"}
    ScheduledJob(name="A job with a name that is long " * 5, **job).store()
    signed_in.set_viewport_size(PHONE)

    for path in (
        "/",
        "/tasks/?status=failed&route=" + route.identifier,
        f"/tasks/{task.identifier}/",
        f"/tasks/{task.identifier}/?tab=data",
        f"/tasks/{task.identifier}/?tab=export",
        "/processes/",
        f"/processes/{process.pk}/",
        "/scheduled-jobs/",
        "/scheduled-jobs/new/",
        "/planner/",
        "/maintenance/",
        "/unchanged/",
    ):
        signed_in.goto(path)
        expect_width(signed_in, PHONE["width"])
