"""Rows for the pages to show: tasks, messages and processes, made without running anything."""

from datetime import timedelta
from itertools import count

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scheduler.models import Process
from tasks.models import Level, Message, Payload, Task
from tests.world import make_route

_numbers = count(1)


def make_task(route=None, status="new", *, entity="", data='{"sku":"A"}', **fields) -> Task:
    now, number = timezone.now(), next(_numbers)
    task = Task.objects.create(
        **{
            "identifier": f"01TEST{number:020d}",
            "route": route or make_route(),
            "status": status,
            "entity_identifier": entity or f"entity-{number}",
            "created_at": now,
            "updated_at": now,
            "size": len(data),
        }
        | fields
    )
    Payload.objects.create(task=task, data=data)
    cache.clear()
    return task


def make_message(task, text, *, phase="export", level=Level.INFO, **fields) -> Message:
    fields = {"created_at": timezone.now(), **fields}
    return Message.objects.create(task=task, text=text, phase=phase, level=level, **fields)


def make_process(target, status="finished", *, age=60, **fields) -> Process:
    began = timezone.now() - timedelta(seconds=age)
    kind = "export" if target.kind == "route" else "import"
    times = {"created_at": began, "updated_at": began}
    if status not in ("scheduled", "skipped"):
        times["started_at"] = began + timedelta(seconds=1)
    if status not in ("scheduled", "running"):
        times["ended_at"] = began + timedelta(seconds=11)
    values = {"job": kind, "trigger": "person", target.kind: target, "status": status}
    return Process.objects.create(**values | times | fields)


def captured(person, url) -> str:
    """The SQL that opening a page sends, one statement a line."""
    with CaptureQueriesContext(connection) as queries:
        person.client.get(url)
    return "\n".join(query["sql"] for query in queries)
