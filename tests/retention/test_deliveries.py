"""How long deliveries of webhooks and refused calls are kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduler import pruning
from scheduler.models import Delivery, Reading, RefusedCall, RefusedCount
from scheduler.pruning import prune
from scheduler.sweep import sweep
from tasks import retention
from tasks.models import Task
from tasks.run import Run
from tests.webhooks.calling import Caller, make_receiver, make_webhook
from tests.webhooks.rows import count_refused, make_delivery, make_reading, make_refused
from tests.world import make_route, make_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def make_old(webhook, status="processed", days=31, **fields) -> Delivery:
    return make_delivery(
        webhook, status, received_at=timezone.now() - timedelta(days=days), **fields
    )


def keep(days: int | None) -> None:
    policy = retention.policy()
    policy.rules = [{"records": "deliveries", "days": days}]
    policy.save()


def left() -> set[int]:
    return set(Delivery.objects.values_list("pk", flat=True))


def test_old_deliveries_go_with_their_readings_and_their_tasks_stay():
    incoming = make_receiver()
    hook = make_webhook(incoming)
    old, unreadable, young = make_old(hook), make_old(hook, "failed"), make_old(hook, days=29)
    replayed = make_delivery(hook, replay_of=old)
    make_reading(old, incoming)
    make_tasks(make_route(), "new", delivery=old.pk)

    said = prune({}, Run())

    assert left() == {young.pk, replayed.pk}
    assert not {old.pk, unreadable.pk} & left()
    replayed.refresh_from_db()
    assert replayed.replay_of is None
    assert not Reading.objects.exists()
    assert Task.objects.get().delivery == old.pk
    assert "deliveries (2)" in said


def test_what_still_waits_to_be_read_never_goes():
    waiting = make_old(make_webhook(make_receiver(enabled=False)), "received", days=400)

    prune({}, Run())

    assert left() == {waiting.pk}
    assert not pruning.anything_due(timezone.now())


def test_a_delivery_stays_while_a_repeat_is_to_be_known_by_its_key():
    keep(days=1)
    hook = make_webhook(make_receiver(), key_header="x-id", key_hours=72)
    known = make_old(hook, days=2, key="7")
    make_old(hook, days=4, key="8")
    make_old(hook, days=2)

    prune({}, Run())

    assert left() == {known.pk}


def test_the_replays_that_a_repeat_is_told_of_stay_as_long_as_the_call_with_the_key():
    keep(days=1)
    incoming = make_receiver()
    hook = make_webhook(incoming, key_header="x-id", key_hours=72)
    call = {"content": b'{"sku": "A"}', "headers": {"x-id": "7"}}
    first = make_old(hook, "failed", days=2.5, key="7")
    wrong = make_old(hook, "failed", days=2.2, replay_of=first)
    right = make_old(hook, days=2, replay_of=wrong)
    make_old(make_webhook(incoming), days=2, replay_of=first)

    prune({}, Run())

    assert left() == {first.pk, wrong.pk, right.pk}
    assert Caller().call(hook, **call).json() == {"delivery": right.identifier}


def test_an_old_delivery_is_a_reason_to_prune_and_for_ever_is_none():
    make_old(make_webhook())

    assert pruning.anything_due(timezone.now())
    keep(days=None)
    assert not pruning.anything_due(timezone.now())


def test_refused_calls_go_after_a_day_and_their_counts_after_a_week():
    young = make_refused(at=timezone.now() - timedelta(hours=23))
    make_refused(at=timezone.now() - timedelta(hours=25))
    count_refused(1, ago=timedelta(days=6))
    count_refused(2, ago=timedelta(days=8))

    sweep()

    assert list(RefusedCall.objects.all()) == [young]
    assert RefusedCount.objects.get().number == 1
