"""Tasks of products at the door of the REST API, and a worker for what it queues."""

import pytest

from alumio.models import AuditEntry
from scheduler import doorbell
from tasks.models import Task
from tasks.pipeline import export_tasks, import_entities
from tests import fakes
from tests.api.conftest import Api
from tests.world import make_incoming, make_route, make_schema

SHOES = {"sku": "A1", "name": "Shoes", "price": 10}


@pytest.fixture(autouse=True)
def _fresh_fakes(monkeypatch):
    fakes.TARGET.__init__()
    fakes.SOURCE.update(pages=[], fetched=[], fails_after=None)
    monkeypatch.setattr(doorbell, "ring", lambda: None)


@pytest.fixture
def target():
    return fakes.TARGET


@pytest.fixture
def source():
    return fakes.SOURCE


@pytest.fixture
def editor(db):
    return Api("editor")


@pytest.fixture
def route(db):
    return make_route(incoming=make_incoming([SHOES], schema=make_schema()))


@pytest.fixture
def failed(route, target) -> Task:
    """A task that was imported and could not be delivered."""
    return make_failed(route, target)


def make_failed(route, target) -> Task:
    import_entities(route.incoming)
    target.down = True
    export_tasks(route)
    target.down = False
    return Task.objects.get(route=route)


@pytest.fixture
def audited():
    """What was recorded since, as (action, subject)."""

    def entries() -> list[tuple[str, str]]:
        return list(AuditEntry.objects.order_by("id").values_list("action", "subject"))

    return entries
