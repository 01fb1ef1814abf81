"""Rows for pages to show: deliveries and refused calls, made without calling anything."""

from django.utils import timezone

from scheduler.models import Delivery, Reading, RefusedCall, RefusedCount, Webhook
from tasks import identifiers


def make_delivery(webhook: Webhook, status="processed", body=b'{"sku":"A"}', **fields) -> Delivery:
    now = timezone.now()
    values = {
        "identifier": identifiers.make(1)[0],
        "webhook": webhook,
        "status": status,
        "received_at": now,
        "updated_at": now,
        "method": "POST",
        "headers": {"content-type": "application/json"},
        "sender": "203.0.113.7",
        "size": len(body),
        "body": body,
    } | fields
    (delivery,) = Delivery.objects.bulk_create([Delivery(**values)])
    return delivery


def make_reading(delivery: Delivery, incoming, counts=None, error="") -> Reading:
    return Reading.objects.create(
        delivery=delivery,
        incoming=incoming.identifier,
        ended_at=timezone.now(),
        counts=counts or {},
        error=error,
    )


def make_refused(webhook: Webhook | None = None, answered=401, **fields) -> RefusedCall:
    values = {"at": timezone.now(), "reason": "It is wrong.", "method": "POST"} | fields
    return RefusedCall.objects.create(webhook=webhook, answered=answered, **values)


def count_refused(number: int, webhook: Webhook | None = None, answered=401, ago=None) -> None:
    moment = timezone.now() - ago if ago else timezone.now()
    hour = moment.replace(minute=0, second=0, microsecond=0)
    pk = webhook.pk if webhook else 0
    RefusedCount.objects.create(webhook_id=pk, hour=hour, answered=answered, number=number)
