"""REST: the memory of unchanged entities. Read it, and have it forget."""

from functools import cached_property

from rest_framework import status
from rest_framework.response import Response

from alumio import database
from alumio.api import PAGING, ApiView, Invalid, criteria_in, listed, moment
from alumio.audit import Actor
from alumio.located import Located
from alumio.openapi import MAYBE, MOMENT, SHAPES, TEXT, WHOLE, an_object, described, list_of, shape
from tasks import forgetting, memories
from tasks.forgetting import Choice
from tasks.memories import MemoryFilter
from tasks.models import Memory

MAX_IDS = 10_000

SHAPES["UnchangedEntity"] = an_object(
    {
        "id": WHOLE,
        "route": TEXT,
        "entity_identifier": TEXT,
        "content_hash": TEXT,
        "last_sent_at": MOMENT,
        "task": MAYBE,
        "task_status": MAYBE,
        "counts": {"type": "boolean", "description": "False where the task was not delivered."},
    }
)
SHAPES["WhichEntities"] = {
    "oneOf": [
        an_object({"ids": {"type": "array", "items": WHOLE, "maxItems": MAX_IDS}}),
        an_object(
            {
                "filter": {
                    "type": "object",
                    "description": 'As the list\'s; {"all": true} for every entity.',
                }
            }
        ),
    ]
}
SHAPES["Forgotten"] = an_object({"forgotten": WHOLE, "held": WHOLE})
SHAPES["ForgottenLater"] = an_object({"process": WHOLE})


class Unchanged(ApiView):
    @described("List remembered entities", {200: list_of("UnchangedEntity")}, query=MemoryFilter)
    def get(self, request):
        order = MemoryFilter(request.query_params, besides=PAGING).order
        return listed(self, memories.memories(), order, MemoryFilter, self.represent)

    def represent(self, memory: Memory) -> dict:
        return {
            "id": memory.pk,
            "route": self.routes[memory.route_id].identifier,
            "entity_identifier": memory.entity_identifier,
            "content_hash": memory.digest,
            "last_sent_at": moment(memory.seen_at),
            "task": memory.task and memory.task.identifier,
            "task_status": memory.task and memory.task.status,
            "counts": memories.counts(memory),
        }

    @cached_property
    def routes(self):
        return memories.route_names()


class Forget(ApiView):
    """Few are forgotten at once, more by a process."""

    @described(
        "Forget remembered entities, by ids or by filter",
        {200: shape("Forgotten"), 202: shape("ForgottenLater")},
        request=shape("WhichEntities"),
    )
    def post(self, request):
        done = forgetting.forget(chosen_in(self.body()), Actor.of(request))
        if isinstance(done, forgetting.Queued):
            return Response({"process": done.process}, status.HTTP_202_ACCEPTED)
        return Response({"forgotten": done.number, "held": done.held})


def chosen_in(body: dict) -> Choice:
    """What a body asks for, as of now. Raises Invalid."""
    if len(body) != 1 or not set(body) <= {"ids", "filter"}:
        raise Invalid([Located("Give either “ids” or “filter”.")])
    now = database.now().isoformat()
    if "ids" in body:
        return Choice(now, ids=ids_in(body["ids"]))
    return Choice(now, criteria=criteria_in(body["filter"], MemoryFilter, "entity"))


def ids_in(value) -> tuple[int, ...]:
    whole = isinstance(value, list) and all(type(id) is int and 0 < id < 2**63 for id in value)
    if not whole:
        raise Invalid([Located("Give a list of ids, as the list of entities has them.", ("ids",))])
    if len(value) > MAX_IDS:
        raise Invalid([Located(f"At most {MAX_IDS:,}; use a filter for more.", ("ids",))])
    return tuple(dict.fromkeys(value))
