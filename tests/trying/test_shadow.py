"""The shadow run: a draft compared with what was really sent."""

import pytest

from tasks.models import Task
from tasks.pipeline import export_tasks, import_entities
from tests.trying import making
from tests.world import keep_where, make_outgoing, make_route, set_value

pytestmark = pytest.mark.django_db(transaction=True)

ITEMS = [{"sku": f"S{n}", "price": n} for n in range(6)]


@pytest.fixture
def route(web):
    """A route that has sent its tasks by HTTP."""
    outgoing = make_outgoing([set_value("brand", "Acme")], making.http_publisher())
    route = make_route(ITEMS, outgoing=outgoing, transformers=[set_value("a", 1)])
    import_entities(route.incoming)
    export_tasks(route)
    assert len(web.requests) == 6
    web.requests.clear()
    return route


def shadow(api, route, status=200, **asked) -> dict:
    answer = api.post(f"routes/{route.identifier}/shadow", asked)
    assert answer.status_code == status, answer.body
    return answer.body


def test_a_draft_that_changes_nothing_sends_the_same(editor, route, web):
    found = shadow(editor, route)

    assert (found["compared"], found["same"], found["differ"]) == (6, 6, 0)
    assert found["against"] == {"sent": 6, "saved": 0}
    assert web.requests == []


def test_a_draft_that_changes_a_field_says_which_and_in_how_many(editor, route):
    priced = {
        "prototype": "conditional",
        "parameters": {
            "filters": keep_where("sku", "S3")["parameters"]["filters"],
            "transformers": [set_value("price", 99)],
        },
    }
    draft = {"outgoing": {"transformers": [set_value("brand", "Acme"), priced]}}

    found = shadow(editor, route, draft=draft)

    assert (found["differ"], found["compared"]) == (1, 6)
    (field,) = found["fields"]
    assert (field["path"], field["tasks"]) == ("body.price", 1)
    assert (field["example"]["before"], field["example"]["after"]) == (3, 99)
    (example,) = found["examples"]
    assert Task.objects.get(identifier=example["task"]).pk == Task.objects.all()[2].pk
    assert example["against"] == "sent"


def test_a_draft_that_fails_or_drops_says_so(editor, route):
    draft = {"outgoing": {"transformers": [keep_where("sku", "S1")]}}

    found = shadow(editor, route, draft=draft)

    outcome = next(field for field in found["fields"] if field["path"] == "outcome")
    assert (outcome["tasks"], outcome["example"]["after"]) == (5, "dropped")


def test_another_address_is_a_difference_too(editor, route):
    draft = {"outgoing": {"publisher": making.http_publisher("https://other.example/items")}}

    found = shadow(editor, route, draft=draft)

    assert [field["path"] for field in found["fields"]] == ["url"]


def test_what_was_not_sent_is_compared_with_what_would_be(editor):
    route = make_route(ITEMS)
    import_entities(route.incoming)
    draft = {"outgoing": {"transformers": [set_value("price", 1)]}}

    found = shadow(editor, route, draft=draft, number=3)

    assert found["against"] == {"sent": 0, "saved": 3}
    assert found["asked"] == found["compared"] == 3
    assert found["fields"][0]["path"] == "entity.price"


def test_further_steps_of_the_route_are_shadowed_too(editor, route):
    draft = {"route": {"transformers": [set_value("a", 1), set_value("b", 2)]}}

    found = shadow(editor, route, draft=draft)

    assert found["differ"] == 6
    assert [field["path"] for field in found["fields"]] == ["body.b"]


def test_other_steps_before_the_gate_need_records(editor, route, web):
    draft = {"route": {"transformers": [set_value("a", 2)]}}

    refused = shadow(editor, route, 400, draft=draft)
    found = shadow(editor, route, draft=draft, over="records", number=4)

    assert "Compare on fetched records or samples instead" in refused["errors"][0]["message"]
    assert (found["compared"], found["differ"]) == (4, 4)
    assert found["fields"][0]["path"] == "body.a"
    assert web.requests == []


def test_samples_are_shadowed(editor, route):
    route.incoming.samples = [{"name": "one", "data": {"sku": "N"}, "expected": {}}]
    route.incoming.store()
    draft = {"outgoing": {"transformers": []}}

    found = shadow(editor, route, draft=draft, over="samples")

    assert found["fields"][0]["path"] == "body.brand"


def test_the_clock_alone_makes_no_difference(editor):
    route = make_route(ITEMS, outgoing=make_outgoing([making.note_the_time()]))
    import_entities(route.incoming)

    assert shadow(editor, route)["same"] == 6


@pytest.mark.parametrize(
    ("asked", "path"),
    [({"over": "moon"}, "over"), ({"number": 501}, "number"), ({"moon": 1}, "moon")],
)
def test_what_is_asked_wrongly_is_named(editor, asked, path):
    answer = shadow(editor, make_route(), 400, **asked)

    assert path in [error["path"] for error in answer["errors"]]


def test_a_viewer_may_not(viewer):
    shadow(viewer, make_route(), 403)
