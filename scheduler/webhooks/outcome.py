"""What came of a delivery, for callers who wait for it."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from alumio import jsontext
from scheduler.webhooks.call import Answer
from scheduler.webhooks.models import Delivery, Progress
from scheduler.webhooks.refusal import as_json
from tasks.models import Message, Phase, Task
from tasks.status import Status

LOOK_EVERY = (0.01, 0.25)
"""Seconds between two looks at a delivery: at first, and at most."""
MOST_TASKS = 100
"""Tasks of a delivery that are told one by one."""
UNDER_WAY = (Status.NEW, Status.PROCESSING)


class Clock(Protocol):
    """What waits meanwhile, and where the database is asked."""

    async def run(self, work: Callable, *arguments) -> Any: ...

    async def sleep(self, seconds: float) -> None: ...


async def of(identifier: str, seconds: float, clock: Clock) -> Answer:
    """Wait until the delivery has been read and what it made on real-time routes was exported,
    `seconds` at most: 200 with what came of it, 400 with the reason where it could not be read.
    Else 202."""
    deadline, pause = time.monotonic() + seconds, LOOK_EVERY[0]
    while await clock.run(is_under_way, identifier):
        if (left := deadline - time.monotonic()) <= 0:
            break
        await clock.sleep(min(pause, left))
        pause = min(pause * 1.5, LOOK_EVERY[1])
    return await clock.run(answer, identifier)


def is_under_way(identifier: str) -> bool:
    """Whether the delivery is still unread, or one of its tasks on a real-time route is to be
    exported at once."""
    delivery = Delivery.objects.filter(identifier=identifier).only("status").get()
    if delivery.status == Progress.RECEIVED:
        return True
    tasks = Task.objects.filter(delivery=delivery.pk, status__in=UNDER_WAY)
    return tasks.filter(route__realtime=True, route__enabled=True).exists()


def answer(identifier: str) -> Answer:
    """What is answered of a delivery as it is now."""
    delivery = Delivery.objects.prefetch_related("readings").get(identifier=identifier)
    told: dict = {"delivery": delivery.identifier}
    if delivery.status == Progress.RECEIVED:
        return as_json(202, told)
    told["incomings"] = {
        reading.incoming: reading.counts | ({"error": reading.error} if reading.error else {})
        for reading in delivery.readings.all()
    }
    tasks = Task.objects.filter(delivery=delivery.pk).select_related("route").order_by("id")
    told["tasks"] = [described(task) for task in tasks[:MOST_TASKS]]
    return as_json(400 if delivery.status == Progress.FAILED else 200, told)


def described(task: Task) -> dict:
    """A task, and what its target answered where it was asked."""
    told = {
        "identifier": task.identifier,
        "route": task.route.identifier,
        "status": task.status,
        "entity_identifier": task.entity_identifier,
    }
    response = task.route.realtime and _response_to(task)
    return told | ({"response": response} if response else {})


def _response_to(task: Task) -> dict | None:
    lines = Message.objects.filter(task=task, phase=Phase.EXPORT).exclude(detail="")
    for line in lines.order_by("-id")[:5]:
        detail = jsontext.loads(line.detail)
        if isinstance(detail, dict) and isinstance(detail.get("response"), dict):
            response = detail["response"]
            return {name: response[name] for name in ("status", "body") if name in response}
    return None
