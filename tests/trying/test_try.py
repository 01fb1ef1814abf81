"""Trying a line over REST: what is seen of each record, and the request that would be sent."""

import httpx
import pytest

from tasks.models import Task
from tasks.pipeline import export_tasks, import_entities
from tests.trying import making
from tests.world import (
    keep_where,
    make_incoming,
    make_outgoing,
    make_route,
    make_schema,
    set_value,
)

pytestmark = pytest.mark.django_db

SHOES = {"sku": "A1", "name": "Shoes", "price": 10}


def try_(api, route, status=200, **asked) -> dict:
    answer = api.post(f"routes/{route.identifier}/try", asked)
    assert answer.status_code == status, answer.body
    return answer.body


def data(*records) -> dict:
    return {"kind": "data", "data": list(records)}


def test_each_step_says_what_it_made_of_a_record(editor):
    route = make_route(
        [SHOES],
        transformers=[set_value("brand", "Acme"), keep_where("brand", "Acme")],
        outgoing=make_outgoing([set_value("label", "&{brand} &{name}")]),
    )

    (record,) = try_(editor, route)["records"]

    assert [(step["place"], step["step"], step["state"]) for step in record["steps"]] == [
        ("route", 1, "changed"),
        ("route", 2, "same"),
        ("outgoing", 1, "changed"),
    ]
    (visit,) = record["steps"][0]["visits"]
    assert visit["before"]["data"] == SHOES
    assert visit["after"][0]["data"] == SHOES | {"brand": "Acme"}
    assert record["outcome"] == "sent"
    assert record["tasks"][0]["deliveries"][0]["entity"]["data"]["label"] == "Acme Shoes"


def test_a_record_that_is_dropped_says_by_which_step(editor):
    route = make_route([SHOES], transformers=[set_value("a", 1), keep_where("sku", "B2")])

    (record,) = try_(editor, route)["records"]

    assert record["outcome"] == "dropped"
    assert record["steps"][1]["state"] == "dropped"
    (line,) = record["steps"][1]["visits"][0]["messages"]
    assert "Dropped by “Data”: filter 1" in line["text"]


def test_a_step_that_fails_says_where_and_the_next_record_goes_on(editor):
    route = make_route([{"sku": "A1"}, SHOES], transformers=[set_value("label", "&{name}")])

    first, second = try_(editor, route)["records"]

    assert first["outcome"] == "rejected"
    error = first["steps"][0]["visits"][0]["error"]
    assert error.startswith("step 1 › Data › step 1 › Set values › row 1: &{name} found nothing")
    assert second["outcome"] == "sent"


def test_the_gate_says_why_it_rejects(editor):
    make_schema("item", schema={"type": "object", "required": ["ean"]})
    route = make_route([SHOES], transformers=[making.set_schema("item")], max_entity_bytes=20)

    (task,) = try_(editor, route)["records"][0]["tasks"]

    assert task["outcome"] == "rejected"
    assert (task["bytes"], task["most_bytes"]) == (38, 20)
    assert any("at most 20" in reason for reason in task["refusals"])
    assert any("ean" in reason for reason in task["refusals"])
    assert task["deliveries"] == []


def test_the_request_that_would_be_sent_is_shown_and_not_sent(editor, web):
    publisher = making.http_publisher("https://target.example/items/&{sku}")
    route = make_route([SHOES], outgoing=make_outgoing(publisher=publisher))

    (task,) = try_(editor, route)["records"][0]["tasks"]

    request = task["deliveries"][0]["request"]
    assert request["method"], request["url"] == ("POST", "https://target.example/items/A1")
    assert request["body"] == '{"sku":"A1","name":"Shoes","price":10}'
    assert request["headers"]["Idempotency-Key"] == "dry-run-1"
    assert web.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost:9", "[::1]:9", "169.254.169.254"])
def test_a_request_to_an_address_that_is_refused_says_so_as_its_delivery_will(editor, web, host):
    outgoing = make_outgoing(publisher=making.http_publisher(f"http://{host}/items"))

    (record,) = try_(editor, make_route([SHOES], outgoing=outgoing))["records"]

    assert record["outcome"] == "failed"
    assert "leads to " in record["tasks"][0]["error"]
    assert web.requests == []


