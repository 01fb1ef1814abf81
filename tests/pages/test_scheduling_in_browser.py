"""What an operator does with schedules in a browser, while a real worker runs what is queued."""

import re

import pytest
from playwright.sync_api import expect

from connectors.models import Incoming
from scheduler.models import Process, ScheduledJob
from tasks.models import Task
from tasks.pipeline import import_entities
from tests.browsing import rest
from tests.chaos import ends  # noqa: F401 - registers the source and the target
from tests.chaos.invariants import broken
from tests.chaos.worker import Worker, wait_until
from tests.scheduler.running import make_job
from tests.world import make_incoming, make_outgoing, make_route, make_schema

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
RUNS = 300_000
"""Milliseconds in which a worker has begun, on a machine that does much else."""


@pytest.fixture
def signed_in(signed_in):
    """One who says yes to every question."""
    signed_in.on("dialog", lambda dialog: dialog.accept())
    return signed_in


def counting(records: int, barrier: str = "") -> Incoming:
    """An incoming whose source gives ten records a page, once there is no file at `barrier`."""
    incoming = make_incoming(schema=make_schema())
    parameters = {"records": records, "page_size": 10, "pause": 0, "barrier": barrier}
    incoming.subscriber = {"prototype": "counting-source", "parameters": parameters}
    return incoming.store()


def delivering(tmp_path, records: int, pause: float, **policies):
    """A route with tasks, whose target takes so many seconds for each."""
    target = {"path": str(tmp_path / "deliveries"), "pause": pause}
    outgoing = make_outgoing(publisher={"prototype": "file-target", "parameters": target})
    route = make_route(incoming=counting(records), outgoing=outgoing, **policies)
    import_entities(route.incoming)
    return route


def run_now(page, job: str) -> Process:
    """Press the button, and open the process that the page links to."""
    page.goto("/scheduled-jobs/")
    page.get_by_role("button", name=f"Actions for {job}").click()
    page.get_by_role("button", name="Run now").click()
    page.locator("#toasts").get_by_role("link", name=re.compile(r"process \d+")).click()
    page.wait_for_url("**/processes/*/")
    return Process.objects.latest("id")


def test_a_job_is_made_of_a_wrong_then_a_right_expression_and_its_run_is_watched(
    signed_in, tmp_path
):
    barrier = tmp_path / "barrier"
    barrier.touch()
    incoming = counting(40, str(barrier))
    make_route(incoming=incoming)
    page = signed_in
    page.goto("/scheduled-jobs/new/")
    page.fill("[name=name]", "Numbers")
    page.select_option("[name=incoming]", incoming.identifier)
    field, told = page.locator("[name=expression]"), page.locator("#cron-preview")

    field.fill("*/20 25 * * *")
    expect(told).to_contain_text("Hour: 25 is not between 0 and 23.")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("#problems")).to_contain_text("Hour: 25 is not between 0 and 23.")
    rest(page)
    assert not ScheduledJob.objects.exists()
    field.fill("*/20 8-18 * * mon-fri")
    expect(told).to_contain_text("Every 20 minutes, between 08:00 and 18:59, Monday through Friday")
    expect(told.locator(".cron-runs li")).to_have_count(10)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("#rows")).to_contain_text("Numbers")

    process = run_now(page, "Numbers")
    expect(page.locator("#process")).to_contain_text("Scheduled")
    expect(page.locator("#process")).to_contain_text("waits for a free worker")
    with Worker("browser-1"):
        expect(page.locator("#process")).to_contain_text("Running", timeout=RUNS)
        barrier.unlink()
        expect(page.locator("#process")).to_contain_text("Finished", timeout=RUNS)
    expect(page.locator("#process")).to_contain_text("40 records")
    expect(page.locator("#process")).to_contain_text("by editor@example.com")
    assert process.scheduled_job == ScheduledJob.objects.get()


def test_a_queued_process_is_skipped_and_run_again(signed_in):
    job = make_job(make_route(), number_of_tasks=25)
    page = signed_in
    skipped = run_now(page, job.name)

    page.get_by_role("button", name="Skip").click()
    expect(page.locator("#toasts")).to_contain_text("was taken out of the queue")
    expect(page.locator("#process")).to_contain_text("Skipped by editor@example.com.")
    page.get_by_role("button", name="Run again").click()
    expect(page.locator("#toasts")).to_contain_text("was queued as process")

    again = Process.objects.latest("id")
    assert (again.route, again.limit, again.status) == (job.route, 25, "scheduled")
    assert again.pk != skipped.pk


