"""The answer to "why did it not run?": each moment at which a job was due, and what came of it."""

from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views import View

from alumio import keyset
from alumio.access import RoleRequired
from alumio.located import Located
from scheduler.models import Occurrence, Outcome, ScheduledJob
from scheduler.schedule import next_run
from scheduler.status import Status

SIZE = 50
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
        rows = Occurrence.objects.filter(job=job).select_related("process")
        wanted = request.GET.get("outcome", "")
        if wanted in Outcome.values:
            rows = rows.filter(outcome=wanted)
        page = page_of(rows, request.GET.get("cursor"))
        for row in page.rows:
            row.job, row.why = job, why(row)
        here = reverse("scheduled-jobs:occurrences", args=[identifier])
        context = {
            "job": job,
            "page": page,
            "next_run": next_run(job),
            "outcomes": [
                (value, label, address(here, outcome=value)) for value, label in Outcome.choices
            ],
            "wanted": wanted,
            "here": here,
            "older": address(here, outcome=wanted, cursor=page.next) if page.next else "",
            "newer": address(here, outcome=wanted, cursor=page.previous) if page.previous else "",
        }
        return render(request, "scheduled_jobs/occurrences.html", context)


def page_of(rows, cursor: str | None) -> keyset.Page:
    try:
        return keyset.page(rows, "-id", SIZE, cursor)
    except Located:
        return keyset.page(rows, "-id", SIZE)


def address(here: str, **parameters) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in parameters.items() if value})
    return f"{here}?{query.urlencode()}".rstrip("?")
