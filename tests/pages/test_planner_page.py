"""The planner's page: from a day's volumes to two scheduled jobs, and shifts by a click."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduler.models import ScheduledJob
from tests.pages.rows import make_process
from tests.world import make_incoming, make_route

pytestmark = pytest.mark.django_db


def make_job(name, expression, incoming) -> ScheduledJob:
    return ScheduledJob(name=name, job="import", incoming=incoming, expression=expression).store()


def test_the_article_s_volumes_come_out_as_its_schedules(viewer):
    page = viewer.client.get("/planner/", {"records": 35000, "source": 100, "target": 500})

    text = page.content.decode()
    assert "35,000 records a day ÷ 100 a run = <strong>350 runs a day</strong>" in text
    assert "<code>*/4 * * * *</code>" in text
    assert "<code>*/20 * * * *</code>" in text


def test_volumes_that_do_not_fit_are_told_with_what_would_fit(viewer):
    page = viewer.client.get("/planner/", {"records": 1_000_000, "source": 100, "target": 5000})

    assert "This does not fit" in page.content.decode()
    assert "at least 695 a run" in page.content.decode()
    assert "Make both jobs" not in page.content.decode()


def test_nonsense_is_refused_where_it_was_typed(viewer):
    page = viewer.client.get("/planner/", {"records": "many", "source": 0, "target": 500})

    assert page.status_code == 200
    assert "Enter a whole number." in page.content.decode()
    assert "greater than or equal to 1" in page.content.decode()


def test_a_sum_becomes_two_scheduled_jobs(editor):
    route = make_route()
    asked = {"records": 35000, "source": 100, "target": 500, "time_zone": "Europe/Amsterdam"}

    answer = editor.client.post(
        "/planner/make/", asked | {"incoming": route.incoming.identifier, "route": route.identifier}
    )

    assert answer.status_code == 302
    fetch, deliver = ScheduledJob.objects.order_by("pk")
    assert (fetch.expression, fetch.incoming, fetch.number_of_tasks) == (
        "*/4 * * * *",
        route.incoming,
        None,
    )
    assert (deliver.expression, deliver.route, deliver.number_of_tasks) == (
        "*/20 * * * *",
        route,
        500,
    )
    assert fetch.time_zone == deliver.time_zone == "Europe/Amsterdam"


def test_jobs_are_not_made_of_half_an_answer(editor):
    answer = editor.client.post("/planner/make/", {"records": 100, "source": 10, "target": 10})

    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()
    assert not ScheduledJob.objects.exists()


def test_a_suggested_shift_is_applied_as_a_new_revision(editor):
    incoming = make_incoming()
    first, second = (make_job(name, "*/3 * * * *", incoming) for name in ("First", "Second"))
    page = editor.client.get("/planner/")
    assert "1-59/3 * * * *" in page.content.decode()

    editor.client.post(f"/planner/{second.identifier}/shift/", {"expression": "1-59/3 * * * *"})

    second.refresh_from_db()
    assert (second.expression, second.revision) == ("1-59/3 * * * *", 2)
    first.refresh_from_db()
    assert first.expression == "*/3 * * * *"


def test_only_shifts_of_the_present_expression_are_applied(editor):
    job = make_job("Job", "*/3 * * * *", make_incoming())

    editor.client.post(f"/planner/{job.identifier}/shift/", {"expression": "* * * * *"})

    job.refresh_from_db()
    assert (job.expression, job.revision) == ("*/3 * * * *", 1)


def test_the_heat_map_tells_what_starts_when(viewer):
    make_job("Nightly", "30 3 * * mon", make_incoming())

    page = viewer.client.get("/planner/", {"zone": "UTC"})

    assert "Monday 03:00: 1 run of 1 job" in page.content.decode()
    assert "Monday 04:00: nothing starts" in page.content.decode()


def test_the_heat_map_is_of_the_time_that_runs_really_took(viewer):
    incoming, other = make_incoming(), make_incoming()
    job = make_job("Nightly", "30 3 * * mon", incoming)
    make_job("New", "30 5 * * mon", other)
    for seconds in (540, 900):
        took(incoming, seconds, scheduled_job=job)
    took(make_route(), 360, scheduled_job=job)
    took(other, 1_800)
    took(other, 36_000, ended_days_ago=15)

    page = viewer.client.get("/planner/", {"zone": "UTC"}).content.decode()

    assert "Monday 03:00: 1 run of 1 job, about 30 % of one worker" in page
    assert "Monday 05:00: 1 run of 1 job, about 50 % of one worker" in page


def test_a_job_that_takes_longer_than_until_its_next_run_cannot_keep_up(viewer):
    slow, quick = make_incoming(), make_incoming()
    job = make_job("Prices", "*/4 * * * *", slow)
    make_job("Stock", "*/4 * * * *", quick)
    took(slow, 360, scheduled_job=job)
    took(quick, 200)

    page = viewer.client.get("/planner/").content.decode()

    assert "1 job cannot keep up" in page
    assert "takes 6 min, 4 minutes lie between two starts" in page


def took(target, seconds: int, ended_days_ago: int = 0, **fields) -> None:
    """A run that took so long."""
    ended = timezone.now() - timedelta(days=ended_days_ago)
    times = {"started_at": ended - timedelta(seconds=seconds), "ended_at": ended}
    make_process(target, **times, **fields)
