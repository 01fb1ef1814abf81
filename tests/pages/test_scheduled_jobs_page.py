"""The pages of scheduled jobs: the form, the list, the preview of an expression."""

from datetime import UTC, datetime

import pytest

from scheduler import views
from scheduler.forms import ScheduledJobForm
from scheduler.models import Occurrence, Process, ScheduledJob
from tests.pages.rows import make_process
from tests.world import make_incoming, make_route

pytestmark = pytest.mark.django_db


def settings(**changes) -> dict:
    """A job as the API or an import gives it."""
    return {"name": "Nightly", "job": "import", "expression": "0 2 * * *"} | changes


def make_job(**changes) -> ScheduledJob:
    fields = {"name": "Job", "job": "export", "expression": "*/5 * * * *"} | changes
    if fields["job"] == "export":
        fields.setdefault("route", make_route())
    return ScheduledJob(**fields).store()


def problems(**changes) -> str:
    form = ScheduledJobForm(settings(**changes))
    assert not form.is_valid()
    return "\n".join(str(error) for error in form.located_errors())


def test_a_job_is_created_through_the_page(editor):
    incoming = make_incoming()
    page = editor.open("/scheduled-jobs/new/")

    page.post(
        name="Fetch nightly",
        job="import",
        incoming=incoming.identifier,
        expression=" 05  2 * * MON ",
        time_zone="Europe/Amsterdam",
        priority="1",
    )

    job = ScheduledJob.objects.get()
    assert (job.identifier, job.expression, job.priority) == ("fetch-nightly", "5 2 * * mon", 1)
    assert job.target == incoming


def test_a_wrong_expression_is_refused_with_the_field_and_the_reason(editor):
    incoming = make_incoming()
    page = editor.open("/scheduled-jobs/new/")

    again = page.post(name="J", job="import", incoming=incoming.identifier, expression="61 * * * *")

    assert "Minute: 61 is not between 0 and 59." in again.text
    assert not ScheduledJob.objects.exists()


def test_the_job_needs_what_it_runs():
    assert "Choose an incoming to run." in problems()
    assert "Choose a route to run." in problems(job="export")


def test_what_the_job_does_not_run_is_dropped():
    incoming, route = make_incoming(), make_route()
    chosen = settings(
        incoming=incoming.identifier, route=route.identifier, number_of_tasks=5, priority=3
    )

    form = ScheduledJobForm(chosen)

    assert form.is_valid(), form.errors
    job = form.save()
    assert (job.incoming, job.route, job.number_of_tasks, job.priority) == (incoming, None, None, 3)


def test_odd_settings_are_refused():
    incoming = make_incoming().identifier

    assert "time_zone" in str(ScheduledJobForm(settings(time_zone="Mars/Base")).errors)
    assert "number_of_tasks" in str(
        ScheduledJobForm(settings(job="export", number_of_tasks=0)).errors
    )
    assert "expression" in str(ScheduledJobForm(settings(incoming=incoming, expression="")).errors)


def test_the_list_shows_the_last_run_the_next_one_and_the_schedule(viewer):
    job = make_job(name="Deliver orders")
    make_process(job.route, "failed", scheduled_job=job, trigger="schedule")
    make_process(job.route, "scheduled", scheduled_job=job, trigger="schedule")

    response = viewer.client.get("/scheduled-jobs/")

    row = response.context["rows"][0]
    assert row["last"].status == "failed"
    assert row["next"].minute % 5 == 0
    assert 'data-cron="*/5 * * * *"' in response.content.decode()


def test_the_list_is_filtered_by_name_job_and_enabled(viewer):
    make_job(name="Deliver orders")
    make_job(name="Fetch orders", job="import", incoming=make_incoming(), enabled=False)

    def names(query):
        return [row["it"].name for row in viewer.client.get(query).context["rows"]]

    assert names("/scheduled-jobs/?job=import") == ["Fetch orders"]
    assert names("/scheduled-jobs/?enabled=yes") == ["Deliver orders"]
    assert names("/scheduled-jobs/?q=fetch") == ["Fetch orders"]


def test_an_expression_in_the_database_that_never_comes_does_not_break_the_list(viewer):
    make_job(expression="0 0 31 2 *")
    make_job(expression="nonsense", time_zone="Mars/Base")

    rows = viewer.client.get("/scheduled-jobs/").context["rows"]

    assert [row["next"] for row in rows] == [None, None]


def test_a_job_is_switched_off_and_on(editor, viewer):
    job = make_job()

    editor.post(f"/scheduled-jobs/{job.identifier}/switch/", enabled="0")

    assert not ScheduledJob.objects.get().enabled
    url = f"/scheduled-jobs/{job.identifier}/switch/"
    assert viewer.post(url, enabled="1").status_code == 403


def test_run_now_runs_what_the_job_runs_with_its_limit_and_priority(editor):
    job = make_job(number_of_tasks=100, priority=1)

    editor.post(f"/scheduled-jobs/{job.identifier}/run/")

    process = Process.objects.get()
    assert (process.route, process.limit, process.priority) == (job.route, 100, 1)
    assert process.scheduled_job == job


