"""The rules and the prune by page, REST API and command line; the rules of a route by its form."""

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from alumio.models import AuditEntry
from routes.forms import RouteForm
from routes.models import Route
from scheduler.forms import ScheduledJobForm
from scheduler.models import Process, ScheduledJob
from tasks import counts
from tasks.models import RetentionPolicy
from tests.api.conftest import Api
from tests.pages.conftest import signed_in
from tests.retention.making import make_task, rule, set_rules
from tests.world import make_route, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def administrator():
    return signed_in("administrator")


@pytest.fixture
def api():
    return Api("administrator")


def stored() -> list[dict]:
    return RetentionPolicy.objects.get().rules


# ---------------------------------------------------------------- page


def test_the_page_shows_of_each_route_its_size_its_rules_and_what_goes_next(administrator):
    set_rules(rule("finished", days=30))
    route = make_route(retention=[rule("failed")])
    make_task(route, days=31, size=5_000)
    make_task(route, size=5_000)

    response = administrator.client.get("/retention/")

    [line] = response.context["overview"].lines()
    assert (line.route, line.tasks, line.bytes) == (route, 2, 10_000)
    assert [(label, str(own)) for label, own in line.rules] == [("Failed", "for ever")]
    assert [(label, str(number)) for label, number in line.due] == [("Finished", "1")]
    text = response.content.decode()
    assert "1 finished" in text
    assert "own</span> Failed: for ever" in text
    assert "9.8\xa0KB" in text


def test_looking_again_counts_anew_only_after_a_prune(administrator, monkeypatch):
    forgotten = []
    monkeypatch.setattr(counts, "forget", lambda: forgotten.append("forgotten"))

    for _ in range(2):
        administrator.client.get("/retention/")
    assert len(forgotten) == 1
    now = timezone.now()
    times = {"created_at": now, "updated_at": now, "ended_at": now}
    Process.objects.create(job="prune", status="finished", trigger="command", **times)
    for _ in range(2):
        administrator.client.get("/retention/")

    assert len(forgotten) == 2


def test_an_administrator_changes_the_rules_which_is_audited_in_words(administrator):
    set_rules(rule("finished", days=30), rule("failed", days=90))
    page = administrator.open("/retention/")

    page.post(rules__0__p__days="7", rules__0__p__number="500", audit="")

    finished, failed, *others = stored()
    assert (finished, failed) == (rule("finished", 7, 500), rule("failed", 90))
    assert {"records": "audit", "days": None} in others
    entry = AuditEntry.objects.get(action="retention")
    assert entry.who == "administrator@example.com"
    assert "Finished: 30 days → 7 days, the newest 500 at most" in entry.note
    assert "Audit: 365 days → for ever" in entry.note


def test_a_row_is_added_without_javascript_and_nothing_is_stored_by_that(administrator):
    set_rules(rule("finished", days=30))
    page = administrator.open("/retention/")

    page = page.post(rules__add="now")
    assert stored() == [rule("finished", days=30)]
    page.post(rules__1__p__status="skipped", rules__1__p__number="0")

    assert stored()[:2] == [rule("finished", days=30), rule("skipped", number=0)]


def test_two_rules_for_one_status_are_refused_at_the_second(administrator):
    set_rules(rule("finished", days=30), rule("failed", days=30))
    page = administrator.open("/retention/")

    again = page.post(rules__1__p__status="finished")

    assert again.response.status_code == 422
    assert "There is a rule for Finished above: one rule per status." in again.text
    assert stored() == [rule("finished", days=30), rule("failed", days=30)]
    assert not AuditEntry.objects.filter(action="retention").exists()


def test_the_button_queues_one_prune_and_is_audited(administrator):
    administrator.post("/retention/prune/")
    again = administrator.post("/retention/prune/")

    process = Process.objects.get()
    assert (process.job, process.started_by) == ("prune", administrator.user)
    assert AuditEntry.objects.get(action="prune").process == process.pk
    assert "is already queued as" in again.content.decode()


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_administrators_see_and_change_retention(role):
    person = signed_in(role)

    assert person.client.get("/retention/").status_code == 403
    assert person.client.post("/retention/prune/").status_code == 403


# ---------------------------------------------------------------- REST


