"""The pages of processes and scheduled jobs, and the buttons that run something now."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views import View

from alumio import database, jsontext
from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.configuration import Configuration
from alumio.views import safe_next
from connectors.models import Incoming
from connectors.redaction import Redactor
from routes.models import Route
from scheduler import cron, process_audit, queue, repair
from scheduler.bulk_actions import refused_in
from scheduler.clock import queue_job
from scheduler.listing import ProcessList, describe, processes, tasks_url
from scheduler.models import Kind, Process, ScheduledJob, Trigger
from scheduler.told import facts
from tasks.log import Line
from tasks.revisions import Ran, of_import, of_route

MOST_MESSAGES = 300
PREVIEWED_RUNS = 10

# ---------------------------------------------------------------- processes


class ProcessListPage(RoleRequired, View):
    def get(self, request):
        context = {"list": ProcessList(request.GET), "may_act": request.user.may("editor")}
        template = "processes/_rows.html" if request.htmx else "processes/list.html"
        return render(request, template, context, status=400 if context["list"].faults else 200)


class ProcessPage(RoleRequired, View):
    """One process; asked for by htmx, the part that changes while it runs."""

    def get(self, request, pk):
        process = describe([get_object_or_404(processes(), pk=pk)])[0]
        newest = list(process.messages.order_by("-id")[: MOST_MESSAGES + 1])
        context = {
            "process": process,
            "lines": [Line(message) for message in newest[:MOST_MESSAGES]],
            "more_lines": len(newest) > MOST_MESSAGES,
            "tasks_url": tasks_url(process),
            "facts": facts(process),
            "ran": _ran(process),
            "refused": _refused(process),
            "successor": Process.objects.filter(resumes=process).only("pk").first(),
            "cursor": jsontext.dumps(Redactor().value(process.cursor)),
            "may_act": request.user.may("editor"),
        }
        template = "processes/_detail.html" if request.htmx else "processes/detail.html"
        return render(request, template, context)


def _ran(process: Process) -> list[Ran]:
    """The revisions with which a process ran."""
    if process.route and "route" in process.revisions:
        return of_route(process.route, process.revisions)
    return of_import(process.incoming, process.revisions)


def _refused(process: Process) -> dict:
    """How many tasks a bulk action left alone, and how many of them are kept by name."""
    if process.job != Kind.BULK:
        return {}
    return {"number": refused_in(process.counts).total(), "kept": process.refused_tasks.count()}


class ProcessChange(RoleRequired, View):
    """Skips what is scheduled, or stops what runs."""

    verb = action = ""

    def post(self, request, pk):
        process = get_object_or_404(Process.objects.defer("cursor"), pk=pk)

        @transaction.atomic
        def work() -> tuple[bool, str, str]:
            changed, done, needed = self.change(process, Actor.of(request).name)
            if changed:
                process_audit.ended(Actor.of(request), self.action, process)
            return changed, done, needed

        changed, done, needed = database.persistently(work, repair.PATIENCE)
        if changed:
            messages.success(request, done)
        else:
            process.refresh_from_db(fields=["status"])
            now = process.get_status_display().lower()
            messages.warning(
                request, f"Process {pk} is {now}: only a {needed} one can be {self.verb}."
            )
        return redirect(safe_next(request, reverse("processes:detail", args=[pk])))


class Skip(ProcessChange):
    verb, action = "skipped", "skip-process"

    def change(self, process, by):
        text = f"Process {process.pk} was taken out of the queue."
        return queue.skip(process, by), text, "scheduled"


class Stop(ProcessChange):
    verb, action = "stopped", "stop-process"

    def change(self, process, by):
        text = f"Process {process.pk} stops after the tasks in hand."
        return queue.request_stop(process, by), text, "running"


class Kill(ProcessChange):
    verb, action = "killed", "kill-process"

    def change(self, process, by):
        text = f"Process {process.pk} was killed. What it was delivering is due again."
        return repair.kill(process, by), text, "running"


# ---------------------------------------------------------------- run now


class RunNow(RoleRequired, View):
    """Queues a run of an incoming or a route by hand."""

    model = None

    def post(self, request, identifier):
        target = get_object_or_404(self.model, identifier=identifier)
        options = {"limit": limit_in(request), "user": request.user}
        run(request, target, lambda: queue.enqueue(target, Trigger.PERSON, **options))
        return redirect(safe_next(request, reverse("processes:list")))


class RunIncoming(RunNow):
    model = Incoming


class RunRoute(RunNow):
    model = Route


class RunJob(RoleRequired, View):
    """Queues what a scheduled job does, with its number of tasks and its priority."""

    def post(self, request, identifier):
        jobs = ScheduledJob.objects.select_related("incoming", "route")
        job = get_object_or_404(jobs, identifier=identifier)
        queue_it = partial(queue_job, job, Trigger.PERSON, request.user)
        run(request, job.target or job, queue_it)
        return redirect(safe_next(request, reverse("scheduled-jobs:list")))


def run(request, what: Configuration, queue_it: Callable[[], queue.Queued]) -> None:
    """Queue a run of something, and tell the person what came of it."""
    try:
        with transaction.atomic():
            queued = queue_it()
            if queued.process:
                process_audit.queued(Actor.of(request), what, queued.process)
    except queue.Disabled as error:
        messages.warning(request, str(error))
    else:
        tell(request, what.name, queued)


def tell(request, name: str, queued: queue.Queued) -> None:
    """Say what came of queueing something, with a link to the process."""
    if queued.process:
        text = "{} was queued as {}."
        messages.success(request, format_html(text, name, link_to(queued.process)))
    elif queued.duplicate_of:
        text = "{} is already queued as {}."
        messages.info(request, format_html(text, name, link_to(queued.duplicate_of)))
    else:
        messages.info(request, f"{name} is already queued.")


def link_to(process: Process) -> str:
    address = reverse("processes:detail", args=[process.pk])
    return format_html('<a href="{}">process {}</a>', address, process.pk)


def limit_in(request) -> int | None:
    text = request.POST.get("limit", "")
    return (
        int(text)
        if text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)
        else None
    )


# ---------------------------------------------------------------- scheduled jobs


class Preview(RoleRequired, View):
    """What an expression means, while it is typed: the next runs, or what is wrong with it."""

    def get(self, request):
        expression = request.GET.get("expression", "")[:255]
        zone = request.GET.get("time_zone", "UTC")
        context = {"expression": expression, "zone": zone}
        if expression.strip():
            context |= preview(expression, zone)
        return render(request, "scheduled_jobs/_preview.html", context)


def preview(expression: str, zone: str) -> dict:
    try:
        text = cron.parse(expression)
        runs = cron.upcoming(text, zone, timezone.now(), PREVIEWED_RUNS)
    except cron.CronError as error:
        return {"fault": str(error)}
    except (ValueError, LookupError):
        return {"fault": "There is no such time zone."}
    walls = [_wall(instant.astimezone(ZoneInfo(zone))) for instant in runs]
    return {"normalised": text, "runs": walls, "either_day": cron.either_day(text)}


def _wall(local: datetime) -> tuple[str, str]:
    """A run by its own clock, and what the clock does on that day, if it changes."""
    begin = local.replace(hour=0, minute=0)
    change = (begin + timedelta(days=1)).utcoffset() - begin.utcoffset()
    notes = {True: "clocks go forward that day", False: "clocks go back that day"}
    return f"{local:%a %Y-%m-%d %H:%M}", notes[change > timedelta(0)] if change else ""
