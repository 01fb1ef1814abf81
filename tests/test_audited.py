"""Whatever changes something leaves an entry in the audit trail, or stands here with the reason why
it does not.

A new address that takes POST, PUT, PATCH or DELETE fails here until it is in one of the tables.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from alumio import jsontext
from alumio.audit_words import SAID
from alumio.models import ApiKey, AuditEntry, Role, User
from connectors.models import Storage
from scheduler.models import Process, ScheduledJob, Webhook
from tasks.models import Memory, Payload, SavedView, Task
from tests.pages.posting import Form
from tests.test_access import CONFIGURATIONS, DOORS, PAGES, path_of, world
from tests.test_house import nodes

__all__ = ["world"]  # a fixture
pytestmark = pytest.mark.django_db

UNSAFE = ("post", "put", "patch", "delete")
NOT_RECORDED = {
    "theme": "It changes nothing but the visitor's own cookie.",
    "healthz": "It answers whatever is sent, and changes nothing.",
    "readyz": "It answers whatever is sent, and changes nothing.",
    "tasks:columns": "It remembers which columns a person wants to see.",
    "api:elsewhere": "There is nothing at these addresses.",
    "demo-erp-products": "The demo's own system, called by its own connection and by no person.",
    "demo-erp-orders": "The demo's own system, called by its own connection and by no person.",
    "new-route-builder:save": "The view of “route-builder:save”, which is tried below.",
}
A_DRAFT = "It changes the visitor's own draft, and no configuration."
A_TRIAL = "It stores and sends nothing."
DRAFTING = [
    "choose",
    "classic",
    "discard",
    "enable",
    "keep",
    "page",
    "redo",
    "remove",
    "resolve",
    "sample",
    "step",
    "take",
    "undo",
]
TRYING = ["try", "shadow", "samples", "mapper-rows", "mapper-preview"]
for space in ("route-builder", "new-route-builder"):
    NOT_RECORDED |= {f"{space}:{name}": A_DRAFT for name in DRAFTING}
    NOT_RECORDED |= {f"{space}:{name}": A_TRIAL for name in TRYING}
for name in ("trying:incoming", "trying:outgoing", "trying:route"):
    NOT_RECORDED[name] = A_TRIAL
for name in ("incoming-try", "outgoing-try", "route-try", "route-shadow", "route-samples"):
    NOT_RECORDED[f"api:{name}"] = A_TRIAL


@dataclass
class Scene:
    """Somebody who may do everything, at one address."""

    client: Client
    path: str
    world: dict

    def post(self, **data):
        return self.client.post(self.path, data)

    def send(self, method: str, body, path=""):
        text = jsontext.dumps(body)
        return self.client.generic(method, path or self.path, text, content_type="application/json")

    def read(self, path="") -> dict:
        return jsontext.loads(self.client.get(path or self.path).content)

    def shown(self) -> Form:
        """The form of the page at this address."""
        return Form(self.client.get(self.path).content.decode())

    def form(self) -> Form:
        """The form of the edit page beside this address."""
        section = self.path.strip("/").partition("/")[0]
        edit = path_of(f"{section}:edit", self.world)
        return Form(self.client.get(edit).content.decode())

    def free(self) -> str:
        """The address of the same page for a copy, which nothing uses."""
        *_, section, one, page = self.path.strip("/").split("/")
        self.client.post(f"/{section}/{one}/duplicate/")
        return f"/{section}/{one}-copy/{page}/"


# ---------------------------------------------------------------- what is done, and how it is noted


def copy_of(scene: Scene) -> dict:
    """What a REST list takes to make another one of its first."""
    body = scene.read(scene.path)["results"][0]
    return {n: v for n, v in body.items() if n != "revision"} | {"identifier": "copied"}


def delete_copy(scene: Scene):
    listing = scene.path.rpartition("/")[0]
    scene.send("POST", copy_of(Scene(scene.client, listing, scene.world)), listing)
    return scene.client.delete(f"{listing}/copied")


def save_draft(scene: Scene):
    scene.client.post(f"{scene.path.removesuffix('save/')}enable/", {"enabled": ""})
    return scene.post()


def running(scene: Scene, **data):
    Process.objects.filter(pk=scene.world["process"].pk).move("start", worker="w", slot=0)
    return scene.post(**data)


def with_view(act: Callable) -> Callable:
    """The same with a saved view of the person's at the address."""

    def do(scene: Scene):
        person = User.objects.get(email="all@example.com")
        SavedView.objects.create(pk=scene.world["process"].pk, user=person, name="A")
        return act(scene)

    return do


