"""Words for tests: make a route, run it, look at its tasks, let time pass."""

from datetime import timedelta
from itertools import count

from django.db.models import F
from django.utils import timezone
from ulid import ULID

from alumio import jsontext
from alumio.audit import Actor
from connectors.models import Incoming, Outgoing
from routes.models import Route
from tasks import actions
from tasks.choice import Choice
from tasks.models import Payload, Task
from tasks.pipeline import export_tasks, import_entities
from tests.fakes import TARGET
from transformers.models import EntitySchema

_numbers = count(1)


def make_schema(identifier="item", paths=("sku",), schema=None) -> EntitySchema:
    row = EntitySchema(
        name=identifier, identifier=identifier, identifier_paths=list(paths), schema=schema or {}
    )
    return row.store()


def make_incoming(entities=None, transformers=(), schema=None, **fields) -> Incoming:
    number = next(_numbers)
    return Incoming(
        name=f"Incoming {number}",
        identifier=f"incoming-{number}",
        subscriber={"prototype": "fake-subscriber", "parameters": {"entities": entities or []}},
        transformers=list(transformers),
        entity_schema=schema,
        **fields,
    ).store()


def make_outgoing(transformers=(), publisher=None, **fields) -> Outgoing:
    number = next(_numbers)
    return Outgoing(
        name=f"Outgoing {number}",
        identifier=f"outgoing-{number}",
        publisher=publisher or {"prototype": "fake-publisher", "parameters": {}},
        transformers=list(transformers),
        **fields,
    ).store()


def make_route(entities=None, incoming=None, outgoing=None, **policies) -> Route:
    number = next(_numbers)
    return Route(
        name=f"Route {number}",
        identifier=f"route-{number}",
        incoming=incoming or make_incoming(entities),
        outgoing=outgoing or make_outgoing(),
        **policies,
    ).store()


def make_tasks(route: Route, *wanted: str, **fields) -> list[Task]:
    """Tasks of these statuses, made without a source; they have no data."""
    now = timezone.now()
    values = {"route": route, "created_at": now, "updated_at": now} | fields
    return Task.objects.bulk_create(
        Task(identifier=str(ULID()), status=status, **values) for status in wanted
    )


def make_failed(route: Route) -> Task:
    """The one task of a route after its import and an attempt to deliver it to a target that was
    down; by now the target is up again."""
    import_entities(route.incoming)
    TARGET.down = True
    export_tasks(route)
    TARGET.down = False
    return Task.objects.get(route=route)


def act_on(verb: str, tasks, who: str = "somebody") -> actions.Applied:
    """A person does this to the tasks of a queryset."""
    chosen = Choice.named(tasks.values_list("identifier", flat=True))
    return actions.act(verb, chosen, Actor(who))


def data_of(task: Task) -> object:
    return jsontext.loads(Payload.objects.get(task=task).data)


def statuses(route: Route) -> list[str]:
    """The statuses of the route's tasks, oldest first."""
    return list(Task.objects.filter(route=route).order_by("id").values_list("status", flat=True))


def texts(task: Task, phase: str) -> list[str]:
    return list(task.messages.filter(phase=phase).order_by("id").values_list("text", flat=True))


def later(**duration) -> None:
    """Let time pass for what waits: everything that is due at some time is due that much sooner."""
    wait = timedelta(**duration)
    Task.objects.exclude(next_attempt_at=None).update(next_attempt_at=F("next_attempt_at") - wait)


def set_value(key, value) -> dict:
    """A step that sets one value."""
    setter = {
        "prototype": "value-setter",
        "parameters": {"configurations": [{"key": key, "value": value}]},
    }
    return {"prototype": "data", "parameters": {"transformers": [setter]}}


def keep_where(path, value) -> dict:
    """A step that drops entities whose value at `path` is another."""
    condition = {
        "prototype": "value-condition-v2",
        "parameters": {
            "accessor": {"prototype": "pattern", "parameters": {"pattern": path}},
            "conditions": [{"prototype": "equals", "parameters": {"value": value}}],
        },
    }
    return {"prototype": "data", "parameters": {"filters": [condition], "transformers": []}}
