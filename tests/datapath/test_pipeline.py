"""The data path through its own two functions, with a fake source and a fake target."""

from itertools import product

import pytest

from alumio import jsontext
from connectors.errors import SubscriberError
from tasks.models import Task
from tasks.pipeline import export_tasks, import_entities
from tasks.run import Run
from tests import fakes
from tests.world import (
    act_on,
    keep_where,
    later,
    make_incoming,
    make_outgoing,
    make_route,
    make_schema,
    set_value,
    statuses,
    texts,
)
from transformers.models import SavedTransformer

BRANCHES = {"prototype": "brancher", "parameters": {"pattern": "lines.*"}}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def test_a_record_becomes_a_task_on_every_route_of_its_incoming_and_is_fetched_once(source, target):
    source["pages"] = [[{"sku": "A"}, {"sku": "B"}]]
    incoming = make_incoming()
    first, second = make_route(incoming=incoming), make_route(incoming=incoming)

    run = import_entities(incoming)

    assert statuses(first) == statuses(second) == ["new", "new"]
    assert source["fetched"] == [0]
    assert run.counts == {"records": 2, "new": 4}


def test_exported_tasks_are_finished_and_delivered_once_each_in_their_order(target):
    route = make_route(entities=[{"sku": str(n)} for n in range(120)])
    import_entities(route.incoming)

    run = export_tasks(route)

    assert set(statuses(route)) == {"finished"}
    assert [r["sku"] for r in target.received] == [str(n) for n in range(120)]
    assert run.counts == {"finished": 120}


def test_a_task_that_cannot_be_delivered_is_retried_then_fails(target):
    route = make_route(entities=[{"sku": "A"}], retry_enabled=True, max_retries=1, retry_interval=5)
    import_entities(route.incoming)
    target.down = True

    export_tasks(route)
    assert statuses(route) == ["retry"]
    export_tasks(route)
    assert statuses(route) == ["retry"]

    later(minutes=5)
    export_tasks(route)
    assert statuses(route) == ["failed"]
    task = Task.objects.get()
    assert task.attempt == task.attempts == 2
    assert texts(task, "export")[0] == "The target is down."


def test_without_retrying_an_error_fails_the_task_and_the_others_go_on(target):
    route = make_route(entities=[{"sku": "A"}, {"sku": "B"}, {"sku": "C"}])
    import_entities(route.incoming)
    target.refused = {"B"}

    export_tasks(route)

    assert statuses(route) == ["finished", "failed", "finished"]


def test_every_delivery_of_a_task_has_the_same_key_until_a_person_retries_it(target):
    route = make_route(entities=[{"sku": "A"}])
    import_entities(route.incoming)
    export_tasks(route)

    act_on("retry", Task.objects.all())
    export_tasks(route)

    first, second = target.keys
    assert first.endswith("-1")
    assert second == first.removesuffix("-1") + "-2"


def test_an_entity_dropped_before_the_gate_makes_no_task(target):
    incoming = make_incoming(
        [{"state": "paid"}, {"state": "open"}], transformers=[keep_where("state", "paid")]
    )
    route = make_route(incoming=incoming)

    run = import_entities(incoming)

    assert statuses(route) == ["new"]
    assert run.counts["filtered"] == 1
    assert any("Filtered" in text for _, text, _ in run.lines)


def test_an_entity_dropped_in_the_outgoing_is_skipped(target):
    route = make_route(
        entities=[{"state": "open"}],
        outgoing=make_outgoing(transformers=[keep_where("state", "paid")]),
    )
    import_entities(route.incoming)

    export_tasks(route)

    assert statuses(route) == ["skipped"]
    assert target.received == []


def test_a_record_that_a_step_refuses_is_rejected_with_the_step_named(target):
    route = make_route(entities=[{"sku": "A"}], transformers=[set_value("name", "&{missing}")])

    import_entities(route.incoming)

    task = Task.objects.get()
    assert task.status == "rejected"
    assert "missing" in texts(task, "import")[-1]
    assert "step 1" in texts(task, "import")[-1]


def test_an_entity_that_becomes_several_on_a_route_becomes_all_of_them_or_none(target):
    lines = {"lines": [{"sku": "A"}, {"name": "no sku"}, {"sku": "C"}]}
    incoming = make_incoming([jsontext.copy(lines), {"lines": [{"sku": "D"}]}])
    route = make_route(incoming=incoming, transformers=[BRANCHES, set_value("copy", "&{sku}")])

    import_entities(incoming)

    assert statuses(route) == ["rejected", "new"]
    assert jsontext.loads(route.tasks.order_by("id").first().payload.data) == lines


def test_one_of_several_entities_of_a_record_that_a_route_refuses_is_rejected_alone(target):
    lines = {"lines": [{"sku": "A"}, {"name": "no sku"}, {"sku": "C"}]}
    incoming = make_incoming([lines], transformers=[BRANCHES])
    route = make_route(incoming=incoming, transformers=[set_value("copy", "&{sku}")])

    import_entities(incoming)

    assert statuses(route) == ["new", "rejected", "new"]
    rejected = route.tasks.get(status="rejected")
    assert jsontext.loads(rejected.payload.data) == {"name": "no sku"}


def test_routes_never_see_each_others_changes(target):
    incoming = make_incoming([{"sku": "A", "tags": []}])
    make_route(incoming=incoming, transformers=[set_value("tags.0", "first")])
    plain = make_route(incoming=incoming)

    import_entities(incoming)

    assert plain.tasks.get().payload.data == '{"sku":"A","tags":[]}'


