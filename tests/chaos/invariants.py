"""What must hold after every destruction, whatever was destroyed."""

from django.core.cache import cache
from django.db.models import Count

from scheduler.models import Process
from tasks import counts
from tasks.models import Payload, Task


def broken() -> list[str]:
    """The rules of the house that the database breaks now, in words; none, if all is well."""
    tasks, processes = Task.objects.all(), Process.objects.all()
    flying = tasks.filter(status="processing").values("route", "entity_identifier")
    cache.delete(counts.KEY)
    summed = counts.by_status()
    found = {
        "tasks in Processing that nobody holds": tasks.filter(
            status="processing", held_by=None
        ).count(),
        "tasks that are held but not in Processing": tasks.exclude(status="processing")
        .exclude(held_by=None)
        .count(),
        "tasks held by a process that does not run": tasks.filter(status="processing")
        .exclude(held_by__in=processes.filter(status="running").values("pk"))
        .count(),
        "entities twice in flight": flying.annotate(n=Count("id")).filter(n__gt=1).count(),
        "tasks without data": tasks.count() - Payload.objects.count(),
        "places held by processes that do not run": processes.exclude(status="running")
        .exclude(slot=None)
        .count(),
        "ended processes without an end": processes.filter(
            status__in=["finished", "failed", "killed", "skipped"], ended_at=None
        ).count(),
        "statuses counted wrong": sum(
            summed.get(status, 0) != number
            for status, number in tasks.order_by().values_list("status").annotate(Count("id"))
        ),
    }
    return [f"{number} {rule}" for rule, number in found.items() if number]
