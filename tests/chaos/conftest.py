import os

import pytest

from tests import redis_server
from tests.chaos import ends  # noqa: F401 - registers the source and the target
from tests.chaos.worker import Deliveries
from tests.installation import Unavailable
from tests.world import make_incoming, make_outgoing, make_route, make_schema
from transformers.models import EntitySchema


@pytest.fixture
def rounds():
    """How often a race is run: a few times in the suite, 200 times by `make chaos`."""
    return int(os.environ.get("CHAOS_ROUNDS", "4"))


@pytest.fixture
def records():
    """How many records flow while workers are killed."""
    return int(os.environ.get("CHAOS_RECORDS", "1500"))


@pytest.fixture
def deliveries(tmp_path):
    return Deliveries(tmp_path / "deliveries")


@pytest.fixture
def scene(deliveries):
    """Makes a route from a counting source to a file target."""

    def make(records, page_size=500, page_pause=0.0, pause=0.002, deadly=None, **policies):
        source = {"records": records, "page_size": page_size, "pause": page_pause}
        schema = EntitySchema.objects.first() or make_schema()
        incoming = make_incoming(schema=schema)
        incoming.subscriber = {"prototype": "counting-source", "parameters": source}
        incoming.store()
        target = {"path": str(deliveries.path), "pause": pause, "deadly": deadly}
        outgoing = make_outgoing(publisher={"prototype": "file-target", "parameters": target})
        return make_route(incoming=incoming, outgoing=outgoing, **policies)

    return make


@pytest.fixture
def broker(redis_url):
    """A Redis of its own for this test, to be killed."""
    try:
        server = redis_server.start()
    except Unavailable as error:
        pytest.skip(f"needs Redis: {error}")
    if server.process is None:
        pytest.skip("the Redis that is named must not be killed")
    yield server
    server.stop()
