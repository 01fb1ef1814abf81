"""The draft beside what is saved: the shadow run and the samples, from the Route Builder."""

import pytest

from routes.models import Route
from tasks.models import Task
from tasks.pipeline import export_tasks, import_entities
from tests.builder.drafting import Builder, of
from tests.pages.making import incoming, outgoing, set_values, step

pytestmark = pytest.mark.django_db
SAMPLE = {"name": "A", "data": {"sku": "A1"}, "expected": {"prices": [{"sku": "A1", "to": "erp"}]}}


@pytest.fixture
def builder(editor):
    """Of a route whose two tasks have been delivered."""
    source = step("static-data-subscriber", data=[{"sku": "A1"}, {"sku": "B2"}])
    row = Route(
        name="Prices",
        incoming=incoming(subscriber=source, samples=[SAMPLE]),
        outgoing=outgoing(transformers=[set_values(to="erp")]),
    ).store()
    import_entities(row.incoming)
    export_tasks(row)
    return of(editor, row)


def change_what_is_sent(builder) -> None:
    place = "outgoing:warehouse/transformers/0"
    builder.fill(place, **{"step-p-transformers-0-p-configurations-0-p-value": "shop"})


def test_the_draft_is_compared_with_what_the_saved_route_sends(builder):
    change_what_is_sent(builder)

    text = builder.post("shadow", over="tasks", number="").content.decode()

    assert "2 of 2 differ" in text
    assert "shop" in text
    assert list(Task.objects.values_list("status", flat=True)) == ["finished", "finished"]


def test_without_a_change_everything_is_the_same(builder):
    text = builder.post("shadow", over="tasks", number="1").content.decode()

    assert "All 1 are the same" in text


def test_a_number_that_is_none_is_refused_with_its_bounds(builder):
    text = builder.post("shadow", over="tasks", number="-1").content.decode()

    assert "Give a number from 1 to 500." in text


def test_samples_are_run_against_the_draft(builder):
    assert "1 passed" in builder.post("samples").content.decode()
    change_what_is_sent(builder)

    text = builder.post("samples").content.decode()

    assert "1 differs" in text
    assert "shop" in text


def test_a_draft_that_cannot_run_says_why(builder):
    place = "outgoing:warehouse/transformers/0"
    builder.post("choose", at=f"choose/{place}", type="data/value-setter")
    builder.post(
        "keep",
        at=place,
        unfinished="1",
        **{
            "step-prototype": "data",
            "step-p-transformers-count": "1",
            "step-p-transformers-0-prototype": "",
        },
    )

    text = builder.post("shadow", over="tasks", number="").content.decode()

    assert "Choose a data transformer." in text
    assert "Warehouse › Entity transformers › step 1" in text
    assert "Choose a data transformer." in text
    assert "differ" not in text


def test_a_new_route_has_nothing_to_compare_with(editor):
    assert Builder(editor).post("shadow", over="tasks").status_code == 404
