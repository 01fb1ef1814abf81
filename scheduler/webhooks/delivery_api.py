"""REST: what was delivered to webhooks, what was made of it, replays, and refused calls."""

from rest_framework import exceptions, status
from rest_framework.response import Response

from alumio.api import ApiView, Conflict, Invalid, criteria_in, listed, moment
from alumio.audit import Actor
from alumio.located import Located
from alumio.openapi import MAYBE, MOMENT, SHAPES, TEXT, WHOLE, an_object, described, list_of, shape
from scheduler.api import MAYBE_MOMENT, MAYBE_WHOLE
from scheduler.webhooks import replay
from scheduler.webhooks.arrived import Arrived
from scheduler.webhooks.delivery_listing import deliveries, made
from scheduler.webhooks.delivery_pages import find
from scheduler.webhooks.filters import DeliveryFilter, RefusedFilter
from scheduler.webhooks.models import Delivery, Progress, RefusedCall
from tasks.models import Task
from tasks.status import Status

MOST_IDENTIFIERS = 10_000
MOST_TASKS = 100
NAMED = {"type": "object", "additionalProperties": {"type": "string"}}
SETTINGS = ("webhook__validators", "webhook__handshake", "webhook__token")

SHAPES["Delivery"] = an_object(
    {
        "id": WHOLE | {"description": "Its number, by which tasks name it."},
        "identifier": TEXT | {"description": "As the caller was told it."},
        "webhook": TEXT,
        "status": {"type": "string", "enum": Progress.values},
        "received_at": MOMENT,
        "ended_at": MAYBE_MOMENT,
        "method": TEXT,
        "sender": TEXT,
        "size": WHOLE,
        "key": MAYBE,
        "tasks": WHOLE | {"description": "How many were made."},
    }
)
SHAPES["DeliveryReading"] = an_object(
    {
        "incoming": TEXT,
        "process": MAYBE_WHOLE,
        "ended_at": MAYBE_MOMENT | {"description": "null while it is not read to its end."},
        "counts": {"type": "object", "additionalProperties": WHOLE},
        "error": TEXT,
    }
)
SHAPES["DeliveryInFull"] = {
    "allOf": [
        shape("Delivery"),
        an_object(
            {
                "query": TEXT,
                "headers": NAMED,
                "body": MAYBE | {"description": "null where it is no text."},
                "body_base64": TEXT,
                "readings": {"type": "array", "items": shape("DeliveryReading")},
                "made": {
                    "type": "array",
                    "description": f"The first {MOST_TASKS} tasks.",
                    "items": an_object(
                        {
                            "identifier": TEXT,
                            "route": TEXT,
                            "status": {"type": "string", "enum": Status.values},
                            "entity_identifier": TEXT,
                        }
                    ),
                },
                "replay_of": MAYBE,
                "replays": {"type": "array", "items": TEXT},
            }
        ),
    ]
}
SHAPES["WhichDeliveries"] = {
    "oneOf": [
        an_object({"identifiers": {"type": "array", "items": TEXT, "maxItems": MOST_IDENTIFIERS}}),
        an_object(
            {
                "filter": {
                    "type": "object",
                    "description": 'As the list\'s; {"all": true} for every delivery.',
                }
            }
        ),
    ]
}
SHAPES["Replayed"] = an_object(
    {
        "replayed": WHOLE,
        "unread": WHOLE | {"description": "Left alone: they still wait to be read."},
    }
)
SHAPES["ReplayedLater"] = an_object({"process": WHOLE})
SHAPES["ReplayedOne"] = an_object({"delivery": TEXT})
SHAPES["RefusedCall"] = an_object(
    {
        "at": MOMENT,
        "webhook": MAYBE,
        "called": TEXT | {"description": "The last part of the address, unless it is a token."},
        "answered": WHOLE,
        "reason": TEXT,
        "method": TEXT,
        "query": TEXT,
        "headers": NAMED,
        "sender": TEXT,
        "size": MAYBE_WHOLE,
    }
)


def in_list(delivery: Delivery) -> dict:
    return {
        "id": delivery.pk,
        "identifier": delivery.identifier,
        "webhook": delivery.webhook.identifier,
        "status": delivery.status,
        "received_at": moment(delivery.received_at),
        "ended_at": moment(delivery.ended_at),
        "method": delivery.method,
        "sender": delivery.sender,
        "size": delivery.size,
        "key": delivery.key,
        "tasks": made(delivery),
    }