def with_status(status: str, act: Callable) -> Callable:
    """The same with the world's task in another status, as a fresh row."""

    def do(scene: Scene):
        task = scene.world["task"]
        Task.objects.bulk_create([as_status(task, status)])
        return act(scene)

    return do


def as_status(task: Task, status: str) -> Task:
    identifier = f"01{status.upper():A<24}"
    times = {"created_at": task.created_at, "updated_at": task.updated_at}
    return Task(identifier=identifier, route=task.route, status=status, **times)


def apply(verb: str, status: str) -> Callable:
    identifier = f"01{status.upper():A<24}"
    return with_status(status, lambda s: s.post(one=f"{verb} {identifier}"))


def apply_by_api(status: str) -> Callable:
    return with_status(status, lambda s: s.send("POST", {"filter": {"status": [status]}}))


def remembered(scene: Scene) -> Memory:
    task = scene.world["task"]
    one = {"entity_identifier": "A", "digest": "d", "seen_at": task.created_at}
    return Memory.objects.create(route=task.route, **one)


def revoke(scene: Scene):
    key, _ = ApiKey.issue("Warehouse", Role.VIEWER)
    return scene.client.post(reverse("revoke-api-key", args=[key.pk]))


def change_user(scene: Scene):
    other = User.objects.create_user("other@example.com", "a-long-password")
    data = {"name": other.name, "role": "editor", "is_active": "on", "password": ""}
    return scene.client.post(reverse("user", args=[other.pk]), data)


def remove_demo(scene: Scene):
    Storage.objects.update(demo=True)
    return scene.post()


def at_a_failed_task(act: Callable) -> Callable:
    """At the address of a failed task with data, instead of that of the world's task."""

    def do(scene: Scene):
        failed = as_status(scene.world["task"], "failed")
        failed.entity_schema, failed.entity_identifier = "item", "A"
        failed.save()
        Payload.objects.create(task=failed, data='{"sku":"A"}')
        path = scene.path.replace(scene.world["task"].identifier, failed.identifier)
        return act(Scene(scene.client, path, scene.world))

    return do


def shift(scene: Scene):
    ScheduledJob.objects.update(expression="*/5 * * * *")
    path = reverse("planner-shift", args=[scene.world["scheduled-job"].identifier])
    return scene.client.post(path, {"expression": "1-59/5 * * * *"})


def run_job(scene: Scene):
    job = scene.world["scheduled-job"].identifier
    return scene.send("POST", {}, reverse("api:job-run", args=[job]))


def renew(scene: Scene):
    Webhook.objects.update(by_token=True)
    return scene.post()


SUMS = {"records": 35000, "source": 100, "target": 500, "time_zone": "UTC"}


def ends_of(scene: Scene) -> dict:
    return {name: scene.world[name].identifier for name in ("incoming", "route")}


def plan(scene: Scene):
    return scene.post(**SUMS, **ends_of(scene))


def plan_by_api(scene: Scene):
    return scene.send("POST", SUMS | ends_of(scene))


