"""A trial in the Route Builder: its records kept as samples, and counted on the line."""

import html
import json
import re

import pytest

from connectors.models import Incoming
from tests.builder.drafting import of
from tests.pages.making import outgoing, route, set_values, step

pytestmark = pytest.mark.django_db
RECORD = {"sku": "A"}


def counts(text: str) -> dict:
    """What the answer to a trial says of each step."""
    return json.loads(html.unescape(re.search(r'data-counts="([^"]*)"', text)[1]))


def drop_those_without(path: str) -> dict:
    return step("data", filters=[step("key-exists-condition", path=path)], transformers=[])


@pytest.fixture
def saved():
    return route(transformers=[drop_those_without("ean"), set_values(colour="&{colour}")])


def test_a_kept_record_is_a_sample_of_the_draft_until_it_is_saved(editor, saved):
    builder = of(editor, saved)

    answer = builder.post("sample", name="An article", text=json.dumps(RECORD))

    assert answer["HX-Trigger"] == "sample-kept"
    assert "Kept as a sample" in answer.content.decode()
    assert Incoming.objects.get().samples == []
    sources = editor.post(f"{builder.base}try/?sources", source="fetch").content.decode()
    assert "An article" in sources
    tried = builder.post("try", source="sample", name="An article").content.decode()
    assert "sku" in tried

    builder.post("save")
    assert Incoming.objects.get().samples[0]["data"] == RECORD


def test_keeping_a_sample_can_be_undone(editor, saved):
    builder = of(editor, saved)
    builder.post("sample", name="An article", text=json.dumps(RECORD))

    builder.post("undo")

    assert not builder.document.incoming.data["samples"]


def test_a_sample_without_a_name_or_with_a_known_one_is_not_kept(editor, saved):
    builder = of(editor, saved)
    builder.post("sample", name="An article", text="1")

    again = builder.post("sample", name="An article", text="2").content.decode()
    nameless = builder.post("sample", name=" ", text="3").content.decode()

    assert "There is a sample called “An article” above" in again
    assert "Not kept." in nameless
    assert len(builder.document.incoming.data["samples"]) == 1


def test_records_can_be_kept_only_where_there_is_an_incoming(builder, editor, saved):
    pasted = {"source": "text", "records": "5", "text": json.dumps(RECORD)}

    assert "Keep as sample" in of(editor, saved).post("try", **pasted).content.decode()
    builder.post("choose", at="choose/outgoing", saved=outgoing("Nowhere").identifier)
    assert "Keep as sample" not in builder.post("try", **pasted).content.decode()
    refused = builder.post("sample", name="An article", text="1").content.decode()
    assert "there is none yet" in refused


def test_each_step_says_how_many_records_it_was_given_and_gave(editor, saved):
    builder = of(editor, saved)
    records = [{"ean": 1, "colour": "red"}, {"ean": 2}, {"sku": "A"}]

    told = counts(
        builder.post("try", source="text", records="5", text=json.dumps(records)).content.decode()
    )

    first, second = (f"route:{saved.identifier}/transformers/{index}" for index in (0, 1))
    assert told[first]["words"] == "3 → 2"
    assert told[second] == {
        "words": "2 → 1",
        "title": "Last trial: 2 in, 1 out, failed",
        "failed": True,
    }


def test_a_step_after_publishing_says_that_it_is_not_tried(editor, saved):
    saved.outgoing.after_transformers = [set_values(done=True)]
    saved.outgoing.store()
    builder = of(editor, saved)

    text = builder.post("try", source="text", records="1", text='{"ean": 1, "colour": 1}')

    told = counts(text.content.decode())
    assert told["outgoing:warehouse/after_transformers/0"]["words"] == "not tried"
    assert "Runs only when something was really sent" in text.content.decode()


def test_the_line_is_another_one_as_soon_as_a_step_changes(editor, saved):
    builder = of(editor, saved)
    line = lambda: re.search(r'data-line="(\w+)"', editor.open(builder.base).text)[1]  # noqa: E731
    before = line()

    builder.post("sample", name="An article", text="1")
    assert line() == before

    builder.post("remove", at=f"route:{saved.identifier}/transformers/0")
    assert line() != before
    builder.post("undo")
    assert line() == before
