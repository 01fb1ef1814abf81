"""Every address is closed unless this table says otherwise: who may look, and who may change.

An address that is not in the table fails here. Static files are served before the address table is
asked, and are open.
"""

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from alumio.models import Role, User
from connectors.models import Connection, Storage
from scheduler.models import Maintenance, Process, ScheduledJob
from tasks.models import Payload, Task
from tests.webhooks.calling import make_receiver, make_webhook
from tests.webhooks.rows import make_delivery
from tests.world import make_route, make_schema
from transformers.models import SavedTransformer

ANYBODY, VIEWER, EDITOR, ADMINISTRATOR = None, Role.VIEWER, Role.EDITOR, Role.ADMINISTRATOR
OPEN = (ANYBODY, ANYBODY)
READ = (VIEWER, EDITOR)
OWN = (VIEWER, VIEWER)
"""What people change for themselves, or what only looks although it is posted."""
ADMINISTRATED = (ADMINISTRATOR, ADMINISTRATOR)
NO_PERSON = ("nobody", "nobody")
"""Only for the demo's own connections, whatever role a person has."""
DEMO = ("shop-products", "shop-orders", "erp-products", "erp-orders")

CONFIGURATIONS = (
    "routes",
    "incomings",
    "outgoings",
    "connections",
    "storages",
    "transformers",
    "entity-schemas",
    "scheduled-jobs",
    "maintenance",
    "webhooks",
)
PAGES = ("list", "create", "edit", "delete", "duplicate", "switch", "history", "old")
BUILDER = (
    *("page", "panel", "keep", "choose", "remove", "step", "copy", "enable", "undo", "redo"),
    *("save", "resolve", "discard", "live", "classic", "take", "sample"),
)
BUILDER_DATA = (
    *("try", "fields", "shadow", "samples"),
    *("mapper-sources", "mapper-rows", "mapper-preview"),
)
"""Pages of the builder that show records, which viewers do not see there."""
DOORS = (
    "incoming",
    "outgoing",
    "route",
    "connection",
    "entity-schema",
    "storage",
    "transformer",
    "scheduled-job",
    "maintenance-window",
    "webhook",
)

TABLE = {
    "healthz": OPEN,
    "readyz": OPEN,
    "login": OPEN,
    "logout": OWN,
    "theme": OPEN,
    "profile": OWN,
    "dashboard": READ,
    "api:dashboard": READ,
    "map": READ,
    "map-numbers": READ,
    "api:map": READ,
    **{f"{section}:{page}": READ for section in CONFIGURATIONS for page in PAGES},
    **{f"{section}:delete": (EDITOR, EDITOR) for section in CONFIGURATIONS},
    **{f"route-builder:{page}": READ for page in BUILDER},
    **{f"new-route-builder:{page}": READ for page in BUILDER},
    **{f"route-builder:{page}": (EDITOR, EDITOR) for page in BUILDER_DATA},
    **{f"new-route-builder:{page}": (EDITOR, EDITOR) for page in BUILDER_DATA},
    "scheduled-jobs:toggle": READ,
    "scheduled-jobs:preview": READ,
    "scheduled-jobs:occurrences": READ,
    **dict.fromkeys(("planner", "planner-make", "planner-shift"), READ),
    "run-scheduled-job": READ,
    "run-incoming": READ,
    "run-route": READ,
    **{f"tasks:{page}": READ for page in ("list", "live", "action", "detail", "data")},
    **{f"tasks:{page}": READ for page in ("csv", "ndjson")},
    **{f"tasks:{page}": READ for page in ("entity", "message", "search")},
    "api:search": READ,
    **{f"tasks:{page}": OWN for page in ("columns", "save-view", "change-view")},
    **{f"processes:{page}": READ for page in ("list", "detail", "skip", "stop", "kill")},
    "processes:not-allowed": READ,
    **{f"api:{door}-{form}": READ for door in DOORS for form in ("list", "detail")},
    **{f"api:{door}-used-by": READ for door in DOORS},
    **{f"api:{door}-{p}": READ for door in DOORS for p in ("revisions", "revision", "restore")},
    "api:incoming-run": READ,
    "api:route-run": READ,
    "api:route-shadow": READ,
    "api:route-samples": READ,
    **{f"api:{kind}-try": READ for kind in ("route", "incoming", "outgoing")},
    **{f"trying:{kind}": (EDITOR, EDITOR) for kind in ("route", "incoming", "outgoing")},
    **{f"trying:{kind}-fields": (EDITOR, EDITOR) for kind in ("route", "incoming", "outgoing")},
    **{f"tasks:{page}": READ for page in ("version", "reimport")},
    "tasks:edit-data": (EDITOR, EDITOR),
    **{f"api:task-{part}": READ for part in ("data", "version-list", "version", "reimport")},
    "webhooks:overview": READ,
    "webhooks:renew": READ,
    "webhooks:test-call": READ,
    **{f"deliveries:{page}": READ for page in ("list", "refused", "detail", "body", "replay")},
    **{f"api:delivery-{part}": READ for part in ("list", "detail", "replay", "replay-many")},
    "api:refused-call-list": READ,
    "errors:list": READ,
    "api:error-list": READ,
    "api:task-list": READ,
    "api:view-list": OWN,
    "api:view-detail": OWN,
    "api:task-csv": READ,
    "api:task-ndjson": READ,
    "api:task-detail": READ,
    **{f"api:task-{verb}": READ for verb in ("skip", "retry", "mark-finished", "mark-failed")},
    **{f"api:process-{part}": READ for part in ("list", "detail", "skip", "stop", "kill")},
    "api:scheduled-job-occurrences": READ,
    **dict.fromkeys(("api:job-run", "api:planner", "api:repair"), READ),
    **{f"api:planner-{part}": READ for part in ("week", "crowds", "shifts")},
    "api:component-list": READ,
    "api:component-detail": READ,
    **{f"memories:{page}": READ for page in ("list", "detail", "forget")},
    **{f"api:unchanged-{part}": READ for part in ("list", "forget")},
    "audit": READ,
    "audit-file": READ,
    "api:audit-list": ADMINISTRATED,
    "api:schema": READ,
    "api:docs": READ,
    "api:elsewhere": OWN,
    **{f"demo-{door}": NO_PERSON for door in DEMO},
    **dict.fromkeys(("remove-demo", "users", "user", "api-keys", "revoke-api-key"), ADMINISTRATED),
    **dict.fromkeys(("retention", "prune-now", "api:retention", "api:prune"), ADMINISTRATED),
}