EACH_PAGE = {
    "create": ("create", lambda s: s.post(**s.form().post(name="New", identifier="new"))),
    "edit": ("save", lambda s: s.post(**s.form().post(description="Another"))),
    "duplicate": ("duplicate", lambda s: s.post()),
    "switch": ("disable", lambda s: s.post(enabled="0")),
    "old": ("restore", lambda s: s.post()),
    "delete": ("delete", lambda s: s.client.post(s.free())),
}
EACH_DOOR = {
    "list": {"post": ("create", lambda s: s.send("POST", copy_of(s)))},
    "detail": {
        "put": ("save", lambda s: s.send("PUT", s.read() | {"description": "Another"})),
        "patch": ("disable", lambda s: s.send("PATCH", {"enabled": False})),
        "delete": ("delete", delete_copy),
    },
    "restore": {"post": ("restore", lambda s: s.send("POST", {}))},
}
NEW_USER = {"email": "new@example.com", "role": "viewer", "password": "a-long-pass-word"}
DOING: dict[str, dict[str, tuple[str, Callable]]] = {
    **{
        f"{section}:{page}": {"post": EACH_PAGE[page]}
        for section in CONFIGURATIONS
        for page in PAGES
        if page in EACH_PAGE
    },
    **{f"api:{door}-{part}": methods for door in DOORS for part, methods in EACH_DOOR.items()},
    "scheduled-jobs:toggle": {"post": EACH_PAGE["switch"]},
    "run-scheduled-job": {"post": ("run", lambda s: s.post())},
    "run-incoming": {"post": ("run", lambda s: s.post())},
    "run-route": {"post": ("run", lambda s: Process.objects.all().delete() and s.post())},
    "api:job-run": {"post": ("run", run_job)},
    "api:incoming-run": {"post": ("run", lambda s: s.send("POST", {}))},
    "api:route-run": {
        "post": ("run", lambda s: Process.objects.all().delete() and s.send("POST", {}))
    },
    "processes:skip": {"post": ("skip-process", lambda s: s.post())},
    "processes:stop": {"post": ("stop-process", running)},
    "processes:kill": {"post": ("kill-process", running)},
    "api:process-skip": {"post": ("skip-process", lambda s: s.send("POST", {}))},
    "api:process-stop": {"post": ("stop-process", running)},
    "api:process-kill": {"post": ("kill-process", running)},
    "tasks:action": {"post": ("retry", apply("retry", "failed"))},
    "api:task-retry": {"post": ("retry", apply_by_api("failed"))},
    "api:task-skip": {"post": ("skip", apply_by_api("new"))},
    "api:task-mark-finished": {"post": ("mark-finished", apply_by_api("waiting"))},
    "api:task-mark-failed": {"post": ("mark-failed", apply_by_api("waiting"))},
    "webhooks:renew": {"post": ("renew-token", renew)},
    "webhooks:test-call": {"post": ("test-call", lambda s: s.post(method="POST", body="{}"))},
    "deliveries:replay": {"post": ("replay", lambda s: s.post(one=s.world["deliver"].identifier))},
    "api:delivery-replay": {"post": ("replay", lambda s: s.send("POST", {}))},
    "api:delivery-replay-many": {
        "post": ("replay-many", lambda s: s.send("POST", {"filter": {"all": True}}))
    },
    "tasks:edit-data": {
        "post": (
            "edit-data",
            at_a_failed_task(lambda s: s.post(do="save", version="1", data='{"sku":"A","n":1}')),
        )
    },
    "api:task-data": {
        "put": (
            "edit-data",
            at_a_failed_task(lambda s: s.send("PUT", {"data": {"sku": "A", "n": 1}, "version": 1})),
        )
    },
    "tasks:reimport": {"post": ("reimport", at_a_failed_task(lambda s: s.post()))},
    "api:task-reimport": {"post": ("reimport", at_a_failed_task(lambda s: s.send("POST", {})))},
    "planner-make": {"post": ("create", plan)},
    "planner-shift": {"post": ("save", shift)},
    "api:planner": {"post": ("create", plan_by_api)},
    "api:repair": {"post": ("repair", lambda s: s.send("POST", {}))},
    "retention": {"post": ("retention", lambda s: s.post(**s.shown().post(audit="400")))},
    "api:retention": {"patch": ("retention", lambda s: s.send("PATCH", {"audit": 400}))},
    "prune-now": {"post": ("prune", lambda s: s.post())},
    "api:prune": {"post": ("prune", lambda s: s.send("POST", {}))},
    "memories:forget": {
        "post": (
            "forget",
            lambda s: s.post(sure="1", ids=str(remembered(s).pk), until=timezone.now().isoformat()),
        )
    },
    "api:unchanged-forget": {
        "post": ("forget", lambda s: s.send("POST", {"ids": [remembered(s).pk]}))
    },
    "login": {
        "post": (
            "sign-in",
            lambda s: Client().post(
                s.path, {"username": "all@example.com", "password": "a-long-password"}
            ),
        )
    },
    "route-builder:save": {"post": ("disable", save_draft)},
    "logout": {"post": ("sign-out", lambda s: s.post())},
    "profile": {"post": ("rename-user", lambda s: s.post(name="Anna"))},
    "users": {"post": ("create-user", lambda s: s.post(**NEW_USER))},
    "user": {"post": ("change-role", change_user)},
    "revoke-api-key": {"post": ("revoke-key", revoke)},
    "remove-demo": {"post": ("remove-demo", remove_demo)},
    "tasks:save-view": {"post": ("save-view", lambda s: s.post(name="A", query="status=failed"))},
    "tasks:change-view": {"post": ("change-view", with_view(lambda s: s.post(name="B")))},
    "api:view-list": {"post": ("save-view", lambda s: s.send("POST", {"name": "A"}))},
    "api:view-detail": {
        "patch": ("change-view", with_view(lambda s: s.send("PATCH", {"name": "B"}))),
        "delete": ("delete-view", with_view(lambda s: s.client.delete(s.path))),
    },
    "api-keys": {"post": ("create-key", lambda s: s.post(name="Warehouse", role="viewer"))},
}


