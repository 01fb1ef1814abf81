"""`manage.py seed_tasks`: made-up tasks for sizing a machine."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from tasks import counts
from tasks.models import Message, Payload, Task
from tasks.pipeline import import_entities
from tests.world import make_route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def seed(*words) -> None:
    call_command("seed_tasks", *words)


def test_made_up_tasks_have_every_status_data_and_messages():
    seed("--tasks", "6000", "--routes", "5")

    statuses = Counter(Task.objects.values_list("status", flat=True))
    assert statuses.total() == 6_000
    assert statuses["finished"] > 5_000
    assert len(statuses) == 8
    assert Payload.objects.count() == 6_000
    assert Message.objects.filter(phase="import").count() == 6_000
    assert not Task.objects.filter(status="failed", cause=None).exists()
    assert counts._count_by_route() == {
        route: Counter(Task.objects.filter(route=route).values_list("status", flat=True))
        for route in Task.objects.values_list("route", flat=True).distinct()
    }


def test_made_up_tasks_are_in_the_order_of_their_creation_and_entities_recur():
    seed("--tasks", "3000", "--routes", "3", "--days", "7")

    rows = list(Task.objects.order_by("id").values("identifier", "created_at", "updated_at"))
    assert rows == sorted(rows, key=lambda row: row["created_at"])
    assert rows == sorted(rows, key=lambda row: row["identifier"])
    assert all(row["created_at"] <= row["updated_at"] for row in rows)
    entities = Counter(Task.objects.values_list("entity_identifier", flat=True))
    assert max(entities.values()) > 10


def test_made_up_tasks_may_be_followed_by_more_of_them_and_by_real_ones():
    seed("--tasks", "50", "--routes", "2")
    seed("--tasks", "50", "--routes", "2")
    real = make_route(entities=[{"sku": "A"}])
    import_entities(real.incoming)

    assert Task.objects.count() == 101
    assert Task.objects.latest("id").route == real


def test_made_up_tasks_are_not_put_among_real_ones_unless_that_is_meant():
    import_entities(make_route(entities=[{"sku": "A"}]).incoming)

    with pytest.raises(CommandError, match="--force"):
        seed("--tasks", "50")
    assert Task.objects.count() == 1

    seed("--tasks", "50", "--force")
    assert Task.objects.count() == 51