def test_the_api_reads_and_changes_the_policy_and_keeps_what_is_not_sent(api):
    set_rules(rule("finished", days=30))
    everything = {
        "rules": [rule("finished", days=30)],
        "processes": 30,
        "occurrences": 30,
        "deliveries": 30,
        "audit": 365,
    }
    assert api.get("retention").body == everything

    answer = api.patch("retention", {"processes": None, "rules": [{"status": "new", "number": 5}]})

    assert answer.status_code == 200
    assert answer.body == everything | {"processes": None, "rules": [rule("new", number=5)]}
    assert api.get("retention").body == answer.body
    assert AuditEntry.objects.get(action="retention").via == "api"


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"rules": [rule("processing", 1)]}, "rules.0.status", "Processing is never removed"),
        ({"rules": [rule("new"), rule("new")]}, "rules.1.status", "one rule per status"),
        ({"rules": [rule("new", days=0)]}, "rules.0.days", "greater than or equal to 1"),
        ({"rules": [rule("new", number=-1)]}, "rules.0.number", "greater than or equal to 0"),
        ({"rules": "all"}, "rules", "Give a list of rows."),
        ({"occurrences": 1}, "occurrences", "greater than or equal to 2"),
        ({"webhooks": 1}, "webhooks", "There is no setting “webhooks”."),
    ],
)
def test_the_api_refuses_wrong_rules_and_says_where(api, body, path, message):
    before = api.get("retention").body

    answer = api.patch("retention", body)

    assert answer.status_code == 400
    [error] = answer.body["errors"]
    assert error["path"] == path
    assert message in error["message"]
    assert api.get("retention").body == before


def test_the_api_queues_a_prune_once(api):
    answer = api.post("retention/prune", {})
    again = api.post("retention/prune", {})

    process = Process.objects.get()
    assert (answer.status_code, answer.body) == (202, {"process": process.pk})
    assert (again.status_code, again.body["duplicate_of"]) == (409, process.pk)


# ---------------------------------------------------------------- command line


def test_the_command_says_what_would_go_and_then_removes_it(capsys):
    set_rules(rule("finished", days=30))
    route = make_route()
    for days in (1, 31, 32):
        make_task(route, days=days)

    call_command("prune", "--dry-run")
    assert capsys.readouterr().out == f"{route.identifier}: 2 finished\n"
    assert len(statuses(route)) == 3
    call_command("prune", "--dry-run", "--json")
    foretold = json.loads(capsys.readouterr().out)
    assert foretold == [{"route": route.identifier, "status": "finished", "tasks": 2}]

    call_command("prune", "--json")

    assert json.loads(capsys.readouterr().out)["counts"] == {"finished tasks": 2}
    assert len(statuses(route)) == 1
    assert AuditEntry.objects.get(action="prune").via == "command"


# ---------------------------------------------------------------- routes and scheduled jobs


def test_a_route_has_rules_of_its_own_by_page_and_api(administrator, api):
    route = make_route()
    page = administrator.open(f"/routes/{route.identifier}/edit/")
    page = page.post(retention__add="now")
    page.post(retention__0__p__status="failed", retention__0__p__days="7")
    assert Route.objects.get().retention == [rule("failed", days=7)]

    answer = api.patch(f"routes/{route.identifier}", {"retention": [{"status": "finished"}]})

    assert answer.body["retention"] == [rule("finished")]
    assert Route.objects.get().retention == [rule("finished")]


def test_a_route_refuses_rules_as_the_instance_does():
    form = RouteForm({"retention": [rule("processing", 1), rule("failed", 1)]})

    wrong = [error for error in form.located_errors() if error.path[0] == "retention"]

    assert [error.path for error in wrong] == [("retention", 0, "status")]
    assert "a task that is Processing is never removed" in str(wrong[0])


@pytest.mark.parametrize("job", ["repair", "prune"])
def test_a_scheduled_job_of_upkeep_has_no_ends_and_can_be_run_now(administrator, api, job):
    route = make_route()
    sent = {"name": "Nightly", "job": job, "expression": "0 3 * * *", "route": route.identifier}

    made = api.post("scheduled-jobs", sent | {"number_of_tasks": 5})
    assert made.status_code == 201
    assert (made.body["route"], made.body["number_of_tasks"]) == (None, None)
    page = administrator.client.get("/scheduled-jobs/").content.decode()
    assert f"/processes/?job={job}" in page

    administrator.post("/scheduled-jobs/nightly/run/")

    process = Process.objects.get()
    assert (process.job, process.target) == (job, None)
    assert process.scheduled_job == ScheduledJob.objects.get()


def test_a_scheduled_job_is_no_bulk_change():
    form = ScheduledJobForm({"name": "J", "job": "bulk", "expression": "0 3 * * *"})

    assert "job" in form.errors


def test_the_list_of_routes_says_how_much_data_each_has(administrator):
    route, other = make_route(), make_route()
    make_task(route, size=5_000_000)

    rows = administrator.client.get("/routes/").context["rows"]

    lines = {row["it"]: row["line"] for row in rows}
    assert lines[route].endswith("4.8\xa0MB of data")
    assert "data" not in lines[other]
