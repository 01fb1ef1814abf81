"""Finding tasks fast finds the same tasks: the shortcuts against plain conditions."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alumio import keyset
from tasks import counts, finding, parts, reach
from tasks.filters import TaskFilter
from tasks.insertion import searched
from tasks.models import Payload, Task
from tasks.status import Status
from tests.world import make_route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
ENTITIES = ("SKU-1", "sku-12", "Sku-123", "ORD-12", "ord_1%", "Größe-12", "Z", "")
SCHEMAS = ("order", "Order line", "product", "")
PLAIN = {
    "status": lambda value: Q(status__in=value),
    "route": lambda value: Q(route__identifier__in=value),
    "created_after": lambda value: Q(created_at__gte=value),
    "created_before": lambda value: Q(created_at__lt=value),
    "updated_after": lambda value: Q(updated_at__gte=value),
    "updated_before": lambda value: Q(updated_at__lt=value),
    "identifier": lambda value: Q(identifier=value),
    "identifier__contains": lambda value: Q(identifier__icontains=value),
    "entity_schema": lambda value: Q(entity_schema=value),
    "entity_schema__contains": lambda value: Q(entity_schema__icontains=value),
    "entity_identifier": lambda value: Q(entity_identifier=value),
    "entity_identifier__contains": lambda value: Q(entity_identifier__icontains=value),
}
"""What each filter means, in words that nothing can be said against but that they are slow."""


@pytest.fixture
def few_are_many(monkeypatch):
    """Every shortcut is taken although there are a few dozen tasks."""
    monkeypatch.setattr(finding, "NEAR", 3)
    monkeypatch.setattr(finding, "FAR", 6)
    monkeypatch.setattr(reach, "SMALL", 1)
    monkeypatch.setattr(parts, "CHEAP", 0)
    monkeypatch.setattr(parts, "UNSETTLED", 2)
    monkeypatch.setattr(counts, "FEW", 6)
    monkeypatch.setattr(counts, "COSTLY", 1e9)


def moments():
    """From before the first task to after the last, most of them between two."""
    return st.integers(-60, 60 * 30).map(lambda minutes: BEGAN + timedelta(minutes=minutes))


def rows():
    row = st.tuples(
        st.integers(0, 2),
        st.sampled_from(Status.values),
        st.sampled_from(SCHEMAS),
        st.sampled_from(ENTITIES),
        st.integers(0, 50),
        st.one_of(st.just(0), st.integers(0, 2000)),
    )
    return st.lists(row, min_size=12, max_size=40)


def values() -> dict:
    text = st.sampled_from(("1", "12", "SKU", "sku-1", "Ö", "größe", "_1%", "order", "e", "zzz"))
    return {
        "status": st.lists(st.sampled_from(Status.values), min_size=1, max_size=3, unique=True),
        "route": st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True),
        "created_after": moments(),
        "created_before": moments(),
        "updated_after": moments(),
        "updated_before": moments(),
        "identifier": st.sampled_from(("01M00000000000000000000007", "01M")),
        "identifier__contains": st.sampled_from(("01m", "0007", "1", "ZZZZ")),
        "entity_schema": st.sampled_from(SCHEMAS[:3]),
        "entity_schema__contains": text,
        "entity_identifier": st.sampled_from(ENTITIES[:7]),
        "entity_identifier__contains": text,
    }


def criteria():
    """One to three filters: with more, hardly a task matches."""
    names = st.lists(st.sampled_from(sorted(values())), min_size=1, max_size=3, unique=True)
    return names.flatmap(lambda few: st.fixed_dictionaries({n: values()[n] for n in few}))


def make(rows, routes) -> None:
    """Tasks in the order of their creation, save for some minutes, updated then or later."""
    Payload.objects.all().delete()
    Task.objects.all().delete()
    tasks, processing = [], set()
    for number, (route, status, schema, entity, late, wait) in enumerate(rows):
        if status == Status.PROCESSING and (route, entity) in processing:
            status = Status.NEW
        processing.add((route, entity) if status == Status.PROCESSING else None)
        created = BEGAN + timedelta(minutes=30 * number - late)
        tasks.append(
            Task(
                identifier=f"01M{number:023d}",
                route=routes[route],
                status=status,
                entity_schema=schema,
                entity_identifier=entity,
                created_at=created,
                updated_at=created + timedelta(minutes=wait),
            )
        )
    made = Task.objects.bulk_create(tasks)
    Payload.objects.bulk_create(
        Payload(task=t, data="{}", search=searched(t.identifier, t.entity_identifier)) for t in made
    )


def asked(wanted: dict, routes) -> tuple[TaskFilter, Q]:
    wanted = dict(wanted)
    if "route" in wanted:
        wanted["route"] = [routes[number].identifier for number in wanted["route"]]
    plain = Q()
    for name, value in wanted.items():
        plain &= PLAIN[name](value)
    given = {n: v.isoformat() if isinstance(v, datetime) else v for n, v in wanted.items()}
    chosen = TaskFilter(given)
    assert chosen.is_valid(), chosen.errors
    return chosen, plain


def pages(tasks, size: int) -> list[int]:
    """All ids, page by page, and every page the same when one comes back to it."""
    ids, cursor = [], None
    for _ in range(100):
        page = keyset.page(tasks, "-id", size, cursor)
        ids += [task.pk for task in page.rows]
        if page.next is None:
            return ids
        ahead = keyset.page(tasks, "-id", size, page.next)
        back = keyset.page(tasks, "-id", size, ahead.previous)
        assert [t.pk for t in back.rows] == [t.pk for t in page.rows]
        cursor = page.next
    raise AssertionError("There is no end of pages.")


@pytest.mark.parametrize("indexed", [True, False])
def test_fast_and_plain_find_the_same_tasks_on_all_pages_with_the_same_counts(
    few_are_many, monkeypatch, indexed
):
    if connection.vendor == "postgresql":
        monkeypatch.setattr(parts, "is_indexed", lambda: indexed)
    routes = [make_route() for _ in range(3)]

    @settings(
        max_examples=20 if connection.vendor == "postgresql" else 10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
    @given(rows=rows(), wanted=st.lists(criteria(), min_size=8, max_size=8), size=st.integers(1, 9))
    def check(rows, wanted, size):
        make(rows, routes)
        parts.cache.clear()
        for one in wanted:
            chosen, plain = asked(one, routes)

            tasks = chosen.apply(Task.objects.all())

            found = list(Task.objects.filter(plain).order_by("-id").values_list("id", "status"))
            ids = [id for id, _ in found]
            assert pages(tasks, size) == ids
            assert (
                list(tasks.order_by("id").values_list("id", flat=True)[:size]) == (ids[::-1][:size])
            )
            assert sorted(task.pk for task in tasks) == sorted(ids)
            assert keyset.bounded_count(tasks) == (len(ids), True)
            numbers = Counter(status for _, status in found)
            assert counts.within(tasks) == {s: counts.Tally(numbers[s]) for s in Status.values}

    check()


def test_what_was_remembered_of_a_part_does_not_hide_tasks_that_came_later(few_are_many):
    routes = [make_route()]
    make([(0, "new", "order", "Z", 0, 0)] * 20, routes)
    parts.cache.clear()
    chosen, _ = asked({"entity_identifier__contains": "z"}, routes)
    assert len(pages(chosen.apply(Task.objects.all()), 5)) == 20

    for number in itertools.repeat(0, 10):
        make_one(routes[number])

    assert len(pages(chosen.apply(Task.objects.all()), 5)) == 30


def make_one(route) -> None:
    now = BEGAN + timedelta(days=30)
    number = Task.objects.count()
    Task.objects.create(
        identifier=f"01N{number:023d}",
        route=route,
        entity_identifier="zz",
        created_at=now,
        updated_at=now,
    )


def test_more_than_ten_thousand_are_counted_up_to_there(few_are_many, monkeypatch):
    monkeypatch.setattr(keyset, "EXACT_TO", 7)
    routes = [make_route()]
    make(
        [(0, "finished", "order", "Z", 0, 0)] * 20 + [(0, "failed", "order", "Z", 0, 0)] * 3, routes
    )
    chosen, _ = asked({"entity_schema": "order"}, routes)

    tasks = chosen.apply(Task.objects.all())

    assert keyset.bounded_count(tasks) == (7, False)
    assert str(counts.within(tasks)["finished"]) == "7+"
    assert str(counts.within(tasks)["failed"]) == "3"
