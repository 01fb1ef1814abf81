"""Pruning beside others: people who retry, imports, a kill in the middle, a second prune."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from scheduler import queue
from scheduler.execution import execute
from scheduler.models import Process
from scheduler.repair import repair_lost
from scheduler.runs import ProcessRun
from tasks import prune
from tasks.models import Memory, Message, Payload, Task
from tasks.retention import shares, spans
from tasks.run import Run
from tests.retention.making import left, make_task, queue_prune, rule, set_rules
from tests.retention.making import prune as pruned
from tests.scheduler.running import let_expire, queued
from tests.world import act_on, make_incoming, make_route, make_schema, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


@pytest.fixture
def old_tasks():
    set_rules(rule("finished", days=30))
    route = make_route()
    return route, [make_task(route, days=31) for _ in range(5)]


def beside(work) -> threading.Thread:
    """Do something on a connection of its own."""

    def on_its_own():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=on_its_own)
    thread.start()
    return thread


def test_a_task_that_was_retried_after_the_prune_began_stays(old_tasks, monkeypatch):
    route, tasks = old_tasks
    chosen = Task.objects.filter(pk=tasks[2].pk)
    monkeypatch.setattr(prune, "CHUNK", 1)
    removed = prune._remove

    def retry_meanwhile(*arguments):
        if not Task.objects.filter(pk=tasks[0].pk).exists():
            act_on("retry", chosen)
        return removed(*arguments)

    monkeypatch.setattr(prune, "_remove", retry_meanwhile)

    pruned()

    assert left(route) == [tasks[2].identifier]
    assert statuses(route) == ["new"]
    assert Payload.objects.filter(task=tasks[2]).exists()


@only_postgresql
def test_what_a_person_is_changing_at_this_moment_is_passed_over_without_waiting(old_tasks):
    route, tasks = old_tasks
    locked, go_on = threading.Event(), threading.Event()

    def retry_slowly():
        with transaction.atomic():
            act_on("retry", Task.objects.filter(pk=tasks[1].pk))
            locked.set()
            go_on.wait(300)

    person = beside(retry_slowly)
    assert locked.wait(300)
    process = pruned()
    go_on.set()
    person.join()

    assert process.counts["finished tasks"] == 4
    assert (left(route), statuses(route)) == ([tasks[1].identifier], ["new"])
    assert Payload.objects.filter(task=tasks[1]).exists()


@only_postgresql
def test_prunes_and_retries_of_the_same_tasks_share_them_without_losing_data():
    set_rules(rule("finished", days=30))
    route = make_route()
    for _ in range(300):
        make_task(route, days=31)
    retried = []

    def retry_all():
        for start in range(0, 300, 20):
            pks = list(
                Task.objects.order_by("-id").values_list("pk", flat=True)[start : start + 20]
            )
            applied = act_on("retry", Task.objects.filter(pk__in=pks))
            retried.append(applied.changed)

    person = beside(retry_all)
    process = pruned()
    person.join()

    assert statuses(route) == ["new"] * sum(retried)
    assert process.counts.get("finished tasks", 0) == 300 - sum(retried)
    stays = set(Task.objects.values_list("pk", flat=True))
    assert set(Payload.objects.values_list("task", flat=True)) == stays
    assert set(Message.objects.values_list("task", flat=True)) == stays


@only_postgresql
def test_an_import_that_is_writing_an_entitys_memory_is_not_waited_for(old_tasks):
    route, tasks = old_tasks
    memory = Memory.objects.create(
        route=route, entity_identifier="A", digest="d", task=tasks[0], seen_at=tasks[0].created_at
    )
    locked, go_on = threading.Event(), threading.Event()

    def import_slowly():
        with transaction.atomic():
            Memory.objects.filter(pk=memory.pk).update(digest="new")
            locked.set()
            go_on.wait(300)

    writer = beside(import_slowly)
    assert locked.wait(300)
    pruned()
    go_on.set()
    writer.join()
    assert left(route) == [tasks[0].identifier]

    pruned()

    assert left(route) == []
    assert list(Memory.objects.values_list("digest", "task")) == [("new", None)]


def test_a_prune_that_was_killed_goes_on_and_counts_everything_once(old_tasks, monkeypatch):
    route, tasks = old_tasks
    monkeypatch.setattr(prune, "CHUNK", 2)
    process = queue.start(queue_prune(), "worker")

    class Killed(BaseException):
        pass

    def die_after_a_chunk(run):
        if Task.objects.filter(route=route).count() < len(tasks):
            raise Killed

    monkeypatch.setattr(ProcessRun, "check", die_after_a_chunk)
    with pytest.raises(Killed):
        execute(process)
    monkeypatch.undo()
    assert len(left(route)) == 3

    let_expire(process)
    repair_lost()
    resumed = queue.start_next("another worker")
    execute(resumed)
    resumed.refresh_from_db()

    assert resumed.resumes == process
    assert left(route) == []
    assert resumed.counts["finished tasks"] == 5
    assert resumed.result == "Removed finished tasks (5); 50 bytes of entity data."


def test_a_kill_within_a_chunk_undoes_the_whole_chunk(old_tasks, monkeypatch):
    route, _ = old_tasks

    class Killed(BaseException):
        pass

    def die(*arguments):
        raise Killed

    monkeypatch.setattr(Run, "keep", die)
    with pytest.raises(Killed):
        prune.prune(spans(shares(timezone.now())), Run())

    assert len(left(route)) == 5
    assert Payload.objects.count() == 5
    assert Message.objects.count() == 10


def test_a_prune_can_be_stopped_between_two_chunks(old_tasks, monkeypatch):
    route, _ = old_tasks
    monkeypatch.setattr(prune, "CHUNK", 2)
    process = queue.start(queue_prune(), "worker")
    run = ProcessRun(process)
    kept = run.keep

    def ask_to_stop(cursor=None):
        kept(cursor)
        if run.counts["finished tasks"]:
            run.ask_to_stop()

    monkeypatch.setattr(run, "keep", ask_to_stop)

    execute(process, run)

    process.refresh_from_db()
    assert (process.status, process.counts["finished tasks"]) == ("killed", 2)
    assert len(left(route)) == 3


def test_of_two_prunes_at_once_the_second_leaves_the_work_to_the_first(old_tasks):
    route, _ = old_tasks
    first = queue.start(queue_prune(), "one")
    second = queue.start(queue_prune(), "other")
    Process.objects.filter(pk=first.pk).update(total=5)

    execute(second)

    second.refresh_from_db()
    assert second.result == f"Process {first.pk} is doing this already."
    assert len(left(route)) == 5


def run_at_once(process: Process) -> str:
    """Start and execute exactly this one, whatever else waits. Returns how it ended."""
    execute(queue.start(process, "importer"))
    process.refresh_from_db()
    return process.status


def test_imports_of_remembered_entities_and_prunes_do_not_stop_each_other(source):
    set_rules(rule("new", number=0))
    route = make_route(incoming=make_incoming(schema=make_schema()), unchanged="skip")
    records = [{"sku": str(n)} for n in range(40)]
    ended = []

    def import_again_and_again():
        for number in range(6):
            source["pages"] = [[r | {"n": number} for r in records]]
            ended.append(run_at_once(queued(route.incoming)))

    importer = beside(import_again_and_again)
    while importer.is_alive():
        ended.append(pruned().status)
    importer.join()
    ended.append(pruned().status)

    assert set(ended) == {"finished"}
    assert statuses(route) == []
    assert not Memory.objects.exists()
