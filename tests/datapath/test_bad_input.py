"""Bad input on the data path: each bad record is told of by name, and all others go on."""

import sys

import pytest

from connectors.errors import PublisherError, SubscriberError
from connectors.kinds import Result
from connectors.models import Storage
from connectors.storage import MISSING, Storages
from tasks import importing
from tasks.models import Message, Task
from tasks.pipeline import export_tasks, import_entities
from tests import fakes
from tests.world import (
    make_incoming,
    make_outgoing,
    make_route,
    make_schema,
    set_value,
    statuses,
    texts,
)
from transformers.entity import Entity
from transformers.kinds import EntityTransformer
from transformers.registries import entity_transformers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

STEP: dict = {}

if "test-step" not in entity_transformers:

    @entity_transformers.register
    class TestStep(EntityTransformer):
        """Does what a test says."""

        prototype, label, help = "test-step", "Test step", "What a test says."
        __test__ = False

        def apply(self, entity, context):
            yield from STEP["apply"](entity, context)


def step(apply) -> dict:
    STEP["apply"] = apply
    return {"prototype": "test-step", "parameters": {}}


def imported(records, **policies):
    """A route after an import of these records, which need not be JSON."""
    fakes.SOURCE["pages"] = [records]
    route = make_route(**policies)
    import_entities(route.incoming)
    return route


# ---------------------------------------------------------------- records


@pytest.mark.parametrize("record", [None, True, 7, 1.5, "text", "", [], [1, {"a": 2}], {}])
def test_a_record_may_be_any_json_value_and_arrives_as_it_was(record, target):
    route = imported([record, {"sku": "B"}])

    export_tasks(route)

    assert statuses(route) == ["finished"] * 2
    assert target.received == [record, {"sku": "B"}]


def test_what_databases_cannot_keep_travels_unchanged(target):
    record = {"sku": "nul \x00 and \u2028 and \U0001f600", "\x00": ["\x7f\x1f"]}
    route = imported([record])

    export_tasks(route)

    assert target.received == [record]


def endless():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "record",
    [
        {"sku": "\ud800"},
        {"\udfff": 1},
        {"price": float("nan")},
        {"price": float("inf")},
        {1: "a number as a key"},
        {"at": object()},
        {"set": {1, 2}},
        {"bytes": b"\xff"},
        endless(),
    ],
)
def test_what_is_no_json_is_rejected_and_the_others_go_on(record):
    route = imported([{"sku": "A"}, record, {"sku": "C"}])

    assert statuses(route) == ["new", "rejected", "new"]
    rejected = Task.objects.get(status="rejected")
    assert len(texts(rejected, "import")) == 2
    assert rejected.payload.data


def test_deep_nesting_made_by_a_step_is_rejected():
    def nest(entity, context):
        data = entity.data
        for _ in range(5_000):
            data = {"in": data}
        yield Entity(data)

    route = imported([{"sku": "A"}], transformers=[step(nest)])

    assert statuses(route) == ["rejected"]


def test_a_huge_record_is_rejected_with_its_size_and_the_others_go_on(settings):
    settings.ALUMIO_MAX_ENTITY_BYTES = 1_000_000
    route = imported([{"sku": "A"}, {"text": "é" * 2_000_000}, {"sku": "C"}])

    assert statuses(route) == ["new", "rejected", "new"]
    rejected = Task.objects.get(status="rejected")
    assert rejected.size == 4_000_011
    assert "at most 1,000,000 are allowed" in texts(rejected, "import")[-1]
    assert len(rejected.payload.data.encode()) <= 1_000


def test_an_identifier_that_cannot_be_kept_is_rejected_and_a_long_one_shortened():
    schema = make_schema()
    incoming = make_incoming(schema=schema)
    route = imported(
        [{"sku": "x" * 300}, {"sku": "nul\x00"}, {"sku": {"no": "value"}}, {"sku": "D"}],
        incoming=incoming,
    )

    assert statuses(route) == ["new", "rejected", "new", "new"]
    assert len(Task.objects.earliest("id").entity_identifier) == 64


