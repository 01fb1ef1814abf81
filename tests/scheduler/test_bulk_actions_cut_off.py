"""Bulk actions that are stopped, killed, cut off or kept waiting: nothing is lost or doubled."""

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction

from scheduler import bulk_actions, queue
from scheduler.execution import execute
from scheduler.models import ChosenPart, Process
from scheduler.repair import kill, repair_lost
from scheduler.runs import ProcessRun
from tasks import once
from tasks.models import Task
from tests.chaos.worker import wait_until
from tests.scheduler.acting import asked, retries
from tests.scheduler.running import execute_next, let_expire
from tests.world import make_tasks, statuses

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("small_parts"),
]


def after(times: int, do, monkeypatch) -> None:
    """Have `do()` called after the tasks of so many parts were judged."""
    judged, real = [], bulk_actions.judge

    def judge(*args, **options):
        found = real(*args, **options)
        judged.append(found)
        if len(judged) == times:
            do()
        return found

    monkeypatch.setattr(bulk_actions, "judge", judge)


def test_a_stopped_one_says_how_far_it_came_and_leaves_the_rest_alone(route, monkeypatch):
    make_tasks(route, *["failed"] * 8)
    asked()
    process = queue.start_next("worker")
    run = ProcessRun(process)
    after(2, run.ask_to_stop, monkeypatch)

    execute(process, run)

    process.refresh_from_db()
    assert (process.status, process.result) == ("killed", "Stopped. After 4 of 8 tasks: 4 retried.")
    assert statuses(route) == ["new"] * 4 + ["failed"] * 4
    assert not ChosenPart.objects.exists()
    assert queue.start_next("worker") is None


def test_one_whose_worker_ends_goes_on_elsewhere(route, monkeypatch):
    make_tasks(route, *["failed"] * 6, "waiting")
    asked()
    process = queue.start_next("worker")
    run = ProcessRun(process)
    after(2, lambda: run.ask_to_stop(goes_on=True), monkeypatch)
    execute(process, run)

    ended = execute_next()

    assert ended.resumes == process
    assert (ended.result, ended.done) == ("6 retried, 1 not allowed: 1 waiting.", 7)
    assert set(retries().values()) == {1}


class Killed(BaseException):
    """What nothing in the platform catches."""


@pytest.mark.parametrize("part", [1, 2, 3, 4])
def test_killed_in_the_middle_of_a_part_it_repeats_and_forgets_nothing(route, part, monkeypatch):
    tasks = make_tasks(route, *["failed"] * 6, "waiting")

    def die():
        raise Killed

    asked()
    process = queue.start_next("worker")
    after(part, die, monkeypatch)
    with pytest.raises(Killed):
        execute(process)
    let_expire(process)
    assert repair_lost() == 1

    ended = execute_next()

    assert ended.result == "6 retried, 1 not allowed: 1 waiting."
    assert retries() == {task.pk: 1 for task in tasks[:6]}
    assert set(Task.objects.filter(status="new").values_list("generation", flat=True)) == {2}
    assert [task.identifier for task in ended.refused_tasks.all()] == [tasks[6].identifier]


def test_one_that_a_person_kills_changes_nothing_more(route, monkeypatch):
    make_tasks(route, *["failed"] * 6)
    asked()
    process, looks = queue.start_next("worker"), []

    def killed_at_the_third_look(run):
        looks.append(run)
        if len(looks) == 3:
            kill(process, "somebody")

    monkeypatch.setattr(ProcessRun, "check", killed_at_the_third_look)
    execute(process)

    process.refresh_from_db()
    assert (process.status, process.result) == ("killed", "Killed by somebody.")
    assert process.counts == {"changed": 4}
    assert statuses(route) == ["new"] * 4 + ["failed"] * 2
    assert not ChosenPart.objects.exists()


def test_one_that_was_not_heard_of_for_a_lease_leaves_its_parts_to_who_goes_on(route, monkeypatch):
    """Its worker was suspended, and knows by its own clock that it is too late, before anybody
    else gave the process up."""
    make_tasks(route, *["failed"] * 6)
    asked()
    process = queue.start_next("worker")
    run = ProcessRun(process)
    after(1, lambda: setattr(run, "_beaten_at", time.monotonic() - 3600), monkeypatch)
    execute(process, run)
    let_expire(process)
    assert repair_lost() == 1

    ended = execute_next()

    assert ended.result == "6 retried."
    assert set(retries().values()) == {1}
    assert len(retries()) == 6


def test_one_that_a_person_stopped_is_not_taken_up_again_after_a_kill(route):
    make_tasks(route, *["failed"] * 6)
    asked()
    process = queue.start_next("worker")
    queue.request_stop(process, "somebody")
    let_expire(process)

    repair_lost()

    assert Process.objects.get().status == "failed"
    assert not ChosenPart.objects.exists()


def test_a_database_that_is_away_for_a_moment_doubles_nothing(route, monkeypatch):
    make_tasks(route, *["failed"] * 6)

    def go_away():
        raise OperationalError("The connection was closed.")

    asked()
    after(2, go_away, monkeypatch)

    assert execute_next().result == "6 retried."
    assert set(retries().values()) == {1}


def test_an_answer_to_a_commit_that_got_lost_doubles_nothing(route, monkeypatch):
    """The part was committed, but we do not hear of it and try again."""
    make_tasks(route, *["failed"] * 6)
    asked()
    process, real, lost = queue.start_next("worker"), transaction.atomic, []

    class Deaf:
        atomic = staticmethod(lambda: deaf())

    def deaf():
        class Transaction:
            def __enter__(self):
                self.real = real()
                return self.real.__enter__()

            def __exit__(self, *error):
                self.real.__exit__(*error)
                if not lost:
                    lost.append(True)
                    raise OperationalError("The answer did not come.")

        return Transaction()

    monkeypatch.setattr(once, "transaction", Deaf)
    execute(process)

    process.refresh_from_db()
    assert lost
    assert (process.result, process.counts) == ("6 retried.", {"changed": 6})


def test_one_that_is_skipped_leaves_nothing_behind(route):
    make_tasks(route, *["failed"] * 6)
    process = Process.objects.get(pk=asked().process)

    assert queue.skip(process, "somebody")

    assert not ChosenPart.objects.exists()
    assert statuses(route) == ["failed"] * 6


def test_what_somebody_holds_at_that_moment_is_waited_for_without_keeping_the_rest(route):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no rows.")
    first, *others = make_tasks(route, *["failed"] * 6)
    locked, release = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                Task.objects.select_for_update().get(pk=first.pk)
                locked.set()
                assert release.wait(300)
        finally:
            connection.close()

    def release_when_the_others_are_done():
        done = Task.objects.filter(status="new")
        try:
            wait_until(lambda: done.count() == len(others), 50)
        finally:
            release.set()
            connection.close()

    asked()
    threads = [threading.Thread(target=t) for t in (hold, release_when_the_others_are_done)]
    threads[0].start()
    assert locked.wait(300)
    threads[1].start()
    process = execute_next()
    for thread in threads:
        thread.join(300)

    assert process.result == "6 retried."
    assert retries()[first.pk] == 1
