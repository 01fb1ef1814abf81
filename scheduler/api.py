"""REST: processes, scheduled jobs, and running an incoming or a route now."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from rest_framework import exceptions, status
from rest_framework.response import Response

from alumio import audit, database
from alumio.api import ApiView, Conflict, Invalid, listed, moment
from alumio.api_keys import person_of
from alumio.audit import Actor
from alumio.configuration_api import ConfigurationViewSet
from alumio.located import Located
from alumio.openapi import MAYBE, MOMENT, SHAPES, TEXT, WHOLE, an_object, described, list_of, shape
from connectors.models import Incoming
from routes.models import Route
from scheduler import process_audit, queue, repair
from scheduler.clock import queue_job
from scheduler.filters import OccurrenceFilter, ProcessFilter, ScheduledJobFilter
from scheduler.forms import ScheduledJobForm
from scheduler.listing import processes
from scheduler.models import Kind, Occurrence, Outcome, Process, ScheduledJob, Trigger
from scheduler.occurrences import why
from scheduler.status import Status
from scheduler.waiting import Waiting
from tasks.api import readable
from tasks.models import Level

MAX_LIMIT = 2_147_483_647
MAX_MESSAGES = 500
MAYBE_WHOLE = {"type": ["integer", "null"]}
MAYBE_MOMENT = {"type": ["string", "null"], "format": "date-time"}

SHAPES["Process"] = an_object(
    {
        "id": WHOLE,
        "job": {"type": "string", "enum": Kind.values},
        "title": TEXT | {"description": "What it runs, or what it is about."},
        "incoming": MAYBE,
        "route": MAYBE,
        "webhook": MAYBE,
        "status": {"type": "string", "enum": Status.values},
        "trigger": {"type": "string", "enum": Trigger.values},
        "priority": WHOLE,
        "limit": MAYBE_WHOLE,
        "done": WHOLE,
        "total": MAYBE_WHOLE,
        "counts": {"type": "object", "additionalProperties": WHOLE},
        "result": TEXT,
        "created_at": MOMENT,
        "started_at": MAYBE_MOMENT,
        "ended_at": MAYBE_MOMENT,
        "started_by": MAYBE,
        "scheduled_job": MAYBE,
        "resumes": MAYBE_WHOLE,
        "stop_requested": {"type": "boolean"},
        "waits_for": MAYBE
        | {"description": "Why a scheduled one has not started; null for others."},
    }
)
SHAPES["ProcessWithMessages"] = {
    "allOf": [
        shape("Process"),
        an_object(
            {
                "revisions": {"type": "object", "additionalProperties": True},
                "worker": TEXT,
                "messages": {
                    "type": "array",
                    "items": an_object(
                        {
                            "level": {"type": "string", "enum": Level.labels},
                            "created_at": MOMENT,
                            "text": TEXT,
                            "detail": {},
                        }
                    ),
                },
            }
        ),
    ]
}
SHAPES["Occurrence"] = an_object(
    {
        "instant": MOMENT,
        "outcome": {"type": "string", "enum": Outcome.values},
        "process": MAYBE_WHOLE,
        "why": TEXT,
    }
)
SHAPES["Queued"] = an_object({"process": WHOLE})
SHAPES["NotQueued"] = an_object({"detail": TEXT, "duplicate_of": WHOLE}, ("detail",))
SHAPES["HowMany"] = an_object(
    {"limit": MAYBE_WHOLE | {"minimum": 1, "description": "Tasks at most; null or none: all."}}, ()
)


def in_list(process: Process, waiting: Waiting | None = None) -> dict:
    """`waiting`, where several are told: it asks the queue once for all of them."""
    reason = (waiting or Waiting()).reason(process)
    return {
        "id": process.pk,
        "job": process.job,
        "title": process.name,
        "incoming": process.incoming and process.incoming.identifier,
        "route": process.route and process.route.identifier,
        "webhook": process.webhook and process.webhook.identifier,
        "status": process.status,
        "trigger": process.trigger,
        "priority": process.priority,
        "limit": process.limit,
        "done": process.done,
        "total": process.total,
        "counts": process.counts,
        "result": process.result,
        "created_at": moment(process.created_at),
        "started_at": moment(process.started_at),
        "ended_at": moment(process.ended_at),
        "started_by": process.started_by and process.started_by.email,
        "scheduled_job": process.scheduled_job and process.scheduled_job.identifier,
        "resumes": process.resumes_id,
        "stop_requested": process.stop_requested,
        "waits_for": reason and str(reason),
    }


def in_full(process: Process) -> dict:
    newest = process.messages.order_by("-id")[:MAX_MESSAGES]
    return in_list(process) | {
        "revisions": process.revisions,
        "worker": process.worker,
        "messages": [message_as_json(message) for message in reversed(newest)],
    }


def message_as_json(message) -> dict:
    return {
        "level": Level(message.level).label,
        "created_at": moment(message.created_at),
        "text": message.text,
        "detail": readable(message.detail),
    }


def find(pk: int) -> Process:
    found = processes().filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise exceptions.NotFound(f"There is no process {pk}.")
    return found


class Processes(ApiView):
    @described("List processes", {200: list_of("Process")}, query=ProcessFilter)
    def get(self, request):
        return listed(self, processes(), "-id", ProcessFilter, partial(in_list, waiting=Waiting()))


class OneProcess(ApiView):
    @described("Read a process with its messages", {200: shape("ProcessWithMessages")})
    def get(self, request, pk):
        return Response(in_full(find(pk)))


class Skip(ApiView):
    @described("Take a process out of the queue", {200: shape("Process")}, refusals=(409,))
    def post(self, request, pk):
        process = find(pk)
        with transaction.atomic():
            skipped = queue.skip(process, Actor.of(request).name)
            if skipped:
                process_audit.ended(Actor.of(request), "skip-process", process)
        if not skipped:
            raise Conflict(
                f"Process {pk} is {find(pk).status}: only a scheduled one can be skipped."
            )
        return Response(in_list(find(pk)))


class Stop(ApiView):
    @described(
        "Ask a process to stop after the tasks in hand", {202: shape("Process")}, refusals=(409,)
    )
    def post(self, request, pk):
        process = find(pk)
        with transaction.atomic():
            asked = queue.request_stop(process, Actor.of(request).name)
            if asked:
                process_audit.ended(Actor.of(request), "stop-process", process)
        if not asked:
            now = find(pk).status
            raise Conflict(f"Process {pk} is {now}: only a running one can be stopped.")
        return Response(in_list(find(pk)), status.HTTP_202_ACCEPTED)


class Kill(ApiView):
    @described(
        "End a running process at once; what it was delivering is due again",
        {200: shape("Process")},
        refusals=(409,),
    )
    def post(self, request, pk):
        process, actor = find(pk), Actor.of(request)

        @transaction.atomic
        def work() -> bool:
            killed = repair.kill(process, actor.name)
            if killed:
                process_audit.ended(actor, "kill-process", process)
            return killed

        if not database.persistently(work, repair.PATIENCE):
            now = find(pk).status
            raise Conflict(f"Process {pk} is {now}: only a running one can be killed.")
        return Response(in_list(find(pk)))


class RunIncoming(ApiView):
    @described(
        "Run an incoming now", {202: shape("Queued"), 409: shape("NotQueued")}, refusals=(400,)
    )
    def post(self, request, identifier):
        refuse_others(self.body(), ())
        return run(request, Incoming, identifier)


class RunRoute(ApiView):
    @described(
        "Run a route now",
        {202: shape("Queued"), 409: shape("NotQueued")},
        request=shape("HowMany"),
    )
    def post(self, request, identifier):
        sent = self.body()
        refuse_others(sent, ("limit",))
        return run(request, Route, identifier, limit_in(sent))


def refuse_others(sent: dict, known: tuple[str, ...]) -> None:
    unknown = [Located(f"There is no setting “{n}”.", (n,)) for n in sent if n not in known]
    if unknown:
        raise Invalid(unknown)


def limit_in(sent: dict) -> int | None:
    limit = sent.get("limit")
    whole = isinstance(limit, int) and not isinstance(limit, bool)
    if limit is None or (whole and 1 <= limit <= MAX_LIMIT):
        return limit
    raise Invalid([Located("Give a whole number from 1, or null for all tasks.", ("limit",))])


def run(request, model, identifier: str, limit: int | None = None) -> Response:
    """Queue a run. Answers the process, or refuses naming the one that is queued already."""
    target = called(model, identifier)
    options = {"limit": limit, "user": person_of(request.user)}
    return queued_by(request, target, lambda: queue.enqueue(target, Trigger.API, **options))


def called(model, identifier: str):
    """The configuration of this name. Raises NotFound."""
    found = model.objects.filter(identifier=identifier).first()
    if found is None:
        noun = model._meta.verbose_name
        raise exceptions.NotFound(f"There is no {noun} called “{identifier}”.")
    return found


def queued_by(request, what, queue_it: Callable[[], queue.Queued]) -> Response:
    """Queue a run in the name of who asks, and answer the process. Raises Conflict."""
    try:
        with transaction.atomic():
            queued = queue_it()
            if queued.process:
                process_audit.queued(Actor.of(request), what, queued.process)
    except queue.Disabled as error:
        raise Conflict(str(error)) from None
    if queued.process is None:
        raise already_queued(what, queued.duplicate_of)
    return Response({"process": queued.process.pk}, status.HTTP_202_ACCEPTED)


def already_queued(target, duplicate: Process | None) -> Conflict:
    detail = f"A run of “{target.name}” is queued already."
    return Conflict(detail, **({"duplicate_of": duplicate.pk} if duplicate else {}))


class RunJob(ApiView):
    @described(
        "Run a scheduled job now, with its number of tasks and its priority",
        {202: shape("Queued"), 409: shape("NotQueued")},
        refusals=(400,),
    )
    def post(self, request, identifier):
        refuse_others(self.body(), ())
        job = called(ScheduledJob, identifier)
        by = person_of(request.user)
        return queued_by(request, job.target or job, lambda: queue_job(job, Trigger.API, by))


class Repair(ApiView):
    @described(
        "Free what dead processes hold, as workers do by themselves; the process tells what it was",
        {202: shape("Queued"), 409: shape("NotQueued")},
        refusals=(400,),
    )
    def post(self, request):
        refuse_others(self.body(), ())
        with transaction.atomic():
            queued = queue.enqueue_chore(Kind.REPAIR, Trigger.API, user=person_of(request.user))
            if queued.process:
                audit.record(Actor.of(request), "repair", process=queued.process.pk)
        if queued.process is None:
            busy = {"duplicate_of": queued.duplicate_of.pk} if queued.duplicate_of else {}
            raise Conflict("A repair is queued already.", **busy)
        return Response({"process": queued.process.pk}, status.HTTP_202_ACCEPTED)


class ScheduledJobs(ConfigurationViewSet):
    form = ScheduledJobForm
    filter = ScheduledJobFilter


class Occurrences(ApiView):
    """When a job was due, and what came of it."""

    @described(
        "List when a job was due and why it ran or did not",
        {200: list_of("Occurrence")},
        query=OccurrenceFilter,
    )
    def get(self, request, identifier):
        job = called(ScheduledJob, identifier)
        rows = Occurrence.objects.filter(job=job).select_related("process", "job")
        return listed(self, rows, "-id", OccurrenceFilter, _occurrence)


def _occurrence(row: Occurrence) -> dict:
    return {
        "instant": moment(row.instant),
        "outcome": row.outcome,
        "process": row.process_id,
        "why": why(row),
    }
