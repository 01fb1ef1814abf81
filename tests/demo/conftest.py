"""The demo at work: its systems behind a live server, its processes done one after the other."""

from urllib.parse import urlsplit

import pytest

from alumio.demo import creation, door
from scheduler import clock, queue
from scheduler.execution import execute
from tests.pages.conftest import signed_in


@pytest.fixture
def administrator(db):
    return signed_in("administrator")


@pytest.fixture
def demo(db):
    """The demo's configurations."""
    creation.create()


@pytest.fixture
def running_demo(transactional_db, live_server, settings):
    """The demo, whose systems can be reached. Answers a function that does what is due."""
    settings.ALUMIO_PORT = urlsplit(live_server.url).port
    creation.create()
    return work_off


@pytest.fixture
def as_connection():
    """The header that the demo's own connections send."""
    return {"authorization": f"Bearer {door.token()}"}


def work_off() -> None:
    """What clock and workers do: queue what is due, then execute everything that is queued."""
    clock.tick()
    while process := queue.start_next("test"):
        execute(process)
