"""A webhook that is deleted while it is called loses no call that was acknowledged."""

import threading
import time

import pytest
from django.db import connection, transaction

from scheduler.models import Delivery, Webhook
from tests.webhooks.calling import Caller, make_receiver, make_webhook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def delete(webhook: Webhook, deleted: threading.Event) -> None:
    """Delete it, and take a while to commit."""
    try:
        with transaction.atomic():
            webhook.delete()
            deleted.set()
            time.sleep(0.5)
    finally:
        connection.close()


def test_a_call_that_arrives_while_its_webhook_is_deleted_is_not_acknowledged():
    webhook, deleted = make_webhook(make_receiver()), threading.Event()
    deleting = threading.Thread(target=delete, args=(webhook, deleted))

    deleting.start()
    assert deleted.wait(30)
    answer = Caller().call(webhook.identifier, json={"sku": "A"})
    deleting.join()

    assert answer.status_code == 503
    assert not Webhook.objects.exists()
    assert not Delivery.objects.exists()