def test_a_request_that_cannot_be_made_says_why(editor, web):
    outgoing = make_outgoing(publisher=making.http_publisher("ftp://x"))

    (task,) = try_(editor, make_route([SHOES], outgoing=outgoing))["records"][0]["tasks"]

    assert task["outcome"] == "failed"
    assert "cannot be sent: it is not an address" in task["error"]


def test_only_the_first_records_are_fetched(editor, source):
    source["pages"] = [[{"sku": str(n)} for n in range(3)], [{"sku": "last"}]]
    route = make_route()

    records = try_(editor, route, records=2)["records"]

    assert [record["record"]["data"]["sku"] for record in records] == ["0", "1"]
    assert source["fetched"] == [0]


def test_a_source_that_fails_says_so_after_what_it_gave(editor, source):
    source.update(pages=[[SHOES], []], fails_after=1)

    tried = try_(editor, make_route())

    assert len(tried["records"]) == 1
    assert tried["error"] == "The source went away."


def test_the_line_runs_up_to_a_step(editor):
    route = make_route([SHOES], transformers=[set_value("a", 1), set_value("b", 2)])

    (record,) = try_(editor, route, until={"place": "route", "step": 1})["records"]

    assert record["outcome"] == "passed"
    assert [shown["data"] for shown in record["entities"]] == [SHOES | {"a": 1}]
    assert len(record["steps"]) == 1
    assert record["tasks"] == []


def test_a_task_goes_on_where_the_gate_let_it_in(editor):
    route = make_route([SHOES], transformers=[set_value("price", 11)])
    import_entities(route.incoming)
    task = Task.objects.get()

    (record,) = try_(editor, route, source={"kind": "task", "task": task.identifier})["records"]

    assert record["steps"] == []
    assert record["tasks"][0]["entity"]["data"]["price"] == 11


def test_a_task_of_another_route_is_not_found(editor):
    route, other = make_route([SHOES]), make_route([SHOES])
    import_entities(other.incoming)

    asked = {"kind": "task", "task": Task.objects.get().identifier}
    answer = try_(editor, route, 400, source=asked)

    assert "There is no task" in answer["errors"][0]["message"]


def test_garbage_that_is_pasted_gets_a_position(editor):
    text = '{\n  "sku": "A1"\n  "name": 1\n}'

    (error,) = try_(editor, make_route(), 400, source={"kind": "text", "text": text})["errors"]

    assert error["path"] == "source.text"
    assert "line 3, column 3" in error["message"]


def test_a_pasted_answer_is_read_by_the_incomings_parser(editor, web):
    parser = {"prototype": "json", "parameters": {"pattern": "data.items"}}
    incoming = make_incoming()
    incoming.subscriber = making.http_subscriber(deserializer=parser)
    incoming.store()
    text = '{"data": {"items": [{"sku": "A1"}, {"sku": "B2"}]}}'

    asked = {"kind": "answer", "text": text}
    records = try_(editor, make_route(incoming=incoming), source=asked)["records"]

    assert [record["record"]["data"]["sku"] for record in records] == ["A1", "B2"]
    assert web.requests == []


def test_a_draft_is_tried_and_not_saved(editor):
    route = make_route([SHOES], transformers=[set_value("a", 1)])
    draft = {
        "route": {"transformers": [set_value("b", 2)]},
        "outgoing": {"transformers": [set_value("c", 3)]},
    }

    (record,) = try_(editor, route, draft=draft)["records"]

    delivered = record["tasks"][0]["deliveries"][0]["entity"]["data"]
    assert delivered == SHOES | {"b": 2, "c": 3}
    route.refresh_from_db()
    assert route.transformers == [set_value("a", 1)]


