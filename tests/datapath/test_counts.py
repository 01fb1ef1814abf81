"""The counters by route and status, which PostgreSQL keeps itself."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection

from tasks import counts
from tasks.models import Message, Payload, StatusCount, Task
from tasks.pipeline import export_tasks, import_entities
from tests.world import act_on, make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def summed(route) -> int:
    return sum(Task.objects.filter(route=route).values_list("size", flat=True))


def test_the_counters_are_what_counting_would_say_after_imports_exports_and_retries(target):
    first = make_route(entities=[{"sku": str(n)} for n in range(30)])
    second = make_route(entities=[{"sku": "X"}, {"sku": "Y"}])
    target.refused = {"3", "4", "X"}
    for route in (first, second):
        import_entities(route.incoming)
        export_tasks(route)

    act_on("retry", Task.objects.filter(status="failed"))
    export_tasks(first, limit=1)

    assert counts._count_by_route() == {r.pk: Counter(statuses(r)) for r in (first, second)}


def test_deleted_tasks_are_not_counted_any_more():
    route = make_route(entities=[{"sku": "A"}, {"sku": "B"}])
    import_entities(route.incoming)

    Message.objects.all().delete()
    Payload.objects.all().delete()
    Task.objects.order_by("id").last().delete()

    assert counts._count_by_route() == {route.pk: {"new": 1}}


def test_the_bytes_of_a_route_are_those_of_its_tasks_data():
    first = make_route(entities=[{"sku": str(n)} for n in range(30)])
    second = make_route(entities=[{"sku": "X"}])
    for route in (first, second):
        import_entities(route.incoming)
    counts.forget()

    sizes = counts.bytes_by_route()

    assert sizes == {route.pk: summed(route) for route in (first, second)}
    assert sizes[second.pk] == len('{"sku":"X"}')


def test_summing_up_changes_no_count(target, monkeypatch):
    monkeypatch.setattr(counts, "FOLD_FROM", 0)
    route = make_route(entities=[{"sku": str(n)} for n in range(120)])
    import_entities(route.incoming)
    export_tasks(route, limit=60)

    counts.fold()
    counts.forget()

    assert counts.bytes_by_route() == {route.pk: summed(route)}
    assert counts._count_by_route() == {route.pk: {"new": 60, "finished": 60}}
    kept_rows = 2 if connection.vendor == "postgresql" else 0
    assert StatusCount.objects.count() == kept_rows


def test_the_counters_go_on_where_the_migration_that_counts_bytes_is_taken_back():
    route = make_route()
    columns = "(identifier, route_id, status, entity_schema, entity_identifier, created_at, "
    columns += "updated_at, attempt, attempts, generation, deaths, size)"
    now = "CURRENT_TIMESTAMP"
    values = f"('OLD', %s, 'new', '', '', {now}, {now}, 0, 0, 1, 0, 5)"
    call_command("migrate", "tasks", "0004", verbosity=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO tasks_task {columns} VALUES {values}", [route.pk])
    finally:
        call_command("migrate", verbosity=0)

    assert counts._count_by_route() == {route.pk: Counter(new=1)}
    assert counts._sum_bytes_by_route() == {route.pk: 5}
