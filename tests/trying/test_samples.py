"""Samples: kept with an incoming, run as tests, and part of every export."""

import pytest

from alumio.exchange.exporting import export
from alumio.exchange.importing import OVERWRITE, import_configurations
from alumio.exchange.reading import Contents, read_lines
from connectors.models import Incoming
from tests.world import keep_where, make_incoming, make_route, set_value

pytestmark = pytest.mark.django_db

SHOES = {"sku": "A1", "price": "1.10"}


def sample(name="shoes", data=SHOES, **expected) -> dict:
    return {"name": name, "data": data, "expected": expected}


@pytest.fixture
def route(db):
    return make_route(
        incoming=make_incoming(),
        transformers=[keep_where("sku", "A1"), set_value("label", "&{sku}")],
    )


@pytest.fixture
def pinned(route):
    """A function that pins samples to the route's incoming."""

    def pin(*samples):
        route.incoming.samples = list(samples)
        route.incoming.store()

    return pin


def run(api, route, **asked) -> dict:
    return api.post(f"routes/{route.identifier}/samples/run", asked).body


def test_a_sample_that_gives_what_is_expected_has_passed(editor, route, pinned):
    pinned(sample(**{route.identifier: [SHOES | {"label": "A1"}]}))

    answer = run(editor, route)

    assert answer["passed"] == 1
    assert answer["results"][0]["differences"] == []


def test_a_sample_that_gives_something_else_says_what(editor, route, pinned):
    pinned(sample(**{route.identifier: [SHOES | {"label": "B2"}]}))

    (result,) = run(editor, route)["results"]

    assert result["outcome"] == "differs"
    assert result["differences"] == [{"path": "0.label", "before": "B2", "after": "A1"}]
    assert result["entities"] == [SHOES | {"label": "A1"}]


def test_a_sample_can_be_expected_to_be_dropped(editor, route, pinned):
    pinned(sample("other", {"sku": "B2"}, **{route.identifier: []}))

    assert run(editor, route)["passed"] == 1


def test_a_sample_that_cannot_get_through_has_failed_and_says_why(editor, route, pinned):
    draft = {"route": {"transformers": [set_value("label", "&{nothing}")]}}
    pinned(sample(**{route.identifier: []}))

    (result,) = run(editor, route, draft=draft)["results"]

    assert result["outcome"] == "failed"
    assert "step 1 › Data" in result["reason"]


def test_a_sample_of_which_nothing_is_expected_is_run_and_not_judged(editor, route, pinned):
    pinned(sample(), sample("other", **{"other-route": []}))

    answer = run(editor, route)

    assert answer["unchecked"] == 2
    assert answer["results"][0]["entities"] == [SHOES | {"label": "A1"}]


def test_only_the_samples_that_are_named_are_run(editor, route, pinned):
    pinned(sample("one"), sample("two"))

    (result,) = run(editor, route, names=["two"])["results"]

    assert result["name"] == "two"


def test_a_sample_is_tried_by_its_name(editor, route, pinned):
    pinned(sample())

    asked = {"source": {"kind": "sample", "name": "shoes"}}
    (record,) = editor.post(f"routes/{route.identifier}/try", asked).body["records"]

    assert record["record"]["data"] == SHOES


@pytest.mark.parametrize(
    ("samples", "path", "words"),
    [
        ([sample(), sample()], "samples.1.name", "a name of its own"),
        ([sample(shop={"a": 1})], "samples.0.expected", "Give a list of entities"),
        ([{"data": 1}], "samples.0.name", "required"),
        ([sample(str(n)) for n in range(51)], "samples", "at most 50"),
        ([sample(data="x" * 1_000_000)], "samples", "1,000,000 characters"),
        ([sample(data='{"sku": }')], "samples.0.data", "This is not JSON"),
    ],
)
def test_samples_that_cannot_be_kept_say_why(editor, route, samples, path, words):
    answer = editor.patch(f"incomings/{route.incoming.identifier}", {"samples": samples})

    assert answer.status_code == 400
    assert (answer.body["errors"][0]["path"], words in answer.content.decode()) == (path, True)


def test_samples_go_with_an_export_and_come_back_with_an_import(route, pinned):
    pinned(sample(shop=[SHOES]), sample("empty", None))
    kept = route.incoming.samples
    lines = list(export(types=["incoming-configuration"]))
    pinned()

    contents = Contents()
    read_lines([line.encode() for line in lines], "export", contents)
    report = import_configurations(contents, OVERWRITE)

    assert report.problems == []
    assert Incoming.objects.get(pk=route.incoming.pk).samples == kept


def test_an_incoming_without_samples_is_exported_as_alumio_would(route):
    (line,) = export(types=["incoming-configuration"])

    assert "samples" not in line
