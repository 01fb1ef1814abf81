"""Tasks of products at the door of the REST API, and a worker for what it queues."""

import pytest

from alumio.models import AuditEntry
from tasks.models import Task
from tests.api.conftest import Api
from tests.world import make_failed, make_incoming, make_route, make_schema

SHOES = {"sku": "A1", "name": "Shoes", "price": 10}
BOOTS = SHOES | {"name": "Boots"}


@pytest.fixture
def editor(db):
    return Api("editor")


@pytest.fixture
def route(db):
    return make_route(incoming=make_incoming([SHOES], schema=make_schema()))


@pytest.fixture
def failed(route) -> Task:
    """A task that was imported and could not be delivered."""
    return make_failed(route)


@pytest.fixture
def audited():
    """What was recorded since, as (action, subject)."""

    def entries() -> list[tuple[str, str]]:
        return list(AuditEntry.objects.order_by("id").values_list("action", "subject"))

    return entries
