"""A few thousand tasks of two routes, for an admin's day on the task list."""

from collections import Counter
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from tasks.models import Payload, Task
from tests.world import make_route

ORDERS = {
    "new": 1_200,
    "processing": 20,
    "finished": 400,
    "failed": 600,
    "skipped": 200,
    "retry": 100,
    "waiting": 50,
    "rejected": 50,
}
PRICES = {"new": 400, "failed": 30}
OLD = timedelta(days=3)


def make_thousands() -> dict:
    """3,050 tasks of two routes; those of prices were made three days ago."""
    orders, prices = make_route(), make_route()
    type(orders).objects.filter(pk=orders.pk).update(name="Orders to ERP")
    type(prices).objects.filter(pk=prices.pk).update(name="Prices to shop")
    now = timezone.now()
    tasks = [
        *rows(prices, PRICES, "price", now - OLD),
        *rows(orders, ORDERS, "order", now),
    ]
    for number, task in enumerate(tasks):
        task.identifier = f"01ADMIN{number:019d}"
    Task.objects.bulk_create(tasks)
    Payload.objects.bulk_create(
        Payload(task=task, data=f'{{"sku":"{task.entity_identifier}"}}', search=search(task))
        for task in tasks
    )
    cache.clear()
    return {"orders": orders, "prices": prices}


def rows(route, numbers: dict, schema: str, at) -> list[Task]:
    statuses = [status for status, number in numbers.items() for _ in range(number)]
    return [
        Task(
            route=route,
            status=status,
            entity_schema=schema,
            entity_identifier=f"{schema}-{number if status != 'processing' else f'p{number}'}",
            created_at=at,
            updated_at=at,
        )
        for number, status in enumerate(statuses)
    ]


def search(task: Task) -> str:
    return f"{task.identifier} {task.entity_identifier}".upper()


def statuses() -> Counter:
    return Counter(Task.objects.values_list("status", flat=True))