def test_the_preview_shows_five_runs_in_the_zone(viewer):
    url = "/scheduled-jobs/preview/?expression=0+9+*+*+*&time_zone=Asia/Tokyo"

    response = viewer.client.get(url)

    text = response.content.decode()
    assert text.count(" 09:00") == 10
    assert "Asia/Tokyo" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("expression=*/0+*+*+*+*", "Minute: the step"),
        ("expression=0+0+30+2+*", "never comes"),
        ("expression=*+*+*+*+*&time_zone=Mars/Base", "no such time zone"),
        ("expression=*+*+*+*+*&time_zone=../../etc/passwd", "no such time zone"),
        ("expression=<b>+*+*+*+*", "&lt;b&gt;"),
    ],
)
def test_the_preview_says_what_is_wrong(viewer, query, words):
    assert words in viewer.open(f"/scheduled-jobs/preview/?{query}").text


def test_both_day_fields_mean_either_and_the_preview_says_so(viewer):
    text = viewer.open("/scheduled-jobs/preview/?expression=0+0+13+*+5").text

    assert "a day that fits either of them" in text


# ---------------------------------------------------------------- why did it not run?


def make_occurrence(job, outcome, minute, process=None):
    instant = datetime(2026, 3, 2, 12, minute, tzinfo=UTC)
    return Occurrence.objects.create(job=job, instant=instant, outcome=outcome, process=process)


def test_a_job_says_of_each_time_why_it_ran_or_did_not(viewer):
    job = make_job()
    process = make_process(job.route, "finished")
    make_occurrence(job, "queued", 1, process)
    make_occurrence(job, "duplicate", 2, make_process(job.route, "scheduled"))
    make_occurrence(job, "missed", 3)
    make_occurrence(job, "disabled", 4)

    page = viewer.open(f"/scheduled-jobs/{job.identifier}/occurrences/").text

    assert "It was queued on time." in page
    assert "was waiting in the queue already" in page
    assert "It has not started yet." in page
    assert "The platform was down. The job does not catch up." in page
    assert "What it runs was disabled." in page


def test_the_times_of_a_job_are_filtered_and_paged(viewer):
    job = make_job()
    for minute in range(55):
        make_occurrence(job, "duplicate" if minute else "missed", minute)
    here = f"/scheduled-jobs/{job.identifier}/occurrences/"

    first = viewer.client.get(here)
    older = viewer.client.get(first.context["list"].next_url())
    missed = viewer.client.get(f"{here}?outcome=missed")

    assert len(first.context["list"].page.rows) == 50
    assert len(older.context["list"].page.rows) == 5
    assert [row.outcome for row in missed.context["list"].page.rows] == ["missed"]


def test_an_outcome_that_there_is_not_is_refused_in_words(viewer):
    job = make_job()

    response = viewer.client.get(f"/scheduled-jobs/{job.identifier}/occurrences/?outcome=nap")

    assert response.status_code == 400
    assert "There is no outcome “nap”." in response.content.decode()


def test_days_on_which_clocks_change_are_marked_among_the_next_runs(viewer, monkeypatch):
    monkeypatch.setattr(views.timezone, "now", lambda: datetime(2026, 3, 27, 12, tzinfo=UTC))

    text = viewer.open(
        "/scheduled-jobs/preview/?expression=30+2+*+*+*&time_zone=Europe/Amsterdam"
    ).text

    assert text.count("clocks go forward that day") == 1
    assert "Sun 2026-03-29 03:00" in text
    assert text.count("<li>") == 10


# ---------------------------------------------------------------- several in order


def test_jobs_that_follow_keep_only_what_they_need():
    route = make_route()
    incoming = make_incoming()
    then = [
        {"job": "export", "route": route.identifier, "incoming": "left over", "number_of_tasks": 5},
        {"job": "repair", "route": route.identifier},
    ]

    form = ScheduledJobForm(settings(incoming=incoming.identifier, then=then))

    assert form.is_valid(), form.errors
    assert form.cleaned_data["then"] == [
        {"job": "export", "route": route.identifier, "number_of_tasks": 5},
        {"job": "repair"},
    ]


def test_a_job_that_follows_is_saved_as_the_page_offers_it(editor):
    route, incoming = make_route(), make_incoming()
    settings = {"name": "Nightly", "job": "import", "incoming": incoming.identifier}
    row = {
        "then-count": "1",
        "then-0-given": "[]",
        "then-0-order": "0",
        "then-0-p-job": "export",
        "then-0-p-route": route.identifier,
    }

    page = editor.open("/scheduled-jobs/new/")
    data = page.form.post(**settings, expression="0 2 * * *") | row
    editor.post("/scheduled-jobs/new/", **data)

    assert ScheduledJob.objects.get().then == [{"job": "export", "route": route.identifier}]


def test_a_job_that_follows_without_its_route_is_refused_in_its_row():
    incoming = make_incoming().identifier

    assert "row 2 › Route: Name one." in problems(
        incoming=incoming, then=[{"job": "prune"}, {"job": "export"}]
    )
    assert "row 1 › Incoming: There is no incoming called “x”." in problems(
        incoming=incoming, then=[{"job": "import", "incoming": "x"}]
    )
    assert "row 1 › Route: Name one." in problems(incoming=incoming, then=[{}])


def test_a_route_that_a_job_runs_among_others_needs_no_job_of_its_own(editor):
    route = make_route(retry_enabled=True)
    then = [{"job": "export", "route": route.identifier}]
    job = make_job(job="import", incoming=route.incoming, then=then)
    assert "Retrying needs" not in editor.open(f"/routes/{route.identifier}/edit/").text

    ScheduledJob.objects.filter(pk=job.pk).update(enabled=False)

    assert "Retrying needs" in editor.open(f"/routes/{route.identifier}/edit/").text