def changing(patterns=None, spaces=()) -> Iterator[tuple[str, str]]:
    """(address, method) of all that may change something; ("healthz", "any") of bare functions."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from changing(pattern.url_patterns, (*spaces, *space))
        else:
            name = ":".join([*spaces, pattern.name or str(pattern.pattern)])
            yield from ((name, method) for method in methods_of(pattern.callback))


def methods_of(callback) -> list[str]:
    if actions := getattr(callback, "actions", None):  # one address of a viewset
        return [method for method in UNSAFE if method in actions]
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if view is None:
        return ["any"]
    return [m for m in UNSAFE if m in view.http_method_names and hasattr(view, m)]


@pytest.mark.parametrize(("name", "method"), sorted(set(changing())))
def test_whatever_changes_something_is_noted_in_the_audit_trail(name, method, world):
    if name in NOT_RECORDED:
        return
    action, act = DOING[name][method]
    person = User.objects.create_user("all@example.com", "a-long-password", Role.ADMINISTRATOR)
    client = Client()
    client.force_login(person)
    AuditEntry.objects.all()._raw_delete("default")

    answer = act(Scene(client, path_of(name, world), world))

    assert answer.status_code < 400, answer.content[:500]
    noted = AuditEntry.objects.first()
    assert noted is not None, "nothing was noted"
    assert (noted.action, noted.who, noted.user) == (action, "all@example.com", person)
    assert noted.address == "127.0.0.1"


def test_no_address_stands_here_that_changes_nothing_or_is_gone():
    known = {name for name, _ in changing()}

    assert set(NOT_RECORDED) | set(DOING) <= known
    assert not set(NOT_RECORDED) & set(DOING)


def test_every_action_that_is_noted_has_words_to_be_told_in():
    noted = {text for where, node in nodes() if (text := action_in(node))}

    assert {"delete", "forget", "sign-in"} <= noted
    assert noted <= set(SAID)


def action_in(node: ast.AST) -> str:
    """The action, where this is a call of `audit.record(actor, "action", …)` with a plain text."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if not called or ast.unparse(node.func) != "audit.record" or len(node.args) < 2:
        return ""
    action = node.args[1]
    return action.value if isinstance(action, ast.Constant) else ""
