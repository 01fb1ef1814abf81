"""A webhook that is deleted while it is called loses no call that was acknowledged."""

import threading

import pytest
from django.db import connection, transaction

from scheduler.models import Delivery, Webhook
from tests.webhooks import calling
from tests.webhooks.calling import Caller, make_receiver, make_webhook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def delete(webhook: Webhook, deleted: threading.Event, called: threading.Event) -> None:
    """Delete it, and commit when the call is about to be stored."""
    try:
        with transaction.atomic():
            webhook.delete()
            deleted.set()
            called.wait(120)
    finally:
        connection.close()


def test_a_call_that_arrives_while_its_webhook_is_deleted_is_not_acknowledged(monkeypatch):
    webhook, store_all = make_webhook(make_receiver()), calling.store_all
    deleted, called = threading.Event(), threading.Event()
    deleting = threading.Thread(target=delete, args=(webhook, deleted, called))
    monkeypatch.setattr(calling, "store_all", lambda group: called.set() or store_all(group))

    deleting.start()
    assert deleted.wait(120)
    answer = Caller().call(webhook.identifier, json={"sku": "A"})
    deleting.join()

    assert answer.status_code == 503
    assert not Webhook.objects.exists()
    assert not Delivery.objects.exists()
