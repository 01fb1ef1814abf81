"""The Route Builder's guide, step by step in its words, by somebody who has never seen it."""

import pytest
from playwright.sync_api import expect

from connectors.models import Connection, Incoming, Outgoing
from routes.models import Route
from scheduler.models import ScheduledJob
from tasks.models import Task
from tests.builder.screen import signed_in
from tests.scheduler.running import execute_next

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MOST_CLICKS = 40
RECORDS = '[{"sku": "A", "price": 3}, {"sku": "B", "price": 4}]'


def run_now(screen, words: str, name: str) -> None:
    screen.click(words)
    expect(screen.page.locator("#toasts")).to_contain_text(f"{name} was queued as")
    execute_next()


def test_a_route_is_built_from_nothing_until_its_tasks_are_finished(page):
    screen = signed_in(page)

    # 1: Create a new route, in the Route Builder
    screen.press(page.get_by_role("link", name="Routes", exact=True))
    screen.press(page.get_by_role("link", name="Create the first route"))
    expect(page.get_by_text("Route Builder", exact=True)).to_have_attribute("aria-current", "true")
    # 2: Start here, Create an incoming configuration
    screen.click("Start here")
    screen.type("Shop to warehouse")
    screen.press(screen.panel.get_by_role("button", name="Create an incoming configuration"))
    screen.choose("Static data")
    screen.type("Shop orders")
    screen.panel.get_by_label("Data").fill(RECORDS)
    screen.done()
    # 3: Add trigger, Set up a scheduler
    screen.click("Add trigger")
    screen.click("Set up a scheduler", exact=False)
    screen.click("Every minute")
    screen.done()
    # 4: a transformer
    screen.click("Add a transformer")
    screen.choose("Set values")
    screen.panel.get_by_label("Key").fill("channel")
    screen.panel.get_by_label("Value", exact=True).fill("shop")
    screen.done()
    # 5: New tasks
    expect(screen.node("New tasks")).to_be_visible()
    # 6: Create an outgoing configuration
    screen.press(page.locator("#create-outgoing"))
    screen.choose("No action")
    screen.type("Warehouse")
    screen.done()
    # 7: Add scheduler
    screen.click("Add scheduler")
    screen.click("Every 5 minutes")
    screen.done()
    # 8: Finished tasks
    expect(screen.node("Finished tasks")).to_be_visible()
    # 9: Advanced settings, Enabled
    screen.click("Advanced settings")
    screen.press(page.get_by_label("Task retrying"))
    screen.press(page.get_by_label("Parallel processing"))
    expect(page.get_by_label("Real-time processing")).to_be_disabled()
    expect(screen.panel).to_contain_text("the two cannot be used together")
    screen.done()
    screen.press(page.get_by_role("switch", name="Enabled"))
    expect(page.get_by_role("switch", name="Enabled")).to_be_checked()
    assert not Route.objects.exists()
    assert not Incoming.objects.exists()
    # 10: Save & continue
    screen.save()
    run_now(screen, "Fetch now", "Shop orders")
    run_now(screen, "Deliver now", "Shop to warehouse")

    route = Route.objects.get()
    assert (route.identifier, route.enabled, route.parallel) == ("shop-to-warehouse", True, True)
    assert [job.identifier for job in ScheduledJob.objects.order_by("job")] == [
        "run-shop-to-warehouse",
        "fetch-shop-orders",
    ]
    assert {task.status for task in Task.objects.filter(route=route)} == {"finished"}
    page.goto(f"/routes/builder/edit/{route.identifier}/")
    expect(page.locator("#live-finished")).to_contain_text("2 finished")
    assert screen.clicks < MOST_CLICKS
    print(f"{screen.clicks} clicks")


def test_nothing_half_made_is_left_behind_when_the_operator_walks_away(page):
    screen = signed_in(page)
    page.goto("/routes/builder/new/")

    screen.click("Start here")
    screen.type("Half a route")
    screen.press(screen.panel.get_by_role("button", name="Create an incoming configuration"))
    screen.choose("HTTP")
    screen.type("Half an incoming")
    screen.click("New connection")
    expect(screen.panel.get_by_role("textbox", name="Base URI")).to_be_visible()
    expect(screen.panel.get_by_role("button", name="New connection")).to_have_count(0)
    screen.type("Half a connection")
    screen.press(screen.panel.get_by_role("button", name="Close"))
    page.goto("/routes/")

    for model in (Route, Incoming, Outgoing, Connection, ScheduledJob):
        assert not model.objects.exists()
    page.goto("/routes/builder/new/")
    expect(screen.node("Half an incoming")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Half a route")


def test_switching_views_either_way_loses_nothing(page):
    screen = signed_in(page)
    page.goto("/routes/new/")
    page.fill("[name=name]", "From the classic view")
    page.get_by_label("Task retrying").check()

    screen.click("Route Builder")
    expect(page.locator("h1")).to_contain_text("From the classic view")
    screen.click("Start here")
    screen.choose("Static data")
    screen.type("Orders")
    screen.press(page.get_by_role("link", name="Classic view"))

    expect(page.locator("[name=name]")).to_have_value("From the classic view")
    expect(page.get_by_label("Task retrying")).to_be_checked()
    expect(page.locator("[name=incoming] option:checked")).to_have_text("Orders")
    page.get_by_label("Waiting status").check()
    screen.click("Route Builder")
    expect(screen.node("Orders")).to_be_visible()
    screen.click("Advanced settings")
    expect(page.get_by_label("Waiting status")).to_be_checked()
    expect(page.get_by_label("Task retrying")).to_be_checked()
