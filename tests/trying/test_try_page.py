"""The page “Try it”, as a browser without scripts has it."""

import pytest

from connectors.models import Incoming
from tasks.models import Task
from tasks.pipeline import import_entities
from tests.pages.conftest import signed_in
from tests.trying import making
from tests.world import keep_where, make_incoming, make_outgoing, make_route, set_value

pytestmark = pytest.mark.django_db

SHOES = {"sku": "A1", "name": "Shoes"}


@pytest.fixture
def person(db):
    return signed_in("editor")


@pytest.fixture
def route(db):
    outgoing = make_outgoing([set_value("label", "&{name}")], making.http_publisher())
    return make_route([SHOES], outgoing=outgoing, transformers=[set_value("brand", "Acme")])


def try_(person, route, **posted):
    answer = person.post(f"/routes/{route.identifier}/try/", do="try", **posted)
    return answer, answer.content.decode()


def test_records_are_fetched_and_each_step_is_shown(person, route, web):
    answer, text = try_(person, route, source="fetch", records="3")

    assert answer.status_code == 200
    for words in ("1 would be sent", "Route › step 1 ›", "&quot;Acme&quot;", "would be published"):
        assert words in text
    assert "POST https://target.example/items" in text
    assert web.requests == []


def test_what_is_pasted_wrongly_says_where_and_stays(person, route):
    answer, text = try_(person, route, source="text", text='{"sku": 1\n"a": 2}')

    assert answer.status_code == 422
    assert "line 2, column 1" in text
    assert "{&quot;sku&quot;: 1\n&quot;a&quot;: 2}</textarea>" in text


def test_the_line_runs_up_to_a_step_that_is_chosen(person, route):
    _, text = try_(person, route, source="fetch", until="incoming:0")
    assert "What came out" in text

    _, text = try_(person, route, source="fetch", until="route:1")
    assert "would be published" not in text


def test_what_is_pasted_is_shown_escaped(person, route):
    _, text = try_(person, route, source="text", text='{"sku": "<script>x</script>", "name": 1}')

    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


def test_a_task_is_tried_from_its_own_data(person, route):
    import_entities(route.incoming)
    task = Task.objects.get()

    _, text = try_(person, route, source="task", task=task.identifier)

    assert "would be sent" in text
    assert "Keep as sample" not in text


def test_a_record_is_kept_as_a_sample_and_expected_from_then_on(person, route):
    page = f"/routes/{route.identifier}/try/"
    person.post(page, do="pin", name="shoes", text='{"sku":"A1","name":"Shoes"}')
    incoming = Incoming.objects.get()
    assert [sample["name"] for sample in incoming.samples] == ["shoes"]
    assert incoming.revision == route.incoming.revision + 1

    text = person.post(page, do="samples").content.decode()
    assert "nothing is expected yet" in text
    person.post(page, do="expect", name="shoes")
    text = person.post(page, do="samples").content.decode()

    assert "1 passed" in text
    expected = Incoming.objects.get().samples[0]["expected"]
    assert expected == {route.identifier: [SHOES | {"brand": "Acme", "label": "Shoes"}]}


def test_a_sample_that_has_its_name_already_is_not_kept(person, route):
    page = f"/routes/{route.identifier}/try/"
    person.post(page, do="pin", name="shoes", text="1")

    text = person.post(page, do="pin", name="shoes", text="2").content.decode()

    assert "There is a sample called “shoes” already." in text
    assert Incoming.objects.get().samples[0]["data"] == 1


def test_a_sample_is_let_go(person, route):
    page = f"/routes/{route.identifier}/try/"
    person.post(page, do="pin", name="shoes", text="1")

    person.post(page, do="unpin", name="shoes")

    assert Incoming.objects.get().samples == []


def test_a_shadow_run_compares_with_another_outgoing(person, route):
    import_entities(route.incoming)
    other = make_outgoing([keep_where("sku", "B2")])

    text = person.post(
        f"/routes/{route.identifier}/try/",
        do="shadow",
        over="tasks",
        number="10",
        **{"with": other.identifier},
    ).content.decode()

    assert "1 of 1 differ" in text
    assert "dropped" in text


def test_an_incoming_and_an_outgoing_have_the_page_too(person):
    incoming, outgoing = make_incoming([SHOES], [set_value("a", 1)]), make_outgoing()

    one = person.post(f"/incomings/{incoming.identifier}/try/", do="try", source="fetch")
    two = person.post(
        f"/outgoings/{outgoing.identifier}/try/", do="try", source="text", text='{"sku": 1}'
    )

    assert "What came out" in one.content.decode()
    assert "Would be handed to “Fake target”" in two.content.decode()


@pytest.mark.parametrize("kind", ["routes", "incomings", "outgoings"])
def test_the_classic_pages_lead_to_it(person, route, kind):
    one = {"routes": route, "incomings": route.incoming, "outgoings": route.outgoing}[kind]

    text = person.open(f"/{kind}/{one.identifier}/edit/").text

    assert f'href="/{kind}/{one.identifier}/try/"' in text


def test_a_viewer_sees_neither_the_page_nor_the_way_to_it(route):
    viewer = signed_in("viewer")

    assert viewer.client.get(f"/routes/{route.identifier}/try/").status_code == 403
    assert viewer.client.post(f"/routes/{route.identifier}/try/", {"do": "try"}).status_code == 403
    assert "/try/" not in viewer.open(f"/routes/{route.identifier}/edit/").text


def test_what_there_is_not_is_not_found(person, route):
    assert person.client.get("/routes/nothing/try/").status_code == 404
    answer = person.client.post(f"/incomings/{route.incoming.identifier}/try/", {"do": "shadow"})
    assert answer.status_code == 404


def test_the_edit_page_keeps_the_samples(person, route):
    person.post(f"/routes/{route.identifier}/try/", do="pin", name="shoes", text='{"price": 1.10}')
    page = person.open(f"/incomings/{route.incoming.identifier}/edit/")

    page.post(name="Another name")

    incoming = Incoming.objects.get()
    assert incoming.name == "Another name"
    assert str(incoming.samples[0]["data"]["price"]) == "1.10"
