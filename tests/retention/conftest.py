from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models.functions import Now

from scheduler import doorbell
from scheduler.models import Process
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


@pytest.fixture
def let_expire():
    """Let the lease of a process run out."""

    def expire(process: Process) -> None:
        long_ago = Now() - timedelta(hours=1)
        Process.objects.filter(pk=process.pk).update(heartbeat_at=long_ago)

    return expire
