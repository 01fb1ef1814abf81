"""One task whose outgoing does more than publish: stores on the way, or makes several entities."""

import pytest

from alumio.database import now
from connectors.models import Storage, StorageItem
from connectors.storage import MISSING, Storages
from tasks.pipeline import export_tasks, import_entities
from tests.world import (
    later,
    make_incoming,
    make_outgoing,
    make_route,
    make_schema,
    statuses,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

LINES = [{"sku": "A"}, {"sku": "B"}, {"sku": "C"}]
BRANCHES = {"prototype": "brancher", "parameters": {"pattern": "lines.*"}}
REMEMBER = {
    "prototype": "storage-filter-stored-entity",
    "parameters": {"storage": "seen", "addEntityToStorage": True},
}
STORE_ANSWER = {
    "prototype": "data",
    "parameters": {
        "transformers": [
            {
                "prototype": "storage-save-entity-in-storage",
                "parameters": {"storage": "seen", "storageKey": "answer-&{id}", "source": "id"},
            }
        ]
    },
}


@pytest.fixture
def seen():
    return Storage(name="Seen", identifier="seen").store()


def test_what_was_not_delivered_is_not_remembered_as_sent(seen, target):
    route = make_route([{"sku": "A"}], outgoing=make_outgoing([REMEMBER]), retry_enabled=True)
    import_entities(route.incoming)
    target.down = True

    export_tasks(route)
    assert statuses(route) == ["retry"]

    target.down = False
    later(minutes=5)
    export_tasks(route)
    assert statuses(route) == ["finished"]
    assert target.received == [{"sku": "A"}]


def test_what_is_dropped_and_tried_again_is_not_remembered_as_sent(seen, target):
    ready = {
        "prototype": "storage-filter-stored-entity",
        "parameters": {"storage": "done"},
    }
    done = Storage(name="Done", identifier="done").store()
    StorageItem.objects.create(storage=done, key="A", value='{"sku":"A"}', updated_at=now())
    policies = {"retry_enabled": True, "retry_statuses": ["skipped"]}
    incoming = make_incoming([{"sku": "A"}], schema=make_schema())
    route = make_route(incoming=incoming, outgoing=make_outgoing([REMEMBER, ready]), **policies)
    import_entities(incoming)

    export_tasks(route)
    assert statuses(route) == ["retry"]

    StorageItem.objects.filter(storage=done).delete()
    later(minutes=5)
    export_tasks(route)
    assert statuses(route) == ["finished"]
    assert target.received == [{"sku": "A"}]


def test_what_was_delivered_or_dropped_is_remembered(seen, target):
    route = make_route([{"sku": "A"}, {"sku": "A"}], outgoing=make_outgoing([REMEMBER]))
    import_entities(route.incoming)

    export_tasks(route)

    assert statuses(route) == ["finished", "skipped"]
    assert target.received == [{"sku": "A"}]


def test_what_a_target_answered_is_kept_although_a_later_entity_of_the_task_fails(seen, target):
    outgoing = make_outgoing([BRANCHES], after_transformers=[STORE_ANSWER])
    route = make_route([{"lines": LINES}], outgoing=outgoing)
    import_entities(route.incoming)
    target.refused = {"B"}

    export_tasks(route)

    assert statuses(route) == ["failed"]
    assert Storages()["seen"].get("answer-1") == 1
    assert Storages()["seen"].get("answer-2") is MISSING


def test_each_entity_of_a_task_has_a_key_of_its_own_and_keeps_it(target):
    route = make_route([{"lines": LINES}], outgoing=make_outgoing([BRANCHES]), retry_enabled=True)
    import_entities(route.incoming)
    target.refused = {"C"}
    export_tasks(route)
    before = list(target.keys)

    target.refused = set()
    later(minutes=5)
    export_tasks(route)

    assert len(set(target.keys)) == 3
    assert target.keys[2:4] == before
