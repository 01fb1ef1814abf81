"""Deliveries that wait to be read find a process: the door itself queues none."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from scheduler import queue
from scheduler.models import Delivery, Process, Trigger, Webhook
from scheduler.status import Status
from scheduler.webhooks.reading import incomings_of, unread_by

OPEN = Q(status__in=(Status.SCHEDULED, Status.RUNNING))
REST = timedelta(seconds=30)
"""After a process that failed, before the next one tries."""


def queue_reading() -> int:
    """Queue a process for each webhook that has something to read and none. Returns how many. One
    that has just failed has its successor wait a little."""
    unread = Delivery.objects.unread().filter(webhook=OuterRef("pk"))
    failed = Q(status=Status.FAILED, ended_at__gt=Now() - REST)
    reading = Process.objects.filter(OPEN | failed, webhook=OuterRef("pk"))
    webhooks = [w for w in Webhook.objects.filter(Exists(unread), ~Exists(reading)) if can_read(w)]
    return sum(bool(queue.enqueue(each, Trigger.WEBHOOK).process) for each in webhooks)


def can_read(webhook: Webhook) -> bool:
    """Whether anything of what waits can be read now."""
    incomings = incomings_of(webhook)
    able = [incoming for incoming in incomings if incoming.enabled]
    return bool(able) and unread_by(webhook, able, able == incomings).exists()
