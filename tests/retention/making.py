"""Words for tests of retention: rules, tasks of a certain age with all that belongs to them."""

from datetime import timedelta

from django.utils import timezone
from ulid import ULID

from scheduler import queue
from scheduler.execution import execute
from scheduler.models import Kind, Process
from tasks.models import Message, Payload, PayloadVersion, RetentionPolicy, Task


def rule(status, days=None, number=None) -> dict:
    return {"status": status, "days": days, "number": number}


def set_rules(*rules: dict) -> None:
    """The instance's rules, instead of those that it begins with."""
    RetentionPolicy.objects.all().delete()
    RetentionPolicy.objects.create(rules=list(rules))


def make_task(route, status="finished", *, days=0, entity="", **fields) -> Task:
    """A task that last changed so many days ago, with data, a version and two messages."""
    moment, identifier = timezone.now() - timedelta(days=days), str(ULID())
    values = {"created_at": moment, "updated_at": moment, "size": 10} | fields
    values |= {"entity_identifier": entity or identifier}
    task = Task.objects.create(identifier=identifier, route=route, status=status, **values)
    Payload.objects.create(task=task, data="{}")
    PayloadVersion.objects.create(task=task, number=1, data="{}", created_at=moment)
    for phase in ("import", "export"):
        Message.objects.create(task=task, phase=phase, created_at=moment, text="Done.")
    return task


def queue_prune() -> Process:
    return queue.enqueue_chore(Kind.PRUNE, "person").process


def prune() -> Process:
    """Queue a prune and do its work; the process after its end."""
    process = queue_prune()
    execute(queue.start(process, "worker"))
    process.refresh_from_db()
    return process


def left(route) -> list[str]:
    """The identifiers of the tasks that are still there, oldest first."""
    return list(
        Task.objects.filter(route=route).order_by("id").values_list("identifier", flat=True)
    )
