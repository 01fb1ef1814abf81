"""Bulk actions as processes: frozen at the click, judged row by row, resumed, stopped, told."""

import threading
import time
from collections import Counter

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from ulid import ULID

from alumio.audit import Actor
from alumio.models import AuditEntry
from scheduler import bulk_actions, queue
from scheduler.execution import execute
from scheduler.models import ChosenPart, Process, RefusedTask
from scheduler.repair import kill, repair_lost
from scheduler.runs import ProcessRun
from tasks import actions
from tasks.choice import Choice
from tasks.models import Message, Task
from tests.scheduler.running import execute_next
from tests.world import make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
ADMIN = Actor("admin@example.com", via="page")


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Five tasks are many, and a part has two."""
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(bulk_actions, "PART", {"postgresql": 2, "sqlite": 2})
    monkeypatch.setattr(bulk_actions, "PAUSE", 0.01)


@pytest.fixture
def route():
    return make_route()


def make(route, *wanted, **fields) -> list[Task]:
    now = timezone.now()
    return Task.objects.bulk_create(
        Task(
            identifier=str(ULID()),
            route=route,
            status=status,
            created_at=now,
            updated_at=now,
            **fields,
        )
        for status in wanted
    )


def asked(verb="retry", **criteria) -> actions.Queued:
    done = actions.act(verb, Choice.matching(criteria), ADMIN)
    assert isinstance(done, actions.Queued)
    return done


def retries() -> Counter:
    """How often each task was retried, by its log."""
    return Counter(Message.objects.filter(verb="retry").values_list("task_id", flat=True))


# ---------------------------------------------------------------- what it does


def test_many_tasks_are_changed_by_a_process_and_each_change_is_noted(route):
    tasks = make(route, *["failed"] * 7)

    asked(status=["failed"])
    process = execute_next()

    assert (process.status, process.result) == ("finished", "7 retried.")
    assert (process.done, process.total, process.title) == (7, 7, "Retry 7 tasks")
    assert statuses(route) == ["new"] * 7
    assert retries() == {task.pk: 1 for task in tasks}
    message = Message.objects.first()
    assert (message.text, message.process) == ("Retried by admin@example.com.", process.pk)
    assert not ChosenPart.objects.exists()


def test_up_to_the_limit_everything_is_changed_at_once(route):
    make(route, *["failed"] * 5)

    done = actions.act("retry", Choice.matching({}), ADMIN)

    assert (done.changed, done.not_allowed) == (5, 0)
    assert not Process.objects.exists()


def test_what_a_status_does_not_allow_is_counted_by_status_and_kept_by_name(route):
    make(route, *["failed"] * 4)
    refused = make(route, "processing", "waiting", "waiting", entity_identifier="order-1")

    asked()
    process = execute_next()

    assert process.result == "4 retried, 3 not allowed: 1 processing, 2 waiting."
    assert process.counts == {
        "changed": 4,
        "not_allowed_processing": 1,
        "not_allowed_waiting": 2,
    }
    kept = RefusedTask.objects.filter(process=process)
    assert list(kept.values_list("identifier", "route_id", "entity_identifier", "status")) == [
        (task.identifier, route.pk, "order-1", task.status) for task in refused
    ]


def test_of_very_many_refused_tasks_the_first_are_kept(route, monkeypatch):
    monkeypatch.setattr(bulk_actions, "MOST_KEPT", 3)
    make(route, *["new"] * 8)

    asked()
    process = execute_next()

    assert process.counts["not_allowed_new"] == 8
    assert process.refused_tasks.count() == 3


@pytest.mark.parametrize("verb", ["skip", "mark-finished", "mark-failed"])
def test_each_verb_goes_the_same_way(route, verb):
    rule = actions.VERBS[verb]
    make(route, *[rule.sources[0]] * 6)

    asked(verb)
    execute_next()

    assert statuses(route) == [rule.target] * 6


def test_real_time_routes_are_woken_at_the_end():
    route = make_route(realtime=True)
    make(route, *["failed"] * 6)

    asked()
    execute_next()

    assert Process.objects.get(trigger="realtime").route == route


# ---------------------------------------------------------------- frozen at the click


def test_neither_what_arrives_nor_what_begins_to_match_later_is_touched(route):
    make(route, *["failed"] * 6)
    [waiting] = make(route, "waiting")
    asked(status=["failed"])
    make(route, "failed")
    Task.objects.filter(pk=waiting.pk).move("mark-failed")

    execute_next()

    assert statuses(route) == ["new"] * 6 + ["failed", "failed"]


def test_what_meanwhile_has_another_status_than_was_asked_for_is_refused_with_it(route):
    first, *_ = make(route, *["failed"] * 6)
    asked(status=["failed"])
    actions.apply("retry", Task.objects.filter(pk=first.pk), "somebody else")
    Task.objects.filter(pk=first.pk).move("claim")
    Task.objects.filter(pk=first.pk).move("finish")

    process = execute_next()

    assert process.result == "5 retried, 1 not allowed: 1 finished."
    assert retries()[first.pk] == 1


def test_a_task_that_is_gone_meanwhile_counts_as_not_found(route):
    first, *_ = make(route, *["failed"] * 6)
    asked()
    first.delete()

    assert execute_next().result == "5 retried, 1 not allowed: 1 not found."


# ---------------------------------------------------------------- twice


def test_the_same_action_gives_the_same_process_while_it_waits_or_runs(route):
    make(route, *["failed"] * 6)

    first = asked(status=["failed"])
    again = asked(status=["failed"])
    process = queue.start_next("worker")
    while_running = asked(status=["failed"])
    execute(process)

    assert not first.already
    assert again == while_running == actions.Queued(first.process, already=True)
    assert AuditEntry.objects.get().process == first.process
    assert set(retries().values()) == {1}


def test_switching_the_duplicate_check_off_does_not_double_an_action(route, settings):
    settings.ALUMIO_PREVENT_DUPLICATE_JOBS = False
    make(route, *["failed"] * 6)

    assert asked().process == asked().process


def test_another_verb_or_filter_is_another_action_and_each_task_changes_once(route):
    make(route, *["failed"] * 6)

    one, other = asked(status=["failed"]), asked()
    ended = [execute_next(), execute_next()]

    assert one.process != other.process
    assert [process.result for process in ended] == [
        "6 retried.",
        "0 retried, 6 not allowed: 6 new.",
    ]


def test_an_action_that_has_ended_can_be_asked_for_again(route):
    make(route, *["failed"] * 6)
    first = asked()
    execute_next()

    assert asked().process != first.process


# ---------------------------------------------------------------- stopped, killed, cut off


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
    make(route, *["failed"] * 8)
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
    make(route, *["failed"] * 6, "waiting")
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
def test_killed_in_the_middle_of_a_part_it_repeats_and_forgets_nothing(
    route, part, monkeypatch, let_expire
):
    tasks = make(route, *["failed"] * 6, "waiting")

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
    make(route, *["failed"] * 6)
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


def test_one_that_was_not_heard_of_for_a_lease_leaves_its_parts_to_who_goes_on(
    route, monkeypatch, let_expire
):
    """Its worker was suspended, and knows by its own clock that it is too late, before anybody
    else gave the process up."""
    make(route, *["failed"] * 6)
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


def test_one_that_a_person_stopped_is_not_taken_up_again_after_a_kill(route, let_expire):
    make(route, *["failed"] * 6)
    asked()
    process = queue.start_next("worker")
    queue.request_stop(process, "somebody")
    let_expire(process)

    repair_lost()

    assert Process.objects.get().status == "failed"
    assert not ChosenPart.objects.exists()


def test_a_database_that_is_away_for_a_moment_doubles_nothing(route, monkeypatch):
    make(route, *["failed"] * 6)

    def go_away():
        raise OperationalError("The connection was closed.")

    asked()
    after(2, go_away, monkeypatch)

    assert execute_next().result == "6 retried."
    assert set(retries().values()) == {1}


def test_an_answer_to_a_commit_that_got_lost_doubles_nothing(route, monkeypatch):
    """The part was committed, but we do not hear of it and try again."""
    make(route, *["failed"] * 6)
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

    monkeypatch.setattr(bulk_actions, "transaction", Deaf)
    execute(process)

    process.refresh_from_db()
    assert lost
    assert (process.result, process.counts) == ("6 retried.", {"changed": 6})


def test_one_that_is_skipped_leaves_nothing_behind(route):
    make(route, *["failed"] * 6)
    process = Process.objects.get(pk=asked().process)

    assert queue.skip(process, "somebody")

    assert not ChosenPart.objects.exists()
    assert statuses(route) == ["failed"] * 6


# ---------------------------------------------------------------- beside workers


def test_what_somebody_holds_at_that_moment_is_waited_for_without_keeping_the_rest(route):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no rows.")
    first, *others = make(route, *["failed"] * 6)
    locked, release = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                Task.objects.select_for_update().get(pk=first.pk)
                locked.set()
                assert release.wait(30)
        finally:
            connection.close()

    def release_when_the_others_are_done():
        try:
            while Task.objects.filter(status="new").count() < len(others):
                time.sleep(0.01)
        finally:
            release.set()
            connection.close()

    asked()
    threads = [threading.Thread(target=t) for t in (hold, release_when_the_others_are_done)]
    threads[0].start()
    assert locked.wait(30)
    threads[1].start()
    process = execute_next()
    for thread in threads:
        thread.join(30)

    assert process.result == "6 retried."
    assert retries()[first.pk] == 1
