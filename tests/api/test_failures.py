"""When something fails on our side, the caller of the API still gets JSON."""

import pytest
from django.db import OperationalError

from tasks import api


@pytest.fixture
def failing(monkeypatch):
    def fail(error):
        def represent(task):
            raise error

        monkeypatch.setattr(api, "listed", lambda *_: represent(None))

    return fail


def test_a_database_that_is_away_is_told_as_such(viewer, failing):
    failing(OperationalError("gone"))

    answer = viewer.get("tasks")

    assert (answer.status_code, list(answer.body)) == (503, ["detail"])
    assert answer.headers["Retry-After"] == "5"
    assert "gone" not in answer.content.decode()


def test_a_fault_of_ours_is_told_in_json_without_its_text(viewer, failing):
    failing(ValueError("secret text"))
    viewer.client.raise_request_exception = False

    answer = viewer.get("tasks")

    assert (answer.status_code, list(answer.body)) == (500, ["detail"])
    assert "secret text" not in answer.content.decode()


def test_a_foreign_host_is_refused_in_json(viewer):
    answer = viewer.get("tasks", Host="evil.example")

    assert (answer.status_code, list(answer.body)) == (400, ["detail"])
