"""Old deliveries and refused calls go."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from alumio import database
from scheduler.webhooks.models import (
    Delivery,
    DeliveryQuerySet,
    Progress,
    RefusedCall,
    RefusedCount,
    Webhook,
)

CHUNK = 1_000
REFUSED_KEPT = timedelta(hours=24)
COUNTS_KEPT = timedelta(days=7)


def old_deliveries(before: datetime) -> DeliveryQuerySet:
    """Those received before a moment, but for the unread ones, those by whose key a repeat is still
    to be known, and the replays that it may be told of."""
    told = Q(key__isnull=False) | Q(replay_of__isnull=False)
    old = Delivery.objects.filter(received_at__lt=before).exclude(status=Progress.RECEIVED)
    keyed = Webhook.objects.exclude(key_header="", key_path="")
    for webhook, hours in keyed.values_list("pk", "key_hours"):
        since = database.now() - timedelta(hours=hours)
        if since < before:
            old = old.exclude(told, webhook=webhook, received_at__gte=since)
    return old


def any_old_delivery(before: datetime) -> bool:
    return old_deliveries(before).exists()


def remove_deliveries(before: datetime) -> int:
    """Remove up to CHUNK, the oldest first. Their tasks stay."""
    oldest = old_deliveries(before).order_by("received_at", "id")
    ids = list(oldest.values_list("pk", flat=True)[:CHUNK])
    if ids:
        Delivery.objects.filter(replay_of__in=ids).update(replay_of=None)
        Delivery.objects.filter(pk__in=ids).drop()
    return len(ids)


def remove_refused_calls() -> int:
    """For the sweep: what was refused a day ago goes, and its count a week later."""
    now = database.now()
    old = RefusedCall.objects.filter(at__lt=now - REFUSED_KEPT).order_by("at")
    ids = list(old.values_list("pk", flat=True)[: 10 * CHUNK])
    if ids:
        RefusedCall.objects.filter(pk__in=ids)._raw_delete(connection.alias)
    RefusedCount.objects.filter(hour__lt=now - COUNTS_KEPT)._raw_delete(connection.alias)
    return len(ids)
