"""The platform's own way: configurations through their forms, processes through the queue.

A process is executed here as a worker does it, with its lease, its progress and its log; only the
doorbell is left out.
"""

from django.db import transaction

from benchmarks.records import MAPPING
from connectors.forms import IncomingForm, OutgoingForm
from connectors.models import Incoming, Outgoing
from routes.forms import RouteForm
from routes.models import Route
from scheduler import doorbell, queue
from scheduler.execution import execute
from scheduler.models import Process, Trigger, Webhook
from scheduler.status import Status
from scheduler.webhooks.forms import WebhookForm
from tasks import actions
from tasks.judgement import judge
from tasks.models import Message, Payload, Task
from transformers.forms import EntitySchemaForm

SCHEMA = {
    "type": "object",
    "required": ["number", "total", "customer", "lines"],
    "properties": {
        "number": {"type": "string"},
        "total": {"type": "number", "minimum": 0},
        "lines": {"type": "array", "items": {"type": "object", "required": ["sku", "quantity"]}},
    },
}


def save(form_class, **values):
    """Create a configuration, or change the one of this name. Exits with what is wrong."""
    model = form_class._meta.model
    existing = model.objects.filter(identifier=values["identifier"]).first()
    form = form_class({"name": values["identifier"], **values}, instance=existing)
    if not form.is_valid():
        raise SystemExit("; ".join(str(error) for error in form.located_errors()))
    return form.save()


def incoming(source: str) -> Incoming:
    save(EntitySchemaForm, identifier="bench", schema=SCHEMA, identifier_paths=["number"])
    subscriber = {
        "prototype": "http-subscriber",
        "parameters": {
            "request": {"uri": source},
            "pagination": {"prototype": "next", "parameters": {"pattern": "next"}},
            "deserializer": {"prototype": "json", "parameters": {"pattern": "orders"}},
        },
    }
    return save(IncomingForm, identifier="bench", subscriber=subscriber, entity_schema="bench")


def outgoing(target: str) -> Outgoing:
    publisher = {
        "prototype": "http-publisher",
        "parameters": {"request": {"uri": target, "method": "POST"}},
    }
    return save(OutgoingForm, identifier="bench", publisher=publisher)


def route(target: str, in_flight: int = 1) -> Route:
    outgoing(target)
    return save(
        RouteForm,
        identifier="bench",
        incoming="bench",
        outgoing="bench",
        transformers=[MAPPING],
        requests_in_flight=in_flight,
    )


def webhook() -> Webhook:
    """A webhook that lets in who knows its secret."""
    subscriber = {"prototype": "webhook-subscriber", "parameters": {}}
    save(IncomingForm, identifier="bench-calls", subscriber=subscriber)
    secret = {"prototype": "header-secret", "parameters": {"header": "X-Secret", "secret": "bench"}}
    return save(WebhookForm, identifier="bench", incomings=["bench-calls"], validators=[secret])


def forget() -> None:
    """Begin with no tasks, so that one import after the other brings each order once."""
    for model in (Message, Payload, Task):
        rows = model.objects.all()
        rows._raw_delete(rows.db)


def make_ready_again() -> None:
    """Everything that was exported is to be exported again, under new keys."""
    ids = list(Task.objects.filter(status="finished").values_list("id", flat=True))
    with transaction.atomic():
        judge(actions.VERBS["retry"], ids, ["finished"], "the benchmark", wait=True)


def start(target, limit: int | None = None) -> Process:
    """Queue a run and take it from the queue, as a worker does."""
    doorbell.ring = lambda: None  # nobody else is to be woken
    queued = queue.enqueue(target, Trigger.COMMAND, limit=limit)
    started = queue.start_next("benchmark")
    assert started.pk == queued.process.pk
    return started


def finish(process: Process) -> int:
    """Execute a started process. Returns how many records it dealt with, if all went well."""
    execute(process)
    process.refresh_from_db()
    if process.status != Status.FINISHED:
        raise SystemExit(f"The process ended {process.status}: {process.result}")
    return process.done
