"""A rejected task is imported anew: a new task replaces it, or is rejected as well."""

import pytest

from scheduler import queue
from scheduler.execution import execute
from tasks import history
from tasks.models import Task
from tasks.pipeline import import_entities
from tests.versions.conftest import SHOES
from tests.versions.reimporting import OTHERS, asked, worked
from tests.world import (
    data_of,
    make_incoming,
    make_route,
    make_schema,
    statuses,
    texts,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def narrow():
    """A route that takes ten bytes of an entity at most."""
    return make_route(incoming=make_incoming([SHOES], schema=make_schema()), max_entity_bytes=10)


def rejected(route, **fields) -> Task:
    import_entities(route.incoming)
    return Task.objects.get(route=route, status="rejected", **fields)


def test_a_rejected_task_is_replaced_by_a_new_one(editor, narrow):
    old = rejected(narrow)
    type(narrow).objects.filter(pk=narrow.pk).update(max_entity_bytes=None)

    process = worked(asked(editor, old))

    new = Task.objects.exclude(pk=old.pk).get()
    assert statuses(narrow) == ["rejected", "new"]
    assert data_of(new) == SHOES
    assert process.result == f"Imported anew as task {new.identifier} (New)."
    assert new.identifier in texts(old, "import")[-1]
    assert any(old.identifier in text for text in texts(new, "import"))


def test_a_record_that_is_still_refused_is_rejected_again_with_its_reasons(editor, narrow):
    old = rejected(narrow)

    worked(asked(editor, old))

    new = Task.objects.exclude(pk=old.pk).get()
    assert statuses(narrow) == ["rejected", "rejected"]
    assert "at most 10 are allowed" in texts(new, "import")[-1]
    assert (new.cause.step, new.cause) == ("size limit", old.cause)


def test_a_record_that_a_step_refused_is_known_by_its_first_bytes(editor):
    broken = {
        "prototype": "data",
        "parameters": {
            "transformers": [
                {
                    "prototype": "value-setter",
                    "parameters": {"configurations": [{"key": "x", "value": "&{nowhere}"}]},
                }
            ]
        },
    }
    incoming = make_incoming([*OTHERS, SHOES], schema=make_schema())
    route = make_route(incoming=incoming, transformers=[broken])
    import_entities(incoming)
    old = Task.objects.order_by("-id").first()
    assert (old.status, old.entity_identifier) == ("rejected", "")
    type(route).objects.filter(pk=route.pk).update(transformers=[])

    process = worked(asked(editor, old))

    new = Task.objects.order_by("-id").first()
    assert (new.status, new.entity_identifier) == ("new", "A1")
    assert process.counts["records"] == 4


def test_a_rejected_task_asked_for_twice_is_replaced_once(editor, narrow):
    old = rejected(narrow)
    first = asked(editor, old)
    running = queue.start_next("worker")
    second = asked(editor, old)

    execute(running)
    worked(second)

    assert first.pk == running.pk
    assert Task.objects.count() == 2
    assert "left alone" in second.result


def test_looking_again_does_not_change_why_a_task_was_rejected(editor, source, narrow):
    execute(queue.start(queue.enqueue(narrow.incoming, "person").process, "worker"))
    old = Task.objects.get()
    source["pages"] = [OTHERS]

    worked(asked(editor, old))

    [entered] = history.of(old)
    assert "at most 10 are allowed" in entered.text
