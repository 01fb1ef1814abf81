"""A route, and parts of bulk actions so small that a few tasks are many."""

import pytest

from scheduler import bulk_actions
from tasks import actions
from tests.world import make_route


@pytest.fixture
def small_parts(monkeypatch):
    """Five tasks are many, and a part has two."""
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(bulk_actions, "PART", {"postgresql": 2, "sqlite": 2})
    monkeypatch.setattr(bulk_actions, "PAUSE", 0.01)


@pytest.fixture
def route():
    return make_route()