def test_a_draft_that_is_wrong_says_where(editor):
    draft = {"route": {"transformers": [{"prototype": "dta"}]}}

    (error,) = try_(editor, make_route(), 400, draft=draft)["errors"]

    assert error["path"] == "draft.route.transformers.0"
    assert "There is no" in error["message"]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"records": 51}, "records"),
        ({"records": True}, "records"),
        ({"ask_lookups": "yes"}, "ask_lookups"),
        ({"source": {"kind": "moon"}}, "source.kind"),
        ({"source": {"kind": "text"}}, "source.text"),
        ({"until": {"place": "moon", "step": 1}}, "until"),
        ({"draft": {"moon": {}}}, "draft.moon"),
        ({"moon": 1}, "moon"),
    ],
)
def test_what_is_asked_wrongly_is_named(editor, asked, path):
    answer = try_(editor, make_route(), 400, **asked)

    assert path in [error["path"] for error in answer["errors"]]


def test_a_viewer_may_not_try(viewer, source):
    try_(viewer, make_route([SHOES]), 403)

    assert source["fetched"] == []


def test_an_incoming_and_an_outgoing_are_tried_alone(editor):
    incoming = make_incoming([SHOES], [set_value("a", 1)])
    outgoing = make_outgoing([set_value("b", 2)])

    one = editor.post(f"incomings/{incoming.identifier}/try", {}).body["records"][0]
    two = editor.post(f"outgoings/{outgoing.identifier}/try", {"source": data(SHOES)}).body

    assert one["outcome"] == "passed"
    assert one["entities"][0]["data"] == SHOES | {"a": 1}
    delivery = two["records"][0]["tasks"][0]["deliveries"][0]
    assert delivery["entity"]["data"] == SHOES | {"b": 2}


def test_a_record_that_becomes_several_shows_all_of_them(editor):
    order = {"lines": [{"sku": "A1"}, {"sku": "B2"}]}
    route = make_route([order], transformers=[making.branch("lines.*"), set_value("x", "&{sku}")])

    (record,) = try_(editor, route)["records"]

    assert [len(step["visits"]) for step in record["steps"]] == [1, 2]
    assert len(record["steps"][0]["visits"][0]["after"]) == 2
    assert [task["entity"]["data"]["x"] for task in record["tasks"]] == ["A1", "B2"]


def test_one_that_is_unchanged_says_so_and_what_would_be_sent_all_the_same(editor):
    incoming = make_incoming([SHOES], schema=make_schema())
    route = make_route(incoming=incoming, unchanged="skip")
    import_entities(route.incoming)
    export_tasks(route)

    (record,) = try_(editor, route)["records"]

    assert record["outcome"] == "unchanged"
    assert "It would become a Skipped task" in record["tasks"][0]["unchanged"]
    assert len(record["tasks"][0]["deliveries"]) == 1


def test_a_look_up_is_left_out_unless_it_is_allowed(editor, web):
    route = make_route([SHOES], transformers=[making.look_up(), set_value("after", "1")])

    (shut,) = try_(editor, route)["records"]
    assert web.requests == []
    (opened,) = try_(editor, route, ask_lookups=True)["records"]

    assert shut["steps"][0]["state"] == "left out"
    (line,) = shut["steps"][0]["visits"][0]["messages"]
    assert "Not asked in a dry run: GET https://lookup.example/A1" in line["text"]
    assert shut["entities"][0]["data"] == SHOES | {"after": "1"}
    assert opened["entities"][0]["data"] == SHOES | {"found": {"ok": True}, "after": "1"}
    assert [request.method for request in web.requests] == ["GET"]


def test_a_look_up_that_posts_is_never_asked(editor, web):
    route = make_route([SHOES], transformers=[making.look_up(method="POST")])

    (record,) = try_(editor, route, ask_lookups=True)["records"]

    assert record["steps"][0]["state"] == "left out"
    assert web.requests == []


def test_the_source_is_really_asked(editor, web):
    incoming = make_incoming()
    incoming.subscriber = making.http_subscriber()
    incoming.store()
    web.answer = lambda request: httpx.Response(200, json=[{"sku": "A1"}, {"sku": "B2"}])

    tried = try_(editor, make_route(incoming=incoming), records=1)

    assert len(tried["records"]) == 1
    assert len(web.requests) == 1
    assert "GET https://source.example/items answered 200" in tried["messages"][0]["text"]
