"""Actions on many tasks against workers, against each other and against kills: each task is changed
once or refused with its reason, and none is lost."""

import time
from collections import Counter

import pytest
from django.db.models import F
from django.utils import timezone
from ulid import ULID

from alumio.audit import Actor
from alumio.models import AuditEntry
from scheduler import bulk_actions, queue
from scheduler.execution import execute
from scheduler.models import CHORES, Process, RefusedTask
from tasks import actions
from tasks.choice import Choice
from tasks.models import Message, Payload, Task
from tasks.pipeline import import_entities
from tests.chaos.invariants import broken
from tests.chaos.racers import Racers
from tests.chaos.worker import Worker, wait_until
from tests.world import make_route, statuses

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.slow,
]
NUMBER = 60


def make(route, status: str, number: int) -> None:
    now = timezone.now()
    tasks = Task.objects.bulk_create(
        Task(
            identifier=str(ULID()),
            route=route,
            status=status,
            entity_identifier=str(n),
            created_at=now,
            updated_at=now,
        )
        for n in range(number)
    )
    Payload.objects.bulk_create(Payload(task=task, data="{}") for task in tasks)


def begin_anew(route) -> None:
    """As before the first round, with as many failed tasks."""
    for model in (Message, Payload, Task, RefusedTask, Process, AuditEntry):
        rows = model.objects.all()
        rows._raw_delete(rows.db)
    make(route, "failed", NUMBER)


def changed_once() -> bool:
    """Whether each task was retried once, by its log and by its generation."""
    told = Counter(Message.objects.filter(verb="retry").values_list("task_id", flat=True))
    ids = Task.objects.values_list("id", flat=True)
    generations = set(Task.objects.values_list("generation", flat=True))
    return told == dict.fromkeys(ids, 1) and generations == {2}


# ---------------------------------------------------------------- people against people


def test_of_eight_who_retry_the_same_tasks_at_once_one_changes_each(rounds):
    route = make_route()

    def step(racer, round):
        choice = Choice.matching({"status": ["failed"]} if racer % 2 else {})
        done = actions.act("retry", choice, Actor(f"admin {racer}"))
        return done.changed, done.not_allowed, dict(done.refused)

    with Racers(8, step) as racers:
        for _ in range(rounds):
            begin_anew(route)
            answers = racers.run_round()
            assert sum(changed for changed, _, _ in answers) == NUMBER
            assert all(
                set(refused) <= {"new"} and changed + number in (0, NUMBER)
                for changed, number, refused in answers
            )
            assert changed_once()
    assert broken() == []


def test_who_retries_and_who_skips_share_the_tasks_between_them(rounds):
    """A retried task may be skipped and a skipped one retried: what each was told adds up."""
    route = make_route()

    def step(racer, round):
        verb = "retry" if racer % 2 else "skip"
        done = actions.act(verb, Choice.matching({}), Actor(f"admin {racer}"))
        return verb, done.changed, done.not_allowed

    with Racers(6, step) as racers:
        for _ in range(rounds):
            begin_anew(route)
            answers = racers.run_round()
            for verb in ("retry", "skip"):
                told = sum(changed for name, changed, _ in answers if name == verb)
                assert told == Message.objects.filter(verb=verb).count()
            assert all(changed + refused == NUMBER for _, changed, refused in answers)
            retried = Message.objects.filter(verb="retry").count()
            assert sum(Task.objects.values_list(F("generation") - 1, flat=True)) == retried
    assert broken() == []


def test_of_eight_who_confirm_the_same_action_at_once_all_get_one_process(rounds, monkeypatch):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 10)
    route = make_route()

    def step(racer, round):
        return actions.act("retry", Choice.matching({}), Actor(f"admin {racer}")).process

    with Racers(8, step) as racers:
        for _ in range(rounds):
            begin_anew(route)
            processes = set(racers.run_round())
            assert processes == set(Process.objects.values_list("pk", flat=True))
            assert len(processes) == AuditEntry.objects.count() == 1
            execute(queue.start_next("worker", CHORES))
            assert Process.objects.get().result == f"{NUMBER} retried."
            assert changed_once()


def test_two_processes_over_the_same_tasks_change_each_once(rounds, monkeypatch):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 10)
    monkeypatch.setattr(bulk_actions, "PART", {"postgresql": 7, "sqlite": 7})
    route = make_route()

    def step(racer, round):
        execute(queue.start_next(f"worker-{racer}", CHORES))

    with Racers(2, step) as racers:
        for _ in range(rounds):
            begin_anew(route)
            for criteria in ({}, {"status": ["failed"]}):
                actions.act("retry", Choice.matching(criteria), Actor("admin"))
            racers.run_round()
            counted = sum((Counter(p.counts) for p in Process.objects.all()), Counter())
            assert counted == {"changed": NUMBER, "not_allowed_new": NUMBER}
            assert RefusedTask.objects.filter(status="new").count() == NUMBER
            assert changed_once()
    assert broken() == []


# ---------------------------------------------------------------- people against workers


def test_retries_and_skips_while_a_worker_delivers_lose_and_double_nothing(
    scene, deliveries, monkeypatch
):
    """Every retry that was told of is one more generation, and every delivery has its own key."""
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 50)
    number = 400
    route = scene(number, pause=0.001, requests_in_flight=4)
    import_entities(route.incoming)

    with Worker("busy"):

        def go_on_acting():
            queue.enqueue(route, "person")
            for verb in ("retry", "skip"):
                actions.act(verb, Choice.matching({}), Actor("admin"))

        retried = Message.objects.filter(verb="retry")
        wait_until(lambda: retried.count() > 3 * number, 120, go_on_acting)
        wait_until(lambda: all_quiet(route), 120)

    told = Counter(Message.objects.filter(verb="retry").values_list("task_id", flat=True))
    tasks = Task.objects.filter(route=route)
    assert dict(tasks.values_list("id", "generation")) == {
        id: 1 + told[id] for id in tasks.values_list("id", flat=True)
    }
    changed = Process.objects.filter(job="bulk", status="finished", arguments__verb="retry")
    assert sum(p.counts["changed"] for p in changed) == told.total() > 0
    assert set(statuses(route)) <= {"finished", "skipped"}
    finishes = Message.objects.filter(verb="finish").count()
    assert len({key for keys in deliveries.keys().values() for key in keys}) == finishes
    assert broken() == []


def all_quiet(route) -> bool:
    """Whether nothing is queued or runs; what is due is queued."""
    if Process.objects.filter(status__in=["scheduled", "running"]).exists():
        return False
    if Task.objects.filter(route=route, status="new").exists():
        queue.enqueue(route, "person")
        return False
    return True


def test_a_worker_killed_at_random_over_an_action_changes_each_task_once(records):
    """The action goes on in one process after the other until all is done."""
    route, number = make_route(enabled=False), 40 * records
    make(route, "failed", number)
    asked = actions.act("retry", Choice.matching({}), Actor("admin"))

    with Worker("chaos-1") as worker:
        while not Task.objects.exclude(status="failed").exists():
            time.sleep(0.01)
        for _ in range(3):
            worker.kill()
            time.sleep(1.5)
        wait_until(lambda: not Process.objects.exclude(status__in=["finished", "failed"]), 120)

    ended = Process.objects.order_by("id").last()
    print(f"\n{worker.kills} kills, {Process.objects.count()} processes")
    assert Process.objects.get(pk=asked.process).status == "failed"
    assert (ended.status, ended.result) == ("finished", f"{number:,} retried.")
    assert changed_once()
    assert broken() == []
