"""One of everything that pages show, with names as long as they may be."""

from django.core.cache import cache
from django.utils import timezone

from alumio.audit import Actor
from alumio.models import ApiKey, Role, User
from routes.models import Route
from scheduler.models import Maintenance, ProcessMessage, RefusedTask, ScheduledJob
from tasks import versions
from tasks.causes import Reason, id_of
from tasks.models import Level, Memory, SavedView, Task
from tests.pages import making
from tests.pages.making import set_values, step
from tests.pages.rows import make_message, make_process, make_task
from tests.trying.making import http_publisher
from tests.webhooks.calling import make_receiver, make_webhook
from tests.webhooks.rows import count_refused, make_delivery, make_reading, make_refused

LONG = ("Orders of all shops in Europe and beyond, by night and by day, " * 4)[:250]
ENTITY = "order.lines.delivery.address.country.region.postal.codes.0.id"
DATA = f'{{"{ENTITY}": 4, "sku": "A1", "text": "{"word" * 100}"}}'


def make_everything() -> dict:
    """What there is, by the name space of its addresses; "" is for those without one."""
    person = User.objects.create_user("admin@example.com", "a-long-password", Role.ADMINISTRATOR)
    route = make_a_route(person)
    task = make_tasks_of(route)
    webhook = make_webhook(make_receiver(), description=LONG)
    SavedView.objects.create(user=person, name=LONG, query="status=failed")
    ApiKey.issue(LONG, Role.VIEWER, person)
    things = make_configurations(route) | {
        "webhooks": webhook,
        "deliveries": make_calls(webhook),
        "processes": make_processes(route),
        "memories": Memory.objects.create(
            route=route, entity_identifier=ENTITY, digest="d", task=task, seen_at=timezone.now()
        ),
        "tasks": task,
        "": person,
    }
    cache.clear()
    return things


def make_a_route(person: User) -> Route:
    """One with a story: its steps changed, and its outgoing is used."""
    incoming = making.incoming(LONG, [set_values(**{ENTITY: 1})], identifier="long-incoming")
    outgoing = making.outgoing(LONG, identifier="long-outgoing")
    outgoing.publisher = http_publisher(f"https://erp.example/{ENTITY}")
    outgoing.store(person)
    route = Route(name=LONG, identifier="long-route", incoming=incoming, outgoing=outgoing)
    route.store(person)
    route.transformers = [step(name=LONG), set_values(**{ENTITY: DATA})]
    route.max_retries, route.retry_enabled = 5, True
    return route.store(person)


def make_tasks_of(route: Route) -> Task:
    """A task in each status; the failed one, which is returned, was edited and tried twice."""
    for status in ("new", "processing", "finished", "skipped", "retry", "waiting", "rejected"):
        make_task(route, status, entity=ENTITY)
    cause = id_of(Reason(f"The target said no to {ENTITY}.", "publisher", "erp.example"))
    failed = make_task(route, "failed", entity=ENTITY, data=DATA, cause_id=cause, attempts=2)
    make_message(failed, f"The target said no to {ENTITY}.", level=Level.ERROR, detail=DATA)
    make_message(failed, LONG, phase="import")
    versions.put(failed, versions.newest(failed), "{}", Actor("admin@example.com"), LONG)
    return failed


def make_configurations(route: Route) -> dict:
    """One of each kind, saved twice, by the name space of its pages."""
    things = {
        "routes": route,
        "incomings": route.incoming,
        "outgoings": route.outgoing,
        "connections": making.connection(description=LONG),
        "storages": making.storage(),
        "transformers": making.transformer(),
        "entity-schemas": making.schema(),
        "scheduled-jobs": ScheduledJob(
            name=LONG, identifier="job", job="export", route=route, expression="*/5 * * * *"
        ).store(),
        "maintenance": Maintenance(name="M", date="2030-01-01", start="22:00", minutes=9).store(),
    }
    for thing in things.values():
        thing.description = LONG
        thing.store()
    return things


def make_processes(route: Route):
    """One that runs, one that waits, and one that failed, which is returned."""
    make_process(route, "running", heartbeat_at=timezone.now())
    make_process(route.incoming, "scheduled")
    failed = make_process(route, "failed", result=LONG)
    ProcessMessage.objects.create(
        process=failed, created_at=timezone.now(), level=Level.ERROR, text=LONG
    )
    refused = {"identifier": "01TEST", "route_id": route.pk, "status": "finished"}
    RefusedTask.objects.create(process=failed, **refused)
    return failed


def make_calls(webhook):
    """A delivery that could not be read, and calls that were refused."""
    make_refused(webhook, reason=LONG)
    make_refused(None, answered=404)
    count_refused(1_234_567, webhook)
    delivery = make_delivery(webhook, "failed", DATA.encode())
    make_reading(delivery, make_receiver(), error=LONG)
    return delivery
