"""REST: tasks. Read them, and retry, skip or mark any number at once."""

from rest_framework import exceptions, status
from rest_framework.response import Response

from alumio import jsontext
from alumio.api import ApiView, Invalid, criteria_in, listed, moment
from alumio.audit import Actor
from alumio.located import Located
from alumio.openapi import (
    MOMENT,
    SHAPES,
    TEXT,
    WHOLE,
    Operation,
    an_object,
    described,
    list_of,
    shape,
)
from tasks import actions
from tasks.choice import Choice
from tasks.filters import TaskFilter
from tasks.history_api import CHANGES, history_of
from tasks.models import Level, Message, Phase, Task
from tasks.status import Status

MAX_IDENTIFIERS = 10_000
MAX_MESSAGES = 500

SHAPES["Task"] = an_object(
    {
        "identifier": TEXT,
        "route": TEXT,
        "status": {"type": "string", "enum": Status.values},
        "entity_schema": TEXT,
        "entity_identifier": TEXT,
        "size": WHOLE,
        "attempts": WHOLE,
        "next_attempt_at": {"type": ["string", "null"], "format": "date-time"},
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }
)
SHAPES["TaskMessage"] = an_object(
    {
        "level": {"type": "string", "enum": Level.labels},
        "created_at": MOMENT,
        "attempt": WHOLE,
        "process": {"type": ["integer", "null"]},
        "text": TEXT,
        "detail": {"description": "Such as the request and its response; or null."},
    }
)
MESSAGES = {"type": "array", "items": shape("TaskMessage")}
SHAPES["TaskWithData"] = {
    "allOf": [
        shape("Task"),
        an_object(
            {
                "entity": {
                    "description": "The entity's data. Of a rejected task, the beginning of its "
                    "text, as a string."
                },
                "idempotency_key": TEXT,
                "generation": WHOLE,
                "imported_by": {"type": ["integer", "null"]},
                "delivery": {"type": ["integer", "null"]},
                "import_messages": MESSAGES,
                "export_messages": MESSAGES,
                "history": CHANGES,
            }
        ),
    ]
}
SHAPES["Applied"] = an_object({"changed": WHOLE, "not_allowed": WHOLE})
SHAPES["AppliedLater"] = an_object({"process": WHOLE})
SHAPES["WhichTasks"] = {
    "oneOf": [
        an_object(
            {"identifiers": {"type": "array", "items": TEXT, "maxItems": MAX_IDENTIFIERS}},
        ),
        an_object(
            {
                "filter": {
                    "type": "object",
                    "description": 'As the list\'s; {"all": true} for every task.',
                }
            },
        ),
    ]
}


def in_list(task: Task) -> dict:
    """A task as a row of a list: never its data."""
    return {
        "identifier": task.identifier,
        "route": task.route.identifier,
        "status": task.status,
        "entity_schema": task.entity_schema,
        "entity_identifier": task.entity_identifier,
        "size": task.size,
        "attempts": task.attempts,
        "next_attempt_at": moment(task.next_attempt_at),
        "created_at": moment(task.created_at),
        "updated_at": moment(task.updated_at),
    }


def in_full(task: Task) -> dict:
    return in_list(task) | {
        "entity": entity_of(task),
        "idempotency_key": task.idempotency_key,
        "generation": task.generation,
        "imported_by": task.imported_by,
        "delivery": task.delivery,
        "import_messages": messages_of(task, Phase.IMPORT),
        "export_messages": messages_of(task, Phase.EXPORT),
        "history": history_of(task),
    }


def entity_of(task: Task):
    """The entity's data. Of a rejected one only its beginning is kept, which is text, not JSON."""
    payload = getattr(task, "payload", None)
    if payload is None or task.status == Status.REJECTED:
        return payload and payload.data
    return jsontext.loads(payload.data)


def messages_of(task: Task, phase: str) -> list[dict]:
    """The newest messages of a phase, oldest first."""
    newest = task.messages.filter(phase=phase).order_by("-id")[:MAX_MESSAGES]
    return [as_json(message) for message in reversed(newest)]


def as_json(message: Message) -> dict:
    return {
        "level": Level(message.level).label,
        "created_at": moment(message.created_at),
        "attempt": message.attempt,
        "process": message.process,
        "text": message.text,
        "detail": readable(message.detail),
    }


def readable(detail: str):
    """The detail of a message; what is no JSON after all is given as text."""
    try:
        return jsontext.loads(detail) if detail else None
    except jsontext.JSONTextError:
        return detail


class Tasks(ApiView):
    @described("List tasks", {200: list_of("Task")}, query=TaskFilter)
    def get(self, request):
        # Only a route's identifier: its steps are encrypted, and would be decrypted for every row.
        tasks = Task.objects.select_related("route").defer("route__transformers")
        return listed(self, tasks, "-id", TaskFilter, in_list)


class OneTask(ApiView):
    @described("Read a task with its data and messages", {200: shape("TaskWithData")})
    def get(self, request, identifier):
        tasks = Task.objects.select_related("route", "payload")
        found = tasks.filter(identifier=identifier.replace("\0", "")).first()
        if found is None:
            raise exceptions.NotFound(f"There is no task “{identifier}”.")
        return Response(in_full(found))


class Apply(ApiView):
    """One verb on many tasks: exactly those with given identifiers, or all that match a filter.
    More than 10,000 are changed by a process, whose id is answered."""

    verb = ""

    def operation(self, action: str) -> Operation:
        words = f"{actions.VERBS[self.verb].label} tasks, by identifiers or by filter"
        answers = {200: shape("Applied"), 202: shape("AppliedLater")}
        return Operation(words, answers, request=shape("WhichTasks"))

    def post(self, request):
        body = self.body()
        if len(body) != 1 or not set(body) <= {"identifiers", "filter"}:
            raise Invalid([Located("Give either “identifiers” or “filter”.")])
        done = actions.act(self.verb, choice_in(body), Actor.of(request))
        if isinstance(done, actions.Queued):
            return Response({"process": done.process}, status.HTTP_202_ACCEPTED)
        return Response({"changed": done.changed, "not_allowed": done.not_allowed})


def choice_in(body: dict) -> Choice:
    if "identifiers" in body:
        return Choice.named(identifiers_in(body["identifiers"]))
    return Choice.matching(criteria_in(body["filter"], TaskFilter, "task"))


def identifiers_in(value) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Invalid([Located("Give a list of task identifiers.", ("identifiers",))])
    if len(value) > MAX_IDENTIFIERS:
        raise Invalid(
            [Located(f"At most {MAX_IDENTIFIERS:,}; use a filter for more.", ("identifiers",))]
        )
    return value
