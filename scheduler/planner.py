"""The schedule planner: the load of a week, jobs that start together, and a calculator that makes
schedules of volumes."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from alumio import configuration_audit, database
from alumio.access import RoleRequired
from alumio.api_keys import person_of
from alumio.audit import Actor
from alumio.configuration import StaleRevision
from connectors.models import Incoming
from routes.models import Route
from scheduler import cron, together, week
from scheduler.calculator import Schedule
from scheduler.forms import time_zones
from scheduler.models import Kind, ScheduledJob
from scheduler.overruns import overruns

MOST = 1_000_000_000
NEEDS = ("The source must give", "The target must take")
"""What is asked of the two ends where a run a minute is too few."""


def amount(label: str, help_text: str) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"})
    return forms.IntegerField(
        min_value=1, max_value=MOST, label=label, help_text=help_text, widget=widget
    )


def chooser() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


def choice_of(model) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        model.objects.all(), to_field_name="identifier", empty_label="Choose…", widget=chooser()
    )


class Volumes(forms.Form):
    """What the calculator asks for."""

    records = amount("Records a day", "How many the source changes or adds on a busy day.")
    source = amount("Source gives a run", "What one fetch brings at most.")
    target = amount("Target takes a run", "What one export may send.")


class Ends(forms.Form):
    """What is needed besides to make jobs of it."""

    incoming = choice_of(Incoming)
    route = choice_of(Route)
    time_zone = forms.ChoiceField(choices=time_zones, initial="UTC", widget=chooser())


class Planner(RoleRequired, View):
    """The page; its calculator is asked by GET, so that a sum can be sent to somebody."""

    def get(self, request):
        asked = "records" in request.GET
        return self.show(Volumes(request.GET) if asked else Volumes())

    def show(self, volumes: Volumes, ends: Ends | None = None, status: int = 200):
        jobs, now, zone = scheduled(), database.now(), zone_in(self.request)
        took = week.durations(jobs, now)
        loads = week.load(jobs, took, zone, now)
        found = sums(volumes)
        context = {
            "volumes": volumes,
            "sums": [(sum, sum.why_not(need)) for sum, need in zip(found, NEEDS, strict=False)],
            "fits": all(sum.fits for sum in found),
            "ends": ends or Ends(),
            "zone": zone,
            "zones": time_zones(),
            "days": list(zip(week.DAYS, loads, strict=True)),
            "hours": range(24),
            "jobs": jobs,
            "overruns": overruns(jobs, took, now),
            "crowds": together.crowds(jobs, now),
            "advice": together.advise(jobs, now),
            "may_act": self.request.user.may("editor"),
        }
        return render(self.request, "planner/page.html", context, status=status)


class MakeJobs(Planner):
    """Makes the two scheduled jobs of a sum: one that fetches, one that exports."""

    def post(self, request):
        ends = Ends(request.POST)
        volumes = Volumes(request.POST)
        if not (ends.is_valid() and volumes.is_valid()):
            return self.show(volumes, ends, status=400)
        if why_not(sums(volumes)):
            messages.warning(request, "These volumes do not fit, so no job was made.")
            return self.show(volumes, ends, status=400)
        for job in make_jobs(volumes.cleaned_data | ends.cleaned_data, request):
            text = f"“{job.name}” runs at {job.expression}."
            messages.success(request, text)
        return redirect("scheduled-jobs:list")

    def get(self, request):
        return redirect("planner")


class Shift(RoleRequired, View):
    """Gives a job the shifted expression that the planner suggests."""

    def post(self, request, identifier):
        job = get_object_or_404(ScheduledJob, identifier=identifier)
        wanted = request.POST.get("expression", "")
        if wanted not in together.shifted(job.expression):
            messages.warning(request, f"“{job.name}” has another expression by now: look again.")
            return redirect("planner")
        before, job.expression = job.expression, wanted
        try:
            with transaction.atomic():
                stored(job, request)
        except StaleRevision:
            messages.warning(request, f"“{job.name}” was saved by somebody else: look again.")
        else:
            messages.success(request, f"“{job.name}” runs at {wanted} instead of {before}.")
        return redirect(reverse("planner") + "#together")

    def get(self, request, identifier):
        raise Http404


def zone_in(request) -> str:
    """The time zone that the page is asked for."""
    wanted = request.GET.get("zone", "")
    return wanted if wanted in dict(time_zones()) else "UTC"


def scheduled() -> list[ScheduledJob]:
    """The jobs that run and whose expression can be read."""
    found = []
    for job in ScheduledJob.objects.filter(enabled=True).select_related("incoming", "route"):
        try:
            cron.values(cron.parse(job.expression))
        except ValueError:
            continue
        found.append(job)
    return found


def sums(volumes: Volumes) -> list[Schedule]:
    """The schedule of the incoming and that of the route; none where the volumes are no numbers."""
    if not volumes.is_bound or not volumes.is_valid():
        return []
    asked = volumes.cleaned_data
    return [
        Schedule(asked["records"], asked["source"]),
        Schedule(asked["records"], asked["target"]),
    ]


def why_not(sums: list[Schedule]) -> list[str]:
    """Why the volumes do not fit, at the source, at the target or at both; [] where they do."""
    return [why for sum, need in zip(sums, NEEDS, strict=True) if (why := sum.why_not(need))]


def make_jobs(asked: dict, request) -> list[ScheduledJob]:
    """One job that fetches and one that exports, by the sums."""
    ends = ((Kind.IMPORT, asked["incoming"], "source"), (Kind.EXPORT, asked["route"], "target"))
    made = []
    with transaction.atomic():
        for kind, end, per_run in ends:
            job = ScheduledJob(
                name=f"{kind.label}: {end.name}"[:255],
                job=kind,
                incoming=end if kind == Kind.IMPORT else None,
                route=end if kind == Kind.EXPORT else None,
                number_of_tasks=asked[per_run] if kind == Kind.EXPORT else None,
                expression=Schedule(asked["records"], asked[per_run]).expression,
                time_zone=asked["time_zone"],
            )
            made.append(stored(job, request))
    return made


def stored(job: ScheduledJob, request) -> ScheduledJob:
    """Save the job in the name of who asks for it. Raises StaleRevision."""
    job.store(person_of(request.user))
    configuration_audit.saved(Actor.of(request), job)
    return job
