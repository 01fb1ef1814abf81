"""Why tasks fail, wait for a retry or are rejected: one cause for all that have the same."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from connectors.errors import PublisherError
from tasks import causes
from tasks.causes import Causes, Reason
from tasks.models import Cause, Task
from tasks.pipeline import export_tasks, import_entities
from tests import fakes
from tests.connectors.web import web  # noqa: F401
from tests.world import later, make_outgoing, make_route, make_schema, set_value

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

ERP = {
    "prototype": "http-publisher",
    "parameters": {"request": {"uri": "https://erp.example/orders/&{sku}"}},
}


def exported(skus="ABC", publisher=None, steps=(), after=(), **policies):
    """A route whose tasks, one for each sku, were imported and tried once."""
    outgoing = make_outgoing(steps, publisher, after_transformers=list(after))
    entities = [{"sku": sku} for sku in skus]
    schema = make_schema(f"item-{outgoing.pk}")
    route = make_route(entities, outgoing=outgoing, **policies)
    route.incoming.entity_schema = schema
    route.incoming.store()
    import_entities(route.incoming)
    export_tasks(route)
    return route


def refusing(monkeypatch, text):
    """The fake target refuses each entity with a text of its own."""

    def publish(self, entity, context):
        raise PublisherError(text(entity.data["sku"]))

    monkeypatch.setattr(fakes.FakePublisher, "publish", publish)


def imported(entities, schema=None, incoming_steps=(), route_steps=(), **policies):
    route = make_route(entities, transformers=list(route_steps), **policies)
    route.incoming.entity_schema = schema
    route.incoming.transformers = list(incoming_steps)
    route.incoming.store()
    import_entities(route.incoming)
    return route


def test_tasks_that_fail_alike_have_one_cause_with_its_step_and_target(web):  # noqa: F811
    web.answer = lambda request: httpx.Response(
        404, json={"message": f"There is no order {request.url.path[-5:]}", "id": request.url.path}
    )

    exported(["10045", "10046", "10047"], ERP)

    [cause] = Cause.objects.all()
    assert cause.text == (
        "POST https://erp.example/… answered 404 Not Found: {message: There is no order …}. "
        "Check the URI and where it leads."
    )
    assert (cause.step, cause.target) == ("publisher", "erp.example")
    assert set(Task.objects.values_list("status", "cause")) == {("failed", cause.pk)}


def test_other_statuses_are_other_causes(web):  # noqa: F811
    web.answer = lambda request: httpx.Response(404 if "A" in request.url.path else 500)

    exported("AABB", ERP)

    assert Cause.objects.count() == 2
    assert len(set(Task.objects.values_list("cause", flat=True))) == 2


def test_a_step_that_fails_is_the_place_of_the_cause(target):
    exported(steps=[set_value("a", "&{customer.name}")])

    [cause] = Cause.objects.all()
    assert cause.step == "outgoing › step 1 › Data › step 1 › Set values › row 1"
    assert cause.text.startswith("&{customer.name} found nothing")
    assert cause.target == ""


def test_a_step_after_publishing_says_so(target):
    exported("A", after=[set_value("a", "&{number}")])

    assert Cause.objects.get().step.startswith("outgoing › after publishing › step 1 › Data")


def test_an_error_that_nobody_foresaw_is_told_by_its_type(monkeypatch):
    def publish(self, entity, context):
        raise KeyError(entity.data["sku"])

    monkeypatch.setattr(fakes.FakePublisher, "publish", publish)

    exported("AB")

    assert Cause.objects.get().text == "Unexpected KeyError: '…'"


def test_the_entitys_identifier_tells_no_causes_apart(monkeypatch):
    refusing(monkeypatch, lambda sku: f"Nobody sells {sku} here")

    exported(["blue", "green"])

    assert Cause.objects.get().text == "Nobody sells … here"


def test_a_task_that_waits_for_its_retry_has_a_cause_until_all_is_well(target):
    target.down = True
    route = exported("A", retry_enabled=True)
    assert Task.objects.get().status == "retry"
    assert Task.objects.get().cause.text == "The target is down."

    target.down = False
    later(minutes=5)
    export_tasks(route)

    task = Task.objects.get()
    assert (task.status, task.cause) == ("finished", None)


def test_an_entity_that_is_dropped_and_tried_again_says_what_dropped_it(target):
    drop = {"prototype": "data", "parameters": {"filters": [], "transformers": []}}
    drop["parameters"]["filters"] = [
        {
            "prototype": "value-condition-v2",
            "parameters": {
                "accessor": {"prototype": "pattern", "parameters": {"pattern": "sku"}},
                "conditions": [{"prototype": "equals", "parameters": {"value": "Z"}}],
            },
        }
    ]
    exported("A", steps=[drop], retry_enabled=True, retry_statuses=["skipped"])

    task = Task.objects.get()
    assert task.status == "retry"
    assert task.cause.text.startswith("Skipped: the outgoing's transformers filtered")


def test_a_person_who_retries_a_task_takes_its_cause_away(target):
    target.down = True
    exported("A")

    Task.objects.all().move("retry")

    assert Task.objects.get().cause is None


def test_a_broken_rule_of_a_schema_is_a_cause_whatever_the_values():
    properties = {"price": {"type": "number"}, "lines": {"items": {"required": ["qty"]}}}
    schema = make_schema(schema={"required": ["sku"], "properties": properties})
    entities = [{"sku": "A", "price": "many"}, {"sku": "B", "price": "few"}]
    entities += [{"sku": "C", "lines": [{"qty": 1}, {}]}, {"sku": "D", "lines": [{}]}, {"price": 1}]

    imported(entities, schema)

    assert list(Task.objects.order_by("id").values_list("cause__text", flat=True)) == [
        'price: the value is not of type "number"',
        'price: the value is not of type "number"',
        'lines.…: "qty" is a required property',
        'lines.…: "qty" is a required property',
        '"sku" is a required property',
    ]
    assert set(Cause.objects.values_list("step", flat=True)) == {"entity schema “item”"}


def test_entities_over_the_limit_have_one_cause():
    imported([{"sku": "A" * 50}, {"sku": "B" * 60}], max_entity_bytes=20)

    cause = Cause.objects.get()
    assert cause.text == "The entity has … bytes; at most … are allowed."
    assert cause.step == "size limit"
    assert set(Task.objects.values_list("status", "cause")) == {("rejected", cause.pk)}


@pytest.mark.parametrize("place", ["incoming", "route"])
def test_a_step_that_refuses_a_record_on_its_way_in_is_the_cause(place):
    steps = [set_value("a", "&{customer}")]

    imported([{"sku": "A"}, {"sku": "B"}], **{f"{place}_steps": steps})

    cause = Cause.objects.get()
    assert cause.step == f"{place} › step 1 › Data › step 1 › Set values › row 1"
    assert set(Task.objects.values_list("status", "cause")) == {("rejected", cause.pk)}


def test_tasks_of_one_group_move_in_one_statement_whatever_their_causes(monkeypatch):
    refusing(monkeypatch, lambda sku: f"The {sku} is full")

    with CaptureQueriesContext(connection) as captured:
        exported(["box", "cup", "jar", "mug"])

    moves = [q["sql"] for q in captured if q["sql"].startswith("UPDATE") and "'failed'" in q["sql"]]
    assert len(moves) == 1
    assert {f"{cause}" for cause in Cause.objects.all()} == {"The … is full"}


def test_different_causes_of_one_group_stay_with_their_tasks(monkeypatch):
    words = {"A": "bent", "B": "torn", "C": "lost", "D": "bent"}
    refusing(monkeypatch, lambda sku: f"It is {words[sku]}")

    with CaptureQueriesContext(connection) as captured:
        exported("ABCD")

    found = Task.objects.order_by("id").values_list("cause__text", flat=True)
    assert list(found) == ["It is bent", "It is torn", "It is lost", "It is bent"]
    moves = [q["sql"] for q in captured if q["sql"].startswith("UPDATE") and "'failed'" in q["sql"]]
    assert len(moves) == 1


def test_a_target_of_which_each_message_is_different_makes_few_causes(monkeypatch):
    monkeypatch.setattr(causes, "MOST_NEW", 3)
    skus = [chr(97 + number) * 4 for number in range(12)]
    refusing(monkeypatch, lambda sku: f"Refused{sku}")

    exported(skus)

    assert Cause.objects.count() == 4
    others = Cause.objects.get(digest=causes.OTHERS.digest)
    assert others.tasks.count() == 9
    assert not Task.objects.filter(cause=None).exists()


def test_nobody_makes_causes_once_there_are_too_many(monkeypatch):
    monkeypatch.setattr(causes, "MOST", 2)

    for word in ("one", "two", "three", "four"):
        Causes().ids_of([Reason(word)])

    assert [cause.text for cause in Cause.objects.order_by("id")] == [
        "one",
        "two",
        causes.OTHERS.text,
    ]


def test_two_who_make_the_same_cause_at_once_get_the_same():
    reasons = [Reason(word) for word in ("one", "two", "three")]

    def find(_):
        try:
            return Causes().ids_of(reasons)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(find, range(16)))

    assert Cause.objects.count() == 3
    assert all(ids == found[0] for ids in found)