def in_full(delivery: Delivery) -> dict:
    arrived = Arrived(delivery)
    return in_list(delivery) | {
        "query": delivery.query,
        "headers": delivery.headers,
        "body": arrived.text,
        "body_base64": arrived.base64,
        "readings": [_reading(reading) for reading in delivery.readings.all()],
        "made": [_task(task) for task in _tasks(delivery)],
        "replay_of": delivery.replay_of and delivery.replay_of.identifier,
        "replays": list(delivery.replays.order_by("id").values_list("identifier", flat=True)),
    }


def _reading(reading) -> dict:
    return {
        "incoming": reading.incoming,
        "process": reading.process,
        "ended_at": moment(reading.ended_at),
        "counts": reading.counts,
        "error": reading.error,
    }


def _tasks(delivery: Delivery):
    tasks = Task.objects.filter(delivery=delivery.pk).order_by("id").select_related("route")
    return tasks.defer("route__transformers")[:MOST_TASKS]


def _task(task: Task) -> dict:
    return {
        "identifier": task.identifier,
        "route": task.route.identifier,
        "status": task.status,
        "entity_identifier": task.entity_identifier,
    }


def called(identifier: str) -> Delivery:
    found = find(identifier)
    if found is None:
        raise exceptions.NotFound(f"There is no delivery “{identifier}”.")
    return found


class Deliveries(ApiView):
    @described("List deliveries", {200: list_of("Delivery")}, query=DeliveryFilter)
    def get(self, request):
        rows = deliveries().select_related("webhook").defer("body", "headers", "query", *SETTINGS)
        return listed(self, rows, "-id", DeliveryFilter, in_list)


class OneDelivery(ApiView):
    @described(
        "Read a delivery: what arrived, and what was made of it", {200: shape("DeliveryInFull")}
    )
    def get(self, request, identifier):
        return Response(in_full(called(identifier)))


class ReplayOne(ApiView):
    @described(
        "Have a delivery read once more, as another delivery",
        {202: shape("ReplayedOne")},
        refusals=(400, 409),
    )
    def post(self, request, identifier):
        delivery = called(identifier)
        if delivery.status == Progress.RECEIVED:
            raise Conflict("This delivery still waits to be read: it is read once as it is.")
        done = replay.replay(replay.Choice((delivery.identifier,)), Actor.of(request))
        return Response({"delivery": done.identifiers[0]}, status.HTTP_202_ACCEPTED)


class Replay(ApiView):
    """More than are replayed at once are replayed by a process, whose id is answered."""

    @described(
        "Have deliveries read once more, by identifiers or by filter",
        {200: shape("Replayed"), 202: shape("ReplayedLater")},
        request=shape("WhichDeliveries"),
    )
    def post(self, request):
        done = replay.replay(choice_in(self.body()), Actor.of(request))
        if isinstance(done, replay.Queued):
            return Response({"process": done.process}, status.HTTP_202_ACCEPTED)
        return Response({"replayed": len(done.identifiers), "unread": done.unread})


def choice_in(body: dict) -> replay.Choice:
    if len(body) != 1 or not set(body) <= {"identifiers", "filter"}:
        raise Invalid([Located("Give either “identifiers” or “filter”.")])
    if "filter" in body:
        return replay.Choice.matching(criteria_in(body["filter"], DeliveryFilter, "delivery"))
    named = body["identifiers"]
    if not isinstance(named, list) or not all(isinstance(n, str) and n.isalnum() for n in named):
        raise Invalid([Located("Give a list of identifiers of deliveries.", ("identifiers",))])
    if len(named) > MOST_IDENTIFIERS:
        text = f"At most {MOST_IDENTIFIERS:,}; use a filter for more."
        raise Invalid([Located(text, ("identifiers",))])
    return replay.Choice(tuple(dict.fromkeys(name.upper() for name in named)))


class RefusedCalls(ApiView):
    @described(
        "List the calls that were not let in, of the last 24 hours",
        {200: list_of("RefusedCall")},
        query=RefusedFilter,
    )
    def get(self, request):
        rows = RefusedCall.objects.select_related("webhook").defer(*SETTINGS)
        return listed(self, rows, "-id", RefusedFilter, _refused)


def _refused(call: RefusedCall) -> dict:
    return {
        "at": moment(call.at),
        "webhook": call.webhook and call.webhook.identifier,
        "called": call.called,
        "answered": call.answered,
        "reason": call.reason,
        "method": call.method,
        "query": call.query,
        "headers": call.headers,
        "sender": call.sender,
        "size": call.size,
    }
