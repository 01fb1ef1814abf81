"""Storages: the subscriber, the publisher and the steps that read and write them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.errors import PublisherError, SubscriberError
from connectors.models import Storage, StorageItem
from connectors.registries import publishers, subscribers
from connectors.storage import MISSING, StorageError, Storages, remove_expired
from transformers.context import Context
from transformers.entity import Entity
from transformers.models import EntitySchema
from transformers.pipeline import Pipeline
from transformers.registries import data_transformers, entity_transformers, filters

pytestmark = pytest.mark.django_db


@pytest.fixture
def storage():
    return Storage(name="Orders", identifier="orders").store()


def fill(**items):
    storages = Storages()
    for key, value in items.items():
        storages["orders"].put(key, value)
    storages.flush()


def stored(key):
    return Storages()["orders"].get(key)


def context():
    return Context(storages=Storages())


def pages(cursor=None, **parameters):
    spec = {"prototype": "storage-subscriber", "parameters": {"storage": "orders", **parameters}}
    subscriber = subscribers.build(subscribers.clean(spec))
    return [(list(page.records), page.cursor) for page in subscriber.subscribe(Context(), cursor)]


def step(registry, prototype, **parameters):
    return registry.build(registry.clean({"prototype": prototype, "parameters": parameters}))


def test_what_is_written_is_read_before_and_after_it_is_flushed(storage):
    storages = Storages()
    storages["orders"].put("a", {"n": 2**70})

    assert storages["orders"].get("a") == {"n": 2**70}
    assert stored("a") is MISSING
    storages.flush()
    assert stored("a") == {"n": 2**70}


def test_a_later_write_replaces_an_earlier_one_and_a_delete_removes_it(storage):
    fill(a=1, b=2)
    fill(a=3)
    storages = Storages()
    storages["orders"].delete("b")
    storages.flush()

    assert (stored("a"), stored("b")) == (3, MISSING)


def test_a_layer_that_is_not_merged_is_forgotten(storage):
    storages = Storages()
    dropped, kept = storages.layer(), storages.layer()
    dropped["orders"].put("a", 1)
    kept["orders"].put("b", 2)
    kept.merge()
    storages.flush()

    assert (stored("a"), stored("b")) == (MISSING, 2)


@pytest.mark.parametrize("key", ["", "x" * 513, "a\0b"])
def test_a_key_that_cannot_be_stored_is_refused(storage, key):
    with pytest.raises(StorageError, match="1 to 512 characters"):
        Storages()["orders"].put(key, 1)


def test_a_storage_gives_all_its_items_in_the_order_of_keys(storage, monkeypatch):
    monkeypatch.setattr("connectors.types.subscribers.storage.PAGE", 2)
    fill(c=3, a=1, b=2)

    assert pages() == [([1, 2], {"after": ""}), ([3], {"after": "b"})]
    assert pages(cursor={"after": "b"}) == [([3], {"after": "b"})]


def test_items_are_grouped(storage):
    fill(a=1, b=2, c=3)

    assert pages(groupItems=True, groupSize="2") == [
        ([[1, 2]], {"after": ""}),
        ([[3]], {"after": "b"}),
    ]


def test_a_storage_that_is_not_there_or_disabled_is_explained(storage):
    Storage.objects.update(enabled=False)
    with pytest.raises(SubscriberError, match="“Orders” is disabled"):
        pages()

    Storage.objects.all().delete()
    with pytest.raises(SubscriberError, match="There is no storage called “orders”"):
        pages()


def test_the_publisher_keeps_the_entity_in_the_buffer(storage):
    spec = {
        "prototype": "storage-publisher",
        "parameters": {"storage": "orders", "storageKey": "&{sku}"},
    }
    publisher = publishers.build(publishers.clean(spec))
    where = context()

    result = publisher.publish(Entity({"sku": "A"}), where)

    assert result.ok
    where.storages.flush()
    assert stored("A") == {"sku": "A"}
    with pytest.raises(PublisherError, match="“sku” is missing"):
        publisher.publish(Entity({}), where)


def test_static_and_empty_sources():
    def records(prototype, **parameters):
        spec = subscribers.clean({"prototype": prototype, "parameters": parameters})
        return [list(p.records) for p in subscribers.build(spec).subscribe(Context())]

    assert records("static-data-subscriber", data=[{"a": 1}, 2]) == [[{"a": 1}, 2]]
    assert records("static-data-subscriber", data={"a": 1}) == [[{"a": 1}]]
    assert records("static-data-subscriber") == [[]]
    assert records("no-data-subscriber") == [[{}]]


def test_a_stored_value_is_put_into_the_data(storage):
    fill(A={"id": 7})
    get = step(
        data_transformers,
        "storage-get-entity-from-storage",
        storage="orders",
        storageKey="&{sku}",
        destination="erp.order",
    )

    assert get.transform({"sku": "A"}, context()) == {"sku": "A", "erp": {"order": {"id": 7}}}
    assert get.transform({"sku": "B"}, context()) == {"sku": "B"}


def test_a_part_of_the_data_is_stored(storage):
    save = step(
        data_transformers,
        "storage-save-entity-in-storage",
        storage="orders",
        storageKey="&{sku}",
        source="erp.id",
    )
    where = context()

    assert save.transform({"sku": "A", "erp": {"id": 7}}, where)["sku"] == "A"
    assert where.storages["orders"].get("A") == 7


def filter_stored(**parameters):
    spec = {
        "prototype": "storage-filter-stored-entity",
        "parameters": {"storage": "orders", "addEntityToStorage": True, **parameters},
    }
    return Pipeline.build([entity_transformers.clean(spec)])


def test_an_entity_that_is_stored_unchanged_is_dropped(storage):
    EntitySchema(name="Order", identifier="order", identifier_paths=["sku"], schema={}).store()
    steps, where = filter_stored(), context()

    def passes(data):
        return bool(list(steps.run(Entity(data, "order"), where)))

    assert passes({"sku": "A", "n": 1})
    assert not passes({"sku": "A", "n": 1})
    assert passes({"sku": "A", "n": 2})
    assert passes({"sku": "B", "n": 2})
    assert where.storages["orders"].get("A") == {"sku": "A", "n": 2}


def test_entities_can_be_compared_adaptively(storage):
    EntitySchema(name="Order", identifier="order", identifier_paths=["sku"], schema={}).store()
    fill(A={"sku": "A", "n": "1"})

    data = {"sku": "A", "n": 1}
    assert list(filter_stored().run(Entity(data, "order"), context()))
    adaptive = filter_stored(comparator="equals-adaptive", addEntityToStorage=False)
    assert not list(adaptive.run(Entity(data, "order"), context()))


def test_a_filter_passes_what_its_condition_does_not_filter_out(storage):
    fill(A=1)
    test = step(
        filters,
        "storage-entity-filter",
        storage="orders",
        storageKey="&{sku}",
        condition={"prototype": "storage-entity-does-not-exists", "parameters": []},
        store={"addEntityToStorage": False},
    ).test

    assert test({"sku": "A"}, context())
    assert not test({"sku": "B"}, context())


def test_the_opposite_condition_and_the_store_of_a_filter(storage):
    fill(A=1)
    spec = {"prototype": "storage-entity-exists", "parameters": []}
    test = step(
        filters,
        "storage-entity-filter",
        storage="orders",
        storageKey="&{sku}",
        condition=spec,
        store={"addEntityToStorage": True},
    ).test
    where = context()

    assert not test({"sku": "A"}, where)
    assert test({"sku": "B"}, where)
    assert not test({"sku": "B"}, where)


def test_an_item_older_than_the_time_to_live_is_not_there(storage):
    fill(A=1, B=2)
    Storage.objects.update(time_to_live=60)
    StorageItem.objects.filter(key="A").update(updated_at=timezone.now() - timedelta(minutes=2))

    assert (stored("A"), stored("B")) == (MISSING, 2)
    assert pages() == [([2], {"after": ""})]


def test_what_others_wrote_is_seen_after_the_buffer_is_cleared(storage):
    storages = Storages()
    assert storages.layer()["orders"].get("a") is MISSING
    fill(a=1)

    assert storages["orders"].get("a") is MISSING
    storages.clear()
    assert storages["orders"].get("a") == 1


def test_what_is_older_than_the_time_to_live_is_removed_and_nothing_else(storage):
    fill(A=1, B=2)
    old = timezone.now() - timedelta(minutes=2)
    StorageItem.objects.filter(key="A").update(updated_at=old)

    assert remove_expired() == 0
    Storage.objects.update(time_to_live=60)
    assert remove_expired() == 1

    assert list(StorageItem.objects.values_list("key", flat=True)) == ["B"]
