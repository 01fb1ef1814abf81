"""A trial ends: after a time, after so many entities, and what it shows is cut."""

import pytest

from tasks.trying import dry_run, sources
from tasks.trying.budget import MOST_VISITS
from tasks.trying.line import Line
from tasks.trying.shown import MOST_SHOWN
from tests.connectors.fault_server import FaultServer
from tests.trying import making
from tests.world import make_incoming, make_route, set_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    settings.ALUMIO_ALLOWED_NETWORKS = ["127.0.0.1"]
    server = FaultServer()
    yield server
    server.stop()


@pytest.mark.parametrize("fault", ["hang", "drip", "endless-continue"])
def test_a_source_that_hangs_is_cut_off(server, fault):
    client = {"prototype": "http-client", "parameters": {"timeout": 60}}
    incoming = make_incoming()
    incoming.subscriber = making.http_subscriber(f"{server.url}/{fault}", client=client)

    trial = dry_run.try_out(Line(incoming), sources.Fetched(), seconds=0.5)

    assert trial.records == []
    assert "took longer than 0" in trial.error
    assert "Ended after 0.5 s" in trial.ended
    assert trial.seconds < 60  # the client's own patience


def test_an_entity_that_becomes_too_many_ends_the_trial():
    many = {"lines": [{"n": n} for n in range(MOST_VISITS)]}
    route = make_route([many, many], transformers=[making.branch("lines.*"), set_value("a", 1)])

    tried = dry_run.try_out(Line.of(route), sources.Fetched())

    assert len(tried.records) == 1
    assert tried.records[0].outcome == "unfinished"
    assert "more than" in tried.ended


def test_large_data_is_cut_and_says_how_large_it_is(editor):
    route = make_route([{"sku": "A1", "text": "x" * 300_000}], transformers=[set_value("a", 1)])

    (record,) = editor.post(f"routes/{route.identifier}/try", {}).body["records"]

    shown = record["steps"][0]["visits"][0]["after"][0]
    assert shown["cut"] is True
    assert shown["size"] > 300_000
    assert len(shown["data"]) == MOST_SHOWN
    assert record["tasks"][0]["bytes"] > 300_000