def addresses(patterns=None, spaces=()) -> list[str]:
    """The names of all addresses, with their name spaces."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            space = (pattern.namespace,) if pattern.namespace else ()
            found += addresses(pattern.url_patterns, (*spaces, *space))
        else:
            found.append(":".join([*spaces, pattern.name or str(pattern.pattern)]))
    return found


def parameters_of(name: str) -> set[str]:
    *spaces, last = name.split(":")
    resolver = get_resolver()
    for space in spaces:
        resolver = resolver.namespace_dict[space][1]
    return set(resolver.reverse_dict.getlist(last)[0][0][0][1])


@pytest.fixture
def world(db):
    """One of everything, by the name space or the first word of the address's name."""
    route = make_route()
    chain = {"prototype": "chain", "parameters": {"transformers": []}}
    client = {"prototype": "http-client", "parameters": {}}
    Connection(name="Demo shop", client=client, demo=True).store()
    now = timezone.now()
    task = Task.objects.create(
        identifier="01ARZ3NDEKTSV4RRFFQ69G5FAV", route=route, created_at=now, updated_at=now
    )
    Payload.objects.create(task=task, data="{}")
    process = Process.objects.create(
        job="export", route=route, trigger="api", created_at=now, updated_at=now
    )
    job = {"job": "export", "route": route, "expression": "* * * * *"}
    webhook = make_webhook(make_receiver())
    return {
        "deliver": make_delivery(webhook),
        "webhook": webhook,
        "route": route,
        "incoming": route.incoming,
        "outgoing": route.outgoing,
        "connection": Connection(name="C", client=client).store(),
        "storage": Storage(name="S").store(),
        "transformer": SavedTransformer(name="T", step=chain).store(),
        "entity-schema": make_schema(),
        "scheduled-job": ScheduledJob(name="J", **job).store(),
        "maintenance": Maintenance(name="M", date="2026-12-24", start="22:00", minutes=60).store(),
        "task": task,
        "process": process,
    }


def path_of(name: str, world: dict) -> str:
    """The address with the values of what there is."""
    subject = next((thing for word, thing in world.items() if word in name), None)
    values = {
        "identifier": getattr(subject, "identifier", "x"),
        "pk": world["process"].pk,
        "number": 1,
        "registry": "mappers",
        "address": "nothing",
    }
    wanted = parameters_of(name)
    return reverse(name, kwargs={key: value for key, value in values.items() if key in wanted})


def answers(client: Client, path: str, method: str) -> int:
    return client.generic(method, path, "{}", content_type="application/json").status_code


def test_every_address_is_in_the_table():
    assert set(addresses()) == set(TABLE)


def test_there_is_no_second_administration():
    assert not apps.is_installed("django.contrib.admin")
    assert not any("admin" in str(p.pattern) for p in get_resolver().url_patterns)
    assert "django.contrib.admin" not in settings.INSTALLED_APPS


@pytest.mark.parametrize("name", TABLE)
def test_nobody_enters_without_signing_in(name, world):
    path, (look, change) = path_of(name, world), TABLE[name]

    for method, role in (("GET", look), ("POST", change), ("DELETE", change)):
        answer = Client().generic(method, path)
        if role == "nobody":
            assert answer.status_code == 401
        elif role is ANYBODY:
            assert answer.status_code != 401, method
            assert not answer.headers.get("Location", "").startswith("/login/"), method
        elif path.startswith("/api/") and name != "api:docs":
            assert answer.status_code == 401, method
        elif answer.status_code != 405:
            assert answer.headers.get("Location", "").startswith("/login/"), method


@pytest.mark.parametrize("name", TABLE)
def test_each_role_may_what_it_says_and_no_more(name, world):
    path, (look, change) = path_of(name, world), TABLE[name]

    for role in Role:
        client = Client()
        client.force_login(User.objects.create_user(f"{role}@example.com", role=role))
        for method, needed in (("GET", look), ("POST", change), ("PUT", change)):
            status = answers(client, path, method)
            if needed == "nobody":
                assert status == 401
                continue
            allowed = needed is ANYBODY or role.includes(needed)
            assert status < 500, (role, method)
            assert (status != 403) if allowed else (status in (403, 405)), (role, method, status)
