"""REST: from volumes to schedules, and shifts that spread jobs."""

import pytest

from scheduler.models import ScheduledJob
from tests.scheduler.running import make_job
from tests.world import make_incoming

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
    }
    route = plan.body["route"]
    assert (route["runs_a_day"], route["runs_an_hour"]) == (70, 3)
    assert route["expression"] == "*/20 * * * *"


def test_volumes_that_do_not_fit_have_no_expression_but_a_number_that_would_fit(viewer):
    plan = viewer.get("planner?records=1000000&source=100&target=5000").body

    assert (plan["fits"], plan["incoming"]["fits"], plan["route"]["fits"]) == (False, False, True)
    assert plan["incoming"]["expression"] is None
    assert plan["incoming"]["least_per_run"] == 695


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


def test_a_shift_that_is_told_can_be_saved(viewer, editor):
    first, second = (make_job(make_incoming(), "*/3 * * * *") for _ in range(2))

    [shift] = viewer.get("planner/shifts").body["shifts"]

    assert shift["scheduled_job"] in (first.identifier, second.identifier)
    assert (shift["expression"], shift["together"]) == ("*/3 * * * *", 480)
    assert shift["together_then"] == 0
    path = f"scheduled-jobs/{shift['scheduled_job']}"
    assert editor.patch(path, {"expression": shift["shifted"]}).status_code == 200
    expressions = set(ScheduledJob.objects.values_list("expression", flat=True))
    assert expressions == {"*/3 * * * *", shift["shifted"]}
    assert viewer.get("planner/shifts").body["shifts"] == []
