"""REST: from volumes to schedules, and shifts that spread jobs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduler.models import ScheduledJob
from tests.pages.rows import make_process
from tests.scheduler.running import make_job
from tests.world import make_incoming, make_route

pytestmark = pytest.mark.django_db


def test_the_article_s_volumes_come_out_as_its_schedules(viewer):
    plan = viewer.get("planner?records=35000&source=100&target=500")

    assert plan.status_code == 200
    assert plan.body["fits"]
    assert plan.body["incoming"] == {
        "runs_a_day": 350,
        "runs_an_hour": 15,
        "fits": True,
        "minutes": 4,
        "expression": "*/4 * * * *",
        "capacity": 36_000,
        "least_per_run": 25,
        "why_not": None,
    }
    route = plan.body["route"]
    assert (route["runs_a_day"], route["runs_an_hour"]) == (70, 3)
    assert route["expression"] == "*/20 * * * *"


def test_volumes_that_do_not_fit_have_no_expression_but_a_number_that_would_fit(viewer):
    plan = viewer.get("planner?records=1000000&source=100&target=5000").body

    assert (plan["fits"], plan["incoming"]["fits"], plan["route"]["fits"]) == (False, False, True)
    assert plan["incoming"]["expression"] is None
    assert plan["incoming"]["least_per_run"] == 695
    assert plan["incoming"]["why_not"] == (
        "A job runs once a minute at most: 1,440 runs a day of 100 are 144,000 records, not "
        "1,000,000. The source must give at least 695 a run."
    )
    assert plan["route"]["why_not"] is None


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("source=100&target=500", "records"),
        ("records=many&source=100&target=500", "records"),
        ("records=1&source=0&target=500", "source"),
        ("records=1&source=1&target=1&volume=5", "volume"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_by_name(viewer, query, path):
    answer = viewer.get(f"planner?{query}")

    assert answer.status_code == 400
    assert [error["path"] for error in answer.body["errors"]] == [path]


VOLUMES = {"records": 35000, "source": 100, "target": 500}


def ends_of(route) -> dict:
    return {"incoming": route.incoming.identifier, "route": route.identifier}


def test_a_sum_becomes_two_scheduled_jobs_in_one_go(viewer, editor):
    route = make_route()
    assert viewer.post("planner", VOLUMES | ends_of(route)).status_code == 403

    made = editor.post("planner", VOLUMES | ends_of(route) | {"time_zone": "Asia/Tokyo"})

    assert made.status_code == 201
    fetch, deliver = ScheduledJob.objects.order_by("pk")
    assert made.body == {
        "incoming": {"scheduled_job": fetch.identifier, "expression": "*/4 * * * *"},
        "route": {"scheduled_job": deliver.identifier, "expression": "*/20 * * * *"},
    }
    assert (fetch.incoming, fetch.time_zone) == (route.incoming, "Asia/Tokyo")
    assert (deliver.route, deliver.number_of_tasks) == (route, 500)


def test_no_job_is_made_of_volumes_that_do_not_fit(editor):
    sent = VOLUMES | ends_of(make_route()) | {"records": 1_000_000}

    answer = editor.post("planner", sent)

    assert answer.status_code == 409
    assert "The source must give at least 695 a run." in answer.body["detail"]
    assert "The target must take at least 695 a run." in answer.body["detail"]
    assert not ScheduledJob.objects.exists()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"incoming": "nowhere"}, "incoming"),
        ({"route": ["a"]}, "route"),
        ({"records": True}, "records"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"volume": 5}, "volume"),
    ],
)
def test_a_plan_that_cannot_be_made_is_refused_by_name(editor, change, path):
    answer = editor.post("planner", VOLUMES | ends_of(make_route()) | change)

    assert answer.status_code == 400
    assert [error["path"] for error in answer.body["errors"]] == [path]
    assert not ScheduledJob.objects.exists()


def test_the_week_tells_the_load_of_each_hour(viewer):
    make_job(make_incoming(), "30 3 * * mon")

    told = viewer.get("planner/week?time_zone=Asia/Tokyo").body

    hours = {(hour["day"], hour["hour"]): hour for hour in told["hours"]}
    assert len(hours) == 168
    busy = {"day": "Monday", "hour": 12, "starts": 1, "jobs": 1, "percent": 0}
    assert [hour for hour in told["hours"] if hour["starts"]] == [busy]
    assert told["overruns"] == []
    assert viewer.get("planner/week?time_zone=Mars").status_code == 400


def test_the_week_names_jobs_that_take_longer_than_until_their_next_run(viewer):
    incoming = make_incoming()
    job = make_job(incoming, "0-10/2 3 * * mon")
    ended = timezone.now()
    times = {"started_at": ended - timedelta(seconds=300), "ended_at": ended}
    make_process(incoming, scheduled_job=job, **times)

    [late] = viewer.get("planner/week").body["overruns"]

    assert late == {"scheduled_job": job.identifier, "minutes": 2, "seconds": 300}


def test_jobs_that_start_together_are_told(viewer):
    first, second = (make_job(make_incoming(), "0 3 * * *") for _ in range(2))

    [crowd] = viewer.get("planner/crowds").body["crowds"]

    assert set(crowd.pop("scheduled_jobs")) == {first.identifier, second.identifier}
    assert crowd == {"at": ["03:00"], "times": 1, "every": "day"}


def test_a_shift_that_is_told_can_be_saved(viewer, editor):
    first, second = (make_job(make_incoming(), "*/3 * * * *") for _ in range(2))

    [shift] = viewer.get("planner/shifts").body["shifts"]

    assert shift["scheduled_job"] in (first.identifier, second.identifier)
    assert (shift["expression"], shift["together"]) == ("*/3 * * * *", 3_360)
    assert shift["together_then"] == 0
    path = f"scheduled-jobs/{shift['scheduled_job']}"
    assert editor.patch(path, {"expression": shift["shifted"]}).status_code == 200
    expressions = set(ScheduledJob.objects.values_list("expression", flat=True))
    assert expressions == {"*/3 * * * *", shift["shifted"]}
    assert viewer.get("planner/shifts").body["shifts"] == []
