"""Executing a process: how it ends, and what it says then."""

import pytest
from django.db import OperationalError

from connectors.errors import SubscriberError
from scheduler import execution
from scheduler.models import Process
from tasks.claim import claim
from tasks.models import Task
from tests import fakes
from tests.scheduler.running import executed, route_with_tasks, started
from tests.world import (
    keep_where,
    make_incoming,
    make_outgoing,
    make_route,
    set_value,
    statuses,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def test_an_import_sums_up_what_came_of_it():
    incoming = make_incoming([{"sku": "A"}, {"sku": "B"}])
    make_route(incoming=incoming)
    make_route(incoming=incoming, transformers=[set_value("name", "&{missing}")])

    process = executed(incoming)

    assert (process.status, process.done, process.slot) == ("finished", 2, None)
    assert process.result == "2 records, 2 new, 2 rejected."
    assert process.counts == {"records": 2, "new": 2, "rejected": 2}
    assert process.ended_at >= process.started_at


def test_an_export_sums_up_what_came_of_it(target):
    target.refused = {"1"}

    process = executed(route_with_tasks(3))

    assert (process.status, process.done) == ("finished", 3)
    assert process.result == "2 finished, 1 failed."


def test_a_run_with_nothing_to_do_says_so():
    assert executed(make_route()).result == "Nothing to do."


def test_a_process_notes_the_revisions_that_it_ran_with():
    route = route_with_tasks(1)
    route.store()

    process = executed(route)

    assert process.revisions == {"route": 2, "outgoing": 1}


def test_a_source_that_fails_fails_the_process_with_its_words(source):
    source.update(pages=[[{"sku": "A"}], []], fails_after=1)
    route = make_route()

    process = executed(route.incoming)

    assert (process.status, process.result) == ("failed", "The source went away.")
    assert statuses(route) == ["new"]
    assert process.messages.get().level == 400


def test_what_nobody_foresaw_fails_the_process_and_is_named(monkeypatch):
    monkeypatch.setattr(execution, "_dispatch", raising(RuntimeError("boom \x00")))

    process = executed(make_route())

    assert process.status == "failed"
    assert process.result.startswith("Unexpected RuntimeError: boom")


def test_code_that_exits_fails_the_process_and_not_the_worker(monkeypatch):
    monkeypatch.setattr(execution, "_dispatch", raising(SystemExit(3)))

    assert executed(make_route()).result == "Unexpected SystemExit: 3"


def test_a_process_that_is_cut_off_from_the_database_is_resumed(monkeypatch):
    monkeypatch.setattr(execution, "_dispatch", raising(OperationalError("gone away")))

    process = executed(make_route())

    assert process.status == "failed"
    assert process.result.startswith("Cut off from the database.")
    assert Process.objects.get(status="scheduled").resumes == process


def test_nothing_stays_in_processing_behind_a_process_that_failed(monkeypatch):
    route = route_with_tasks(4)

    def claiming(process, run):
        claim(route.pk, process.pk, 3)
        raise RuntimeError

    monkeypatch.setattr(execution, "_dispatch", claiming)

    executed(route)

    assert statuses(route) == ["new"] * 4
    assert set(Task.objects.values_list("attempts", "held_by", "deaths")) == {(0, None, 0)}


def test_a_claim_whose_answer_got_lost_is_found_and_delivered(target, monkeypatch):
    from tasks import pipeline

    route, lost = route_with_tasks(4), []

    def losing(route_id, process, size, newest_wins):
        tasks = claim(route_id, process, size if lost else 2, newest_wins)
        if not lost:
            lost.append(tasks)
            raise OperationalError("server closed the connection unexpectedly")
        return tasks

    monkeypatch.setattr(pipeline, "claim", losing)

    process = executed(route)

    assert process.result == "4 finished."
    assert len(target.received) == 4


def test_what_was_disabled_while_it_waited_is_not_done(source):
    incoming = make_incoming([{"sku": "A"}])
    process = started(incoming)
    process.incoming.enabled = False

    execution.execute(process)

    process.refresh_from_db()
    assert process.result == "The configuration is disabled: nothing was done."
    assert source["fetched"] == []


def test_with_its_outgoing_disabled_the_tasks_of_a_route_stay_new():
    route = route_with_tasks(2)
    route.outgoing.enabled = False
    route.outgoing.store()

    process = executed(route)

    assert process.status == "finished"
    assert statuses(route) == ["new"] * 2
    assert "tasks stay New" in process.messages.get().text


@pytest.mark.parametrize(
    ("part", "spec", "words"),
    [
        ("publisher", {"prototype": "gone", "parameters": {}}, "no publisher called “gone”"),
        ("transformers", ["deleted-one"], "no saved transformer called “deleted-one”"),
        ("transformers", [{"prototype": "gone", "parameters": {}}], "no transformer called"),
    ],
)
def test_an_outgoing_that_cannot_be_built_fails_the_process_and_leaves_the_tasks(part, spec, words):
    route = route_with_tasks(2, outgoing=make_outgoing())
    setattr(route.outgoing, part, spec)
    route.outgoing.store()

    process = executed(route)

    assert process.status == "failed"
    assert words in process.result
    assert "['" not in process.result
    assert statuses(route) == ["new"] * 2


def test_an_incoming_that_cannot_be_built_fails_the_process():
    incoming = make_incoming(transformers=[{"prototype": "gone", "parameters": {}}])

    process = executed(incoming)

    assert process.status == "failed"
    assert "no transformer called “gone”" in process.result


def test_a_source_whose_words_hold_what_no_database_keeps_is_still_heard(monkeypatch):
    failing = raising(SubscriberError("<html>\x00\ud800", {"body": "\x00\ud800"}))
    monkeypatch.setattr(fakes.FakeSubscriber, "subscribe", failing)

    process = executed(make_incoming())

    assert process.status == "failed"
    assert process.result.startswith("<html>")


def raising(error):
    def fail(*_, **__):
        raise error

    return fail


def test_what_a_route_filters_is_named_in_the_log_of_the_import():
    incoming = make_incoming([{"sku": "A"}])
    make_route(incoming=incoming, transformers=[keep_where("sku", "B")])

    process = executed(incoming)

    assert process.result == "1 record, 1 filtered."
    assert "Filtered: Dropped by “Data”: filter 1" in process.messages.get().text


def test_a_faulty_record_that_no_route_takes_is_named_by_its_number():
    incoming = make_incoming([{"a": 1}, {"b": 1}], transformers=[set_value("name", "&{a}")])

    process = executed(incoming)

    assert process.messages.get().text.startswith("Record 2 of its page: step 1")
