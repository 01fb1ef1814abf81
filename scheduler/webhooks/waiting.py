"""Deliveries that wait to be read find a process: the door itself queues none."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from scheduler import queue
from scheduler.models import Delivery, Pause, Process, Trigger, Webhook
from scheduler.status import Status
from scheduler.webhooks import pauses
from scheduler.webhooks.reading import incomings_of, unread_by

OPEN = Q(status__in=(Status.SCHEDULED, Status.RUNNING))
REST = timedelta(seconds=30)
"""After a process that failed, before the next one tries."""


def queue_reading() -> int:
    """Queue a process for each webhook that has something to read and none. Returns how many. One
    whose last process has just failed has the next one wait a little."""
    unread = Delivery.objects.unread().filter(webhook=OuterRef("pk"))
    mine = {"webhook": OuterRef("pk")}
    busy = Exists(Process.objects.filter(OPEN, **mine)) | Exists(just_failed().filter(**mine))
    webhooks = [each for each in Webhook.objects.filter(Exists(unread), ~busy) if can_read(each)]
    return sum(bool(queue.enqueue(each, Trigger.WEBHOOK).process) for each in webhooks)


def just_failed() -> QuerySet[Process]:
    """Processes that failed just now and have no successor. Not those that an incoming has failed
    which pauses now: the others go on."""
    later = Process.objects.filter(webhook=OuterRef("webhook"), id__gt=OuterRef("pk"))
    paused = Pause.objects.filter(process=OuterRef("pk"))
    failed = Process.objects.filter(status=Status.FAILED, ended_at__gt=Now() - REST)
    return failed.filter(~Exists(later), ~Exists(paused))


def can_read(webhook: Webhook) -> bool:
    """Whether anything of what waits can be read now."""
    incomings, resting = incomings_of(webhook), pauses.resting(webhook.incomings)
    able = [each for each in incomings if each.enabled and each.identifier not in resting]
    return bool(able) and unread_by(webhook, able, able == incomings).exists()
