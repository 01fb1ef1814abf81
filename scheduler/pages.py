"""The pages of scheduled jobs: those of any configuration, with a list that shows the runs."""

from django.shortcuts import render
from django.urls import path

from alumio import configuration_pages
from alumio.pages import Notice, Pages, Section, register
from routes.views import schedules
from scheduler.forms import JOBS, ScheduledJobForm
from scheduler.models import FLOWS, Kind, ScheduledJob
from scheduler.occurrences import Occurrences
from scheduler.schedule import is_scheduled, last_processes, next_run
from scheduler.views import Preview

CHORES = {Kind.REPAIR: "what died processes held", Kind.PRUNE: "by the rules of retention"}


def line(job: ScheduledJob) -> str:
    about = (job.target or "nothing") if job.job in FLOWS else CHORES[job.job]
    more = f" · then {len(job.then)} more" if job.then else ""
    return f"{job.get_job_display()} · {about}{more}"


def notices(job: ScheduledJob) -> list[Notice]:
    """Why an enabled job would do nothing."""
    if job.enabled and job.target and not job.target.enabled:
        noun = job.target._meta.verbose_name
        text = f"The {noun} “{job.target}” is disabled, so this job does nothing when it is due."
        return [Notice(text)]
    if job.job == Kind.EXPORT and job.route and job.route.realtime:
        text = "The route is real-time: its tasks are exported as they are made, without this job."
        return [Notice(text, "info")]
    return []


schedules.append(is_scheduled)
PAGES = register(
    Pages(
        form=ScheduledJobForm,
        namespace="scheduled-jobs",
        noun="scheduled job",
        plural="Scheduled jobs",
        icon="calendar-time",
        about="A scheduled job runs an incoming or a route at the times that a cron expression "
        "names. Most routes need two: one that fetches, one that delivers. Stuck tasks are "
        "repaired and old records removed without one; a job decides when that happens.",
        sections=(
            Section("What runs", ("job", "incoming", "route", "number_of_tasks")),
            Section(
                "Then", ("then", "go_on"), "Jobs that follow, each when the one before it ends."
            ),
            Section("When", ("expression", "time_zone", "priority", "catch_up")),
        ),
        line=line,
        notices=notices,
        group="Monitoring",
        run="run-scheduled-job",
        joined=("incoming", "route"),
    )
)


class WithRuns:
    """Draws the rows with the last run and the next one of each job."""

    def show(self, template: str, context: dict, status=200):
        add_runs(context["rows"] if "rows" in context else [context["row"]])
        context |= {"pages": self.pages, "may_change": self.may_change(), "jobs": JOBS}
        context["job"] = self.request.GET.get("job", "")
        return render(self.request, f"scheduled_jobs/{template}.html", context, status=status)


class List(WithRuns, configuration_pages.List):
    def chosen(self, request):
        rows, job = super().chosen(request), request.GET.get("job")
        return rows.filter(job=job) if job in dict(JOBS) else rows


class Switch(WithRuns, configuration_pages.Switch):
    pass


def add_runs(rows: list[dict]) -> None:
    """Give each row its job's last process and next run."""
    last = last_processes(ScheduledJob, [row["it"].pk for row in rows])
    for row in rows:
        row["last"], row["next"] = last.get(row["it"].pk), next_run(row["it"])


def urls() -> tuple:
    """The addresses of any configuration; the list and the switch are our own."""
    patterns, *names = PAGES.urls()
    ours = [
        path("", List.as_view(pages=PAGES), name="list"),
        path("<slug:identifier>/switch/", Switch.as_view(pages=PAGES), name="switch"),
        path("<slug:identifier>/toggle/", Switch.as_view(pages=PAGES), name="toggle"),
        path("preview/", Preview.as_view(), name="preview"),
        path("<slug:identifier>/occurrences/", Occurrences.as_view(), name="occurrences"),
    ]
    return [*ours, *patterns], *names
