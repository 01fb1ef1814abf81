"""A run: its lease, its progress, its log, and how it is stopped."""

import time

import pytest
from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from alumio import database
from scheduler import queue, runs
from scheduler.execution import execute
from scheduler.models import Process
from scheduler.runs import ProcessRun
from tasks.models import Task
from tasks.pipeline import import_entities
from tasks.run import Lost, Stopped
from tests.scheduler.running import dying_with, let_expire, route_with_tasks, started, unattended
from tests.world import make_incoming, make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def _quick_heart(monkeypatch):
    monkeypatch.setattr(runs, "HEARTBEAT", 0.02)


def until(happened, seconds=120.0):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.usefixtures("_quick_heart")
def test_the_lease_is_renewed_while_the_run_lives_and_no_longer():
    process = started(make_route())
    before = process.heartbeat_at

    def renewed():
        process.refresh_from_db()
        return process.heartbeat_at > before

    with ProcessRun(process) as run:
        until(renewed)
        assert run.may_send()

    run._thread.join(120)
    process.refresh_from_db()
    last = process.heartbeat_at
    time.sleep(0.1)
    process.refresh_from_db()
    assert process.heartbeat_at == last


@pytest.mark.usefixtures("_quick_heart")
def test_a_run_that_was_given_up_learns_of_it_and_sends_nothing_more():
    process = started(make_route())

    with ProcessRun(process) as run:
        Process.objects.filter(pk=process.pk).move("lose")
        until(lambda: not run.may_send())
        with pytest.raises(Lost):
            run.check()


def test_a_run_whose_lease_is_nearly_over_sends_nothing_and_is_lost_afterwards(monkeypatch):
    run = unattended(started(make_route()))
    run.check()
    began = time.monotonic()

    monkeypatch.setattr(runs.time, "monotonic", lambda: began + runs.LEASE - runs.MARGIN + 0.1)
    assert not run.may_send()
    run.check()

    monkeypatch.setattr(runs.time, "monotonic", lambda: began + runs.LEASE + 0.1)
    with pytest.raises(Lost):
        run.check()


@pytest.mark.usefixtures("_quick_heart")
def test_a_heart_that_cannot_reach_the_database_beats_on(monkeypatch):
    from django.db import InterfaceError

    process = started(make_route())
    failures = iter([InterfaceError("connection already closed")] * 3)

    def failing(self):
        for error in failures:
            raise error
        return Process.objects.filter(pk=self.id)

    monkeypatch.setattr(ProcessRun, "_row", failing)
    before = process.heartbeat_at

    def renewed():
        process.refresh_from_db()
        return process.heartbeat_at > before

    with ProcessRun(process):
        until(renewed)


def test_a_stop_ends_the_run_after_the_tasks_in_hand_and_releases_what_is_unsent(
    target, monkeypatch
):
    monkeypatch.setattr(runs, "HEARTBEAT", 0.02)
    route = route_with_tasks(40)
    process = started(route)
    run = ProcessRun(process)
    take = type(target).take

    def take_and_stop(self, data, key):
        if data["sku"] == "9":
            queue.request_stop(process, "ann@example.com")
            until(lambda: not run.may_send())
        return take(self, data, key)

    monkeypatch.setattr(type(target), "take", take_and_stop)

    execute(process, run)

    process.refresh_from_db()
    assert (process.status, process.slot) == ("killed", None)
    assert process.result == "Stopped. 10 finished, 30 new."
    assert statuses(route) == ["finished"] * 10 + ["new"] * 30
    assert set(Task.objects.filter(status="new").values_list("attempts", "held_by")) == {(0, None)}
    assert not Process.objects.filter(status="scheduled").exists()


def test_a_run_that_ends_with_its_worker_leaves_the_rest_queued():
    route = route_with_tasks(3)
    process = started(route, limit=2)
    run = ProcessRun(process)
    run.ask_to_stop(goes_on=True)

    execute(process, run)

    process.refresh_from_db()
    assert process.status == "killed"
    rest = Process.objects.get(status="scheduled")
    assert (rest.route, rest.resumes, rest.limit, rest.trigger) == (route, process, 2, "resume")


def test_the_tasks_of_an_import_that_was_given_up_are_not_committed():
    route = make_route(entities=[{"sku": "A"}])
    process = started(route.incoming)
    run = unattended(process)
    Process.objects.filter(pk=process.pk).move("lose")

    with pytest.raises(Lost):
        import_entities(route.incoming, run)

    assert not Task.objects.exists()


def test_a_settle_after_the_tasks_were_released_changes_nothing_and_says_so(target):
    from scheduler.repair import repair_lost
    from tasks.outcome import DELIVERED, Outcome
    from tasks.settle import Settler

    route = route_with_tasks(1)
    process, [task] = dying_with(route)
    let_expire(process)
    repair_lost()
    run = unattended(process)
    settler = Settler(route, run, lambda tasks: None)

    settler.add(Outcome(task, DELIVERED))
    settler.flush()

    assert statuses(route) == ["new"]
    assert run.counts == {"fenced": 1}
    assert "does not count" in Task.objects.get().messages.last().text


def test_stopping_between_two_looks_raises():
    run = unattended(started(make_route()))
    run.ask_to_stop()

    with pytest.raises(Stopped):
        run.check()


def test_what_a_run_notes_is_written_once_also_when_the_database_cannot_keep_it_as_it_is():
    process = started(make_incoming())
    run = unattended(process)

    run.note("warning", "half \ud800 and nul \x00", {"at": "\x00"})
    run.check()
    run.check()

    line = process.messages.get()
    assert line.level == 300
    assert "\x00" not in line.text
    assert line.created_at <= database.now()


def test_a_chunk_whose_commit_was_not_answered_is_not_committed_twice(monkeypatch):
    route = make_route(entities=[{"sku": "A"}, {"sku": "B"}])
    process = started(route.incoming)
    commit, lost = BaseDatabaseWrapper._commit, []

    def losing(self):
        commit(self)
        if not lost and Task.objects.exists():
            lost.append(True)
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", losing)

    execute(process)

    process.refresh_from_db()
    assert lost
    assert statuses(route) == ["new", "new"]
    assert process.counts == {"records": 2, "new": 2}


def test_the_counts_of_a_process_are_written_with_the_tasks_that_they_count():
    from tasks.outcome import DELIVERED, Outcome
    from tasks.settle import Settler

    route = route_with_tasks(2)
    process, tasks = dying_with(route)
    settler = Settler(route, unattended(process), lambda tasks: None)

    for task in tasks:
        settler.add(Outcome(task, DELIVERED))
    settler.flush()

    process.refresh_from_db()
    assert (process.counts, process.done) == ({"finished": 2}, 2)


def test_a_cursor_is_kept_only_with_the_work_it_stands_for():
    process = started(make_incoming())
    run = unattended(process)

    with transaction.atomic():
        run.keep({"page": 3, "done": 2})
        transaction.set_rollback(True)

    process.refresh_from_db()
    assert process.cursor is None
