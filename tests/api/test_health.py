"""What load balancers and monitors ask."""

import pytest
from django.db import DatabaseError
from django.utils import timezone

from scheduler import health
from scheduler.models import Process
from tests.world import make_route

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_redis(monkeypatch):
    monkeypatch.setattr(health, "redis_answers", lambda: False)


def test_healthz_is_open_and_says_that_the_database_answers(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"database": "ok"})


def test_without_the_database_both_say_503(client, monkeypatch):
    class Away:
        def cursor(self):
            raise DatabaseError("gone")

    monkeypatch.setattr(health, "connection", Away())

    assert client.get("/healthz").status_code == 503
    assert client.get("/readyz").status_code == 503


def test_readyz_is_ready_without_redis_but_says_so(client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok",
        "migrations": "ok",
        "redis": "failing",
        "clock": "idle",
        "workers": {"status": "ok", "running": 0, "waiting": 0},
    }


def test_readyz_waits_for_migrations(client, monkeypatch):
    monkeypatch.setattr(health, "migrations_applied", lambda: False)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["migrations"]) == (503, "failing")


def test_a_queue_that_nobody_takes_shows_that_workers_are_missing(client):
    long_ago = timezone.now() - 2 * health.WAITS_TOO_LONG
    waiting = {"created_at": long_ago, "updated_at": long_ago, "trigger": "api", "job": "export"}
    Process.objects.create(route=make_route(), **waiting)

    workers = client.get("/readyz").json()["workers"]

    assert workers == {"status": "failing", "running": 0, "waiting": 1}
