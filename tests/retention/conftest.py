import pytest
from django.core.cache import cache

from scheduler import doorbell
from tests import fakes


@pytest.fixture(autouse=True)
def _fresh_fakes():
    fakes.TARGET.__init__()
    fakes.SOURCE.update(pages=[], fetched=[], fails_after=None)


@pytest.fixture(autouse=True)
def _nothing_cached():
    cache.clear()


@pytest.fixture(autouse=True)
def _silent_doorbell(monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda: None)


@pytest.fixture
def target():
    return fakes.TARGET


@pytest.fixture
def source():
    return fakes.SOURCE