def test_data_that_breaks_its_schema_is_rejected_with_reason_size_and_first_bytes(target):
    schema = make_schema(schema={"required": ["price"], "properties": {"price": {"minimum": 1}}})
    incoming = make_incoming([{"sku": "A"}, {"sku": "B", "price": 2}], schema=schema)
    route = make_route(incoming=incoming)

    import_entities(incoming)

    assert statuses(route) == ["rejected", "new"]
    rejected = route.tasks.get(status="rejected")
    assert "price" in texts(rejected, "import")[-1]
    assert rejected.size == len('{"sku":"A"}')


def test_an_entity_over_the_limit_is_rejected_and_one_at_the_limit_is_not(target):
    entities = [{"text": "x" * (1_000 - 11)}, {"text": "x" * (1_001 - 11)}]
    route = make_route(entities=entities, max_entity_bytes=1_000)

    import_entities(route.incoming)

    assert statuses(route) == ["new", "rejected"]
    assert len(route.tasks.get(status="rejected").payload.data) == 1_000


def test_tasks_of_one_entity_go_out_one_after_the_other_oldest_first(target):
    incoming = make_incoming(
        [{"sku": "A", "n": n} for n in range(5)] + [{"sku": "B", "n": 9}], schema=make_schema()
    )
    route = make_route(incoming=incoming, requests_in_flight=8)
    import_entities(incoming)

    export_tasks(route)

    assert [r["n"] for r in target.received if r["sku"] == "A"] == [0, 1, 2, 3, 4]
    assert set(statuses(route)) == {"finished"}


def test_a_task_in_retry_holds_newer_ones_of_its_entity_back_and_no_others(target):
    incoming = make_incoming(
        [{"sku": "A", "n": 1}, {"sku": "A", "n": 2}, {"sku": "B"}], schema=make_schema()
    )
    route = make_route(incoming=incoming, retry_enabled=True)
    import_entities(incoming)
    target.refused = {"A"}

    export_tasks(route)

    assert statuses(route) == ["retry", "new", "finished"]


def test_at_most_the_limit_is_exported_oldest_first(target):
    route = make_route(entities=[{"sku": str(n)} for n in range(10)])
    import_entities(route.incoming)

    export_tasks(route, limit=4)

    assert statuses(route) == ["finished"] * 4 + ["new"] * 6


def test_with_the_waiting_status_a_delivered_task_waits(target):
    route = make_route(entities=[{"sku": "A"}], waiting_status=True)
    import_entities(route.incoming)

    export_tasks(route)

    assert statuses(route) == ["waiting"]


def test_what_was_committed_before_the_source_fails_stays(source, target):
    source.update(pages=[[{"sku": "A"}], [{"sku": "B"}], [{"sku": "C"}]], fails_after=2)
    route = make_route()

    with pytest.raises(SubscriberError):
        import_entities(route.incoming)

    assert statuses(route) == ["new", "new"]


def test_an_import_goes_on_behind_its_cursor_without_losing_or_doubling(source):
    source["pages"] = [[{"sku": f"{page}{n}"} for n in range(3)] for page in range(4)]
    route = make_route()
    run = Run()
    run.cursor = {"page": 1, "done": 2}

    import_entities(route.incoming, run)

    data = [task.payload.data for task in route.tasks.order_by("id")]
    assert data == [f'{{"sku":"{page}{n}"}}' for page, n in [(1, 2), *product((2, 3), range(3))]]
    assert source["fetched"] == [1, 2, 3]


def test_small_pages_share_a_commit_and_the_cursor_names_the_last_one(source):
    source["pages"] = [[{"sku": f"{page}{n}"} for n in range(3)] for page in range(4)]
    route = make_route()
    kept = []
    run = Run()
    run.keep = lambda cursor=None: kept.append(cursor)

    import_entities(route.incoming, run)

    assert kept == [{"page": 3, "done": 3}]
    assert len(statuses(route)) == 12


def test_numbers_travel_unchanged_from_end_to_end(target):
    route = make_route()
    text = '{"big":123456789012345678901234567890,"price":1.10,"tiny":1e-7}'
    fakes.SOURCE["pages"] = [[jsontext.loads(text)]]

    import_entities(route.incoming)
    export_tasks(route)

    assert route.tasks.get().payload.data.startswith(
        '{"big":123456789012345678901234567890,"price":1.10'
    )
    assert jsontext.dumps(target.received[0]) == route.tasks.get().payload.data


def test_a_run_notes_the_revisions_of_all_that_it_runs_with(target):
    saved = SavedTransformer(name="Copy", step=set_value("copy", "&{sku}")).store().store()
    schema = make_schema()
    incoming = make_incoming([{"sku": "A"}], transformers=[saved.identifier], schema=schema)
    route = make_route(incoming=incoming, outgoing=make_outgoing([saved.identifier]))
    noted = []
    run = Run()
    run.started = lambda total=None, **revisions: noted.append(revisions)

    import_entities(incoming, run)
    export_tasks(route, run)

    assert noted == [
        {"incoming": 1, f"route:{route.identifier}": 1, "transformer:copy": 2}
        | {f"entity-schema:{schema.identifier}": 1},
        {"route": 1, "outgoing": 1, "transformer:copy": 2},
    ]
