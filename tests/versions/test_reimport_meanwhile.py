"""Importing anew while others act or the worker dies, and when it is refused at the door."""

import pytest

from connectors.errors import SubscriberError
from scheduler import queue
from scheduler.execution import execute
from scheduler.runs import ProcessRun
from tasks import lookup
from tasks.models import Task
from tasks.reimport import reimport
from tests.versions.conftest import BOOTS, SHOES
from tests.versions.reimporting import OTHERS, asked, worked
from tests.world import (
    data_of,
    make_failed,
    make_incoming,
    make_route,
    make_schema,
    statuses,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def test_a_task_that_somebody_retried_meanwhile_is_left_alone(editor, failed, source):
    process = asked(editor, failed)
    source["pages"] = [[BOOTS]]
    editor.post("tasks/retry", {"identifiers": [failed.identifier]})

    worked(process)

    assert process.result == "The task is New by now, so it was left alone."
    assert data_of(failed) == SHOES


def test_a_task_whose_data_somebody_changed_meanwhile_is_left_alone(editor, failed, source):
    process = asked(editor, failed)
    source["pages"] = [[BOOTS]]
    clogs = SHOES | {"name": "Clogs"}
    editor.put(f"tasks/{failed.identifier}/data", {"data": clogs, "version": 1})

    worked(process)

    assert "left alone" in process.result
    assert data_of(failed) == clogs


def test_a_search_that_was_killed_goes_on_and_does_nothing_twice(editor, failed, source):
    source["pages"] = [[BOOTS]]
    process = asked(editor, failed)
    died = queue.start_next("worker")

    reimport(died.arguments, ProcessRun(died))
    died.refresh_from_db()

    again = reimport(died.arguments, ProcessRun(died))

    assert again == "Found, and retried as version 2 of the task's data."
    assert failed.versions.count() == 2
    assert process.pk == died.pk


def test_a_search_goes_on_where_it_was_killed(editor, failed, source, monkeypatch):
    monkeypatch.setattr(lookup, "KEPT_EVERY", 2)
    source.update(pages=[OTHERS, [BOOTS]], fails_after=1)
    asked(editor, failed)
    died = queue.start_next("worker")
    with pytest.raises(SubscriberError):
        reimport(died.arguments, ProcessRun(died))
    died.refresh_from_db()
    source["fails_after"] = None
    run = ProcessRun(died)

    reimport(died.arguments, run)

    assert died.cursor == {"page": 0, "done": 2}
    assert run.counts["records"] == 4
    assert data_of(failed) == BOOTS


def test_a_search_stops_when_somebody_asks(editor, failed, source):
    source["pages"] = [OTHERS] * 3
    process = asked(editor, failed)
    running = queue.start_next("worker")
    run = ProcessRun(running)
    run.ask_to_stop()

    execute(running, run)

    process.refresh_from_db()
    assert process.status == "killed"
    assert statuses(failed.route) == ["failed"]


def test_two_clicks_queue_one_process(editor, failed):
    first = asked(editor, failed)

    answer = editor.post(f"tasks/{failed.identifier}/reimport")

    assert answer.status_code == 409
    assert answer.body["duplicate_of"] == first.pk


@pytest.mark.parametrize("status", ["new", "processing", "retry", "waiting"])
def test_a_task_that_is_not_at_its_end_is_refused(editor, failed, status):
    Task.objects.filter(pk=failed.pk).update(status=status)

    answer = editor.post(f"tasks/{failed.identifier}/reimport")

    assert answer.status_code == 409
    assert "can be imported anew" in answer.body["detail"]


def test_a_source_that_cannot_be_asked_again_says_so(editor):
    nothing = {"prototype": "no-data-subscriber", "parameters": {}}
    route = make_route(incoming=make_incoming([SHOES], schema=make_schema()))
    task = make_failed(route)
    route.incoming.subscriber = nothing
    route.incoming.store()

    answer = editor.post(f"tasks/{task.identifier}/reimport")

    assert answer.status_code == 409
    assert "cannot be asked for a record again" in answer.body["detail"]


def test_a_disabled_incoming_is_not_asked(editor, failed):
    failed.route.incoming.enabled = False
    failed.route.incoming.store()

    answer = editor.post(f"tasks/{failed.identifier}/reimport")

    assert answer.status_code == 409
    assert "is disabled" in answer.body["detail"]
