"""The answer to "why did it not run?": each moment at which a job was due, and what came of it."""

from functools import cached_property

from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views import View

from alumio import keyset
from alumio.access import RoleRequired
from alumio.listing import Listing
from scheduler.filters import OccurrenceFilter
from scheduler.models import Occurrence, Outcome, ScheduledJob
from scheduler.schedule import next_run
from scheduler.status import Status

WHY = {
    Outcome.QUEUED: "It was queued on time.",
    Outcome.LATE: "The platform was down; it was queued once for all that was missed.",
    Outcome.DUPLICATE: "Its configuration was waiting in the queue already, so it was not queued "
    "again.",
    Outcome.MISSED: "The platform was down. The job does not catch up.",
    Outcome.DISABLED: "What it runs was disabled.",
}


def why(occurrence: Occurrence) -> str:
    """What came of an occurrence, in a sentence."""
    process = occurrence.process
    if occurrence.outcome == Outcome.MISSED and occurrence.job.catch_up:
        return "The platform was down; a later run stands for it."
    if occurrence.outcome in (Outcome.QUEUED, Outcome.LATE) and process is None:
        return f"{WHY[occurrence.outcome]} The process was removed since."
    if process and process.status == Status.SCHEDULED:
        return f"{WHY[occurrence.outcome]} It has not started yet."
    return WHY[occurrence.outcome]


class Occurrences(RoleRequired, View):
    """The occurrences of one job, newest first."""

    def get(self, request, identifier):
        job = get_object_or_404(ScheduledJob, identifier=identifier)
        found = OccurrenceList(request.GET, job)
        context = {"job": job, "list": found, "next_run": next_run(job)}
        status = 400 if found.faults else 200
        return render(request, "scheduled_jobs/occurrences.html", context, status=status)


class OccurrenceList(Listing):
    """One request's view of the occurrences of a job."""

    filter_class = OccurrenceFilter

    def __init__(self, params: QueryDict, job: ScheduledJob):
        super().__init__(params)
        self.job = job

    @property
    def address(self) -> str:
        return reverse("scheduled-jobs:occurrences", args=[self.job.identifier])

    @cached_property
    def page(self) -> keyset.Page:
        rows = Occurrence.objects.filter(job=self.job).select_related("process")
        page = self.paged(self.filter.apply(rows))
        for row in page.rows:
            row.job, row.why = self.job, why(row)
        return page

    def tabs(self) -> list[tuple[str, str, bool]]:
        chosen = self.criteria.get("outcome", [])
        return [
            (label, self.url(outcome=value), value in chosen) for value, label in Outcome.choices
        ]

    def all_url(self) -> str:
        return self.url(outcome=None)