def test_a_running_process_is_stopped_after_the_tasks_in_hand(signed_in, tmp_path):
    route = delivering(tmp_path, 1_000, pause=0.2)
    job = make_job(route)
    page = signed_in
    process = run_now(page, job.name)

    with Worker("browser-1"):
        stop = page.get_by_role("button", name="Stop")
        expect(stop).to_be_visible(timeout=RUNS)
        stop.click()
        expect(page.locator("#toasts")).to_contain_text("stops after the tasks in hand")
        expect(page.locator("#process")).to_contain_text("Killed", timeout=RUNS)

    expect(page.get_by_role("button", name="Run again")).to_be_visible()
    process.refresh_from_db()
    assert process.result.startswith("Stopped.")
    assert Task.objects.filter(status="new").exists()
    assert broken() == []


def test_a_process_that_does_not_stop_is_killed_and_its_task_is_due_again(signed_in, tmp_path):
    route = delivering(tmp_path, 1, pause=120)
    job = make_job(route)
    page = signed_in
    run_now(page, job.name)

    with Worker("browser-1"):
        wait_until(Task.objects.filter(status="processing").exists, 60)
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#process")).to_contain_text("stopping")
        page.get_by_role("button", name="Kill").click()
        expect(page.locator("#toasts")).to_contain_text("was killed")

    expect(page.locator("#process")).to_contain_text("Killed by editor@example.com.")
    assert Task.objects.get().status == "new"
    assert broken() == []


def test_the_article_s_volumes_become_two_jobs_and_what_starts_together_is_spread(signed_in):
    route, other = make_route(), make_job(make_incoming(), "*/20 * * * *")
    page = signed_in
    page.goto("/planner/")

    page.get_by_label("Records a day").fill("35000")
    page.get_by_label("Source gives a run").fill("100")
    page.get_by_label("Target takes a run").fill("500")
    page.get_by_role("button", name="Work it out").click()
    expect(page.locator(".planner-answer")).to_have_text(["*/4 * * * *", "*/20 * * * *"])
    expect(page.locator(".planner-sum").first).to_contain_text("= 350 runs a day")
    expect(page.locator(".planner-sum").last).to_contain_text("= 70 runs a day")
    page.select_option("[name=incoming]", route.incoming.identifier)
    page.select_option("[name=route]", route.identifier)
    page.get_by_role("button", name="Make both jobs").click()
    expect(page.locator("#rows")).to_contain_text(f"Run incoming: {route.incoming.name}")
    expect(page.locator("#rows")).to_contain_text(f"Run route: {route.name}")
    fetch, deliver = ScheduledJob.objects.exclude(pk=other.pk).order_by("pk")
    assert (fetch.expression, deliver.expression) == ("*/4 * * * *", "*/20 * * * *")
    assert deliver.number_of_tasks == 500

    page.goto("/planner/")
    shift = page.locator(".shifts li").filter(has_text=deliver.name)
    expect(shift).to_contain_text("-59/20")
    wanted = shift.locator("code").last.inner_text()
    shift.get_by_role("button", name="Apply").click()
    expect(page.locator("#toasts")).to_contain_text(f"runs at {wanted} instead of */20 * * * *.")
    deliver.refresh_from_db()
    assert deliver.expression == wanted


def test_forms_show_only_what_the_chosen_repetition_or_job_needs(signed_in):
    route, page = make_route(), signed_in
    page.goto("/maintenance/new/")
    page.select_option("[name=repeats]", "weekly")
    expect(page.get_by_label("Sunday")).to_be_visible()
    expect(page.locator("[name=date]")).to_be_hidden()
    expect(page.locator("[name=day]")).to_be_hidden()

    page.goto("/scheduled-jobs/new/")
    page.locator("[name=then-add]").click()
    follower = page.locator("[name=then-0-p-route]")
    expect(page.locator("[name=then-0-p-incoming]")).to_be_hidden()
    follower.select_option(route.identifier)
    expect(follower).to_have_value(route.identifier)