@pytest.mark.parametrize("name", ["x" * 300, "nul \x00", "\ud800", 7, {"no": "name"}])
def test_a_schema_name_that_nobody_can_have_rejects_the_record_only(name):
    def rename(entity, context):
        yield Entity(entity.data, name if entity.data["sku"] == "A" else None)

    route = imported([{"sku": "A"}, {"sku": "B"}], transformers=[step(rename)])

    assert statuses(route) == ["rejected", "new"]


# ---------------------------------------------------------------- sources


def failing_after(number, error):
    def records():
        for n in range(number):
            yield {"sku": str(n)}
        raise error

    return records()


@pytest.mark.parametrize("error", [SubscriberError("Half a document."), ValueError("broken")])
def test_what_a_source_gave_before_it_broke_is_kept(error):
    fakes.SOURCE["pages"] = [failing_after(25, error)]
    route = make_route()

    with pytest.raises(type(error)):
        import_entities(route.incoming)

    assert statuses(route) == ["new"] * 25


def test_a_source_of_empty_pages_ends():
    fakes.SOURCE["pages"] = [[], [], [{"sku": "A"}], []]
    route = make_route()

    assert import_entities(route.incoming).counts == {"records": 1, "new": 1}


def test_an_incoming_without_routes_counts_what_it_fetched():
    fakes.SOURCE["pages"] = [[{"sku": "A"}, {"sku": "\ud800"}]]

    run = import_entities(make_incoming())

    assert run.counts["records"] == 2
    assert not Task.objects.exists()


# ---------------------------------------------------------------- memory


def chunk_sizes(monkeypatch) -> list[int]:
    from tasks import pipeline

    sizes, insert = [], pipeline.insert

    def noting(drafts, *rest):
        sizes.append(len(drafts))
        return insert(drafts, *rest)

    monkeypatch.setattr(pipeline, "insert", noting)
    return sizes


def test_one_record_may_become_ten_thousand(target):
    def split(entity, context):
        for number in range(10_000):
            yield Entity({"sku": number})

    route = imported([{"sku": "A"}], transformers=[step(split)])

    assert Task.objects.filter(route=route, status="new").count() == 10_000


def test_records_that_become_many_are_committed_before_they_fill_the_memory(monkeypatch):
    sizes = chunk_sizes(monkeypatch)

    def split(entity, context):
        for number in range(1_000):
            yield Entity({"sku": number})

    route = imported([{"sku": str(n)} for n in range(6)], transformers=[step(split)])

    assert Task.objects.filter(route=route).count() == 6_000
    assert max(sizes) <= importing.MAX_DRAFTS


def test_large_records_are_committed_and_claimed_before_they_fill_the_memory(monkeypatch, target):
    from tasks import claim, due

    monkeypatch.setattr(importing, "MAX_BYTES", 300_000)
    monkeypatch.setattr(due, "MAX_BYTES", 300_000)
    sizes = chunk_sizes(monkeypatch)

    route = imported([{"sku": "A", "text": "x" * 100_000} for _ in range(9)])

    assert sizes == [3, 3, 3]
    assert [len(claim.claim(route.pk, number, 200)) for number in (1, 2)] == [1, 0]
    Task.objects.all().move("release")
    export_tasks(route)
    assert statuses(route) == ["finished"] * 9


def test_what_is_larger_than_a_whole_claim_is_claimed_alone(monkeypatch, target):
    from tasks import claim, due

    monkeypatch.setattr(due, "MAX_BYTES", 1_000)
    route = imported([{"n": n, "text": "x" * 5_000} for n in range(3)])

    assert len(claim.claim(route.pk, 1, 200)) == 1
    claim.give_back(1)
    export_tasks(route)
    assert statuses(route) == ["finished"] * 3


# ---------------------------------------------------------------- steps


def recurse(entity, context):
    def down(n):
        return down(n + 1)

    yield down(0)


def exits(entity, context):
    sys.exit(3)
    yield


def gives_nonsense(entity, context):
    yield "not an entity"


@pytest.mark.parametrize("apply", [recurse, gives_nonsense])
def test_a_step_that_goes_wrong_rejects_its_record_and_names_itself(apply):
    route = imported([{"sku": "A"}], transformers=[set_value("a", 1), step(apply)])

    assert statuses(route) == ["rejected"]


@pytest.mark.parametrize("apply", [recurse, exits, gives_nonsense])
def test_an_outgoing_step_that_goes_wrong_fails_its_task_and_the_others_go_on(apply, target):
    def sometimes(entity, context):
        if entity.data["sku"] == "B":
            yield from apply(entity, context)
        yield entity

    outgoing = make_outgoing(transformers=[step(sometimes)])
    route = imported([{"sku": "A"}, {"sku": "B"}, {"sku": "C"}], outgoing=outgoing)

    export_tasks(route)

    assert statuses(route) == ["finished", "failed", "finished"]


def test_a_step_that_logs_a_flood_leaves_a_bounded_log():
    def flood(entity, context):
        for number in range(50_000):
            context.log("info", f"line {number}")
        yield entity

    imported([{"sku": "A"}], transformers=[step(flood)])

    assert Message.objects.count() <= 50_002


# ---------------------------------------------------------------- storages


def test_a_storage_key_that_cannot_be_kept_fails_its_record_only(target):
    Storage(name="Seen", identifier="seen").store()

    def remember(entity, context):
        context.storages["seen"].put(entity.data["sku"], True)
        yield entity

    outgoing = make_outgoing(transformers=[step(remember)])
    route = imported([{"sku": "A"}, {"sku": "nul\x00"}, {"sku": "C"}], outgoing=outgoing)

    export_tasks(route)

    assert statuses(route) == ["finished", "failed", "finished"]
    assert Storages()["seen"].get("A") is True
    assert Storages()["seen"].get("C") is True
    assert Storages()["seen"].get("B") is MISSING


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    "error",
    [
        PublisherError("Refused.", {"body": "\x00\ud800"}),
        PublisherError("nul \x00 and half \ud800"),
        RuntimeError("unforeseen"),
        RecursionError(),
        MemoryError(),
        SystemExit(3),
        KeyboardInterrupt(),
        GeneratorExit(),
    ],
)
@pytest.mark.parametrize("side_by_side", [1, 3])
def test_a_target_that_raises_anything_fails_one_task_and_the_others_go_on(
    error, side_by_side, target, monkeypatch
):
    publish = fakes.FakePublisher.publish

    def sometimes(self, entity, context):
        if entity.data["sku"] == "B":
            raise error
        return publish(self, entity, context)

    monkeypatch.setattr(fakes.FakePublisher, "publish", sometimes)
    route = imported([{"sku": s} for s in "ABCDE"], requests_in_flight=side_by_side)

    export_tasks(route)

    assert statuses(route) == ["finished", "failed", "finished", "finished", "finished"]
    failed = Task.objects.get(status="failed")
    assert texts(failed, "export")[0]
    assert failed.held_by is None


@pytest.mark.parametrize("answer", [None, "text", Result(True, None), Result(False, "\x00")])
def test_a_target_whose_answer_is_nonsense_fails_its_task(answer, monkeypatch):
    monkeypatch.setattr(fakes.FakePublisher, "publish", lambda *_: answer)
    route = imported([{"sku": "A"}])

    export_tasks(route)

    assert statuses(route) == ["failed"]


def test_many_updates_of_few_entities_go_out_in_order_and_in_time(target):
    """A claim must not read again and again what waits for older ones of its entity."""
    schema = make_schema()
    incoming = make_incoming(schema=schema)
    records = [{"sku": str(n % 100), "n": n} for n in range(2_000)]
    route = imported(records, incoming=incoming, requests_in_flight=4)

    export_tasks(route)

    assert set(statuses(route)) == {"finished"}
    for sku in ("0", "57", "99"):
        numbers = [r["n"] for r in target.received if r["sku"] == sku]
        assert numbers == sorted(numbers)
        assert len(numbers) == 20
