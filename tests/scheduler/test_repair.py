"""Repair: what happens to the work of a process that is not heard of any more."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from scheduler import execution, queue
from scheduler.execution import execute
from scheduler.models import Process
from scheduler.repair import kill, repair_lost
from scheduler.resuming import MAX_CUT_OFF
from tasks import pipeline
from tasks.claim import claim
from tasks.models import Task
from tasks.outcome import DELIVERED, Outcome
from tasks.settle import Settler
from tests.scheduler.running import (
    dying_with,
    execute_next,
    executed,
    let_expire,
    route_with_tasks,
    started,
    unattended,
)
from tests.world import act_on, make_route, statuses, texts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


class Crash(BaseException):
    """Stands for the end of a worker: nothing of ours handles it."""


def test_a_lost_process_is_failed_and_its_tasks_are_due_again_with_their_attempts():
    route = route_with_tasks(3)
    process, _tasks = dying_with(route)
    let_expire(process)

    assert repair_lost() == 1

    process.refresh_from_db()
    assert (process.status, process.slot) == ("failed", None)
    assert process.result.startswith("Lost: its worker died")
    assert process.counts == {"interrupted": 3}
    assert statuses(route) == ["new"] * 3
    assert set(Task.objects.values_list("attempts", "deaths", "held_by")) == {(0, 1, None)}
    assert texts(Task.objects.first(), "export") == ["The worker died; the task is due again."]


def test_a_healthy_process_is_left_alone():
    route = route_with_tasks(2)
    process, _ = dying_with(route)

    assert repair_lost() == 0

    process.refresh_from_db()
    assert process.status == "running"
    assert statuses(route) == ["processing"] * 2


def test_repairing_twice_changes_nothing_more():
    route = route_with_tasks(1)
    process, _ = dying_with(route)
    let_expire(process)
    repair_lost()

    assert repair_lost() == 0
    assert Task.objects.get().deaths == 1
    assert Process.objects.filter(status="scheduled").count() == 1


def test_only_tasks_that_can_have_been_under_way_are_blamed():
    route = route_with_tasks(120, requests_in_flight=4)
    process, _ = dying_with(route, 120)
    let_expire(process)

    repair_lost()

    deaths = list(Task.objects.order_by("id").values_list("deaths", flat=True))
    assert deaths == [1] * 54 + [0] * 66
    assert set(statuses(route)) == {"new"}


def test_the_third_death_over_a_task_fails_it():
    route = route_with_tasks(2)
    for _ in range(3):
        process, _tasks = dying_with(route)
        let_expire(process)
        repair_lost()
        Process.objects.filter(status="scheduled").delete()

    poison, other = Task.objects.order_by("id")
    assert (poison.status, poison.deaths) == ("failed", 3)
    assert "died while processing this task, for the third time" in texts(poison, "export")[-1]
    assert (poison.cause.step, poison.cause.text[:15]) == ("worker", "The worker died")
    assert other.cause is None
    assert (other.status, other.deaths) == ("new", 1)


def test_a_task_over_which_a_process_died_is_claimed_alone():
    route = route_with_tasks(60)
    process, _ = dying_with(route, 60)
    let_expire(process)
    repair_lost()

    first = claim(route.pk, 1, 200)
    Task.objects.filter(held_by=1).move("finish")
    sizes = [len(first)]
    while tasks := claim(route.pk, 1, 200):
        Task.objects.filter(held_by=1).move("finish")
        sizes.append(len(tasks))

    assert [task.deaths for task in first] == [1]
    assert sizes == [1] * 51 + [9]


def test_a_person_who_retries_a_poisonous_task_gives_it_three_lives_again():
    route_with_tasks(1)
    Task.objects.update(status="failed", deaths=3)

    act_on("retry", Task.objects.all(), "ann@example.com")

    assert Task.objects.get().deaths == 0


def test_a_lost_import_goes_on_at_its_cursor_and_neither_loses_nor_doubles(source, monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 3)
    route = make_route()
    pages = [[{"sku": f"{page}-{n}"} for n in range(3)] for page in range(4)]
    source["pages"] = [*pages[:2], crashing(pages[2]), pages[3]]
    process = started(route.incoming)
    with pytest.raises(Crash):
        execute(process)
    let_expire(process)
    source["pages"] = pages

    repair_lost()
    resumed = execute_next()

    assert (resumed.resumes, resumed.trigger, resumed.status) == (process, "resume", "finished")
    assert source["fetched"] == [0, 1, 2, 1, 2, 3]
    skus = [t.payload.data for t in Task.objects.order_by("id").select_related("payload")]
    assert skus == [f'{{"sku":"{page}-{n}"}}' for page in range(4) for n in range(3)]


def crashing(records):
    yield records[0]
    raise Crash


def test_an_import_that_is_lost_in_the_middle_of_a_page_goes_on_there(source, monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 2)
    route = make_route()
    page = [{"sku": str(n)} for n in range(7)]
    source["pages"] = [crashing_after(page, 5)]
    process = started(route.incoming, worker="w")
    with pytest.raises(Crash):
        execute(process)
    assert Task.objects.count() == 4
    source["pages"] = [page]

    repair_lost("w")
    execute_next()

    skus = [t.payload.data for t in Task.objects.order_by("id").select_related("payload")]
    assert skus == [f'{{"sku":"{n}"}}' for n in range(7)]


def crashing_after(records, number):
    yield from records[:number]
    raise Crash


def test_a_lost_export_goes_on_with_the_rest_of_its_limit():
    route = route_with_tasks(10)
    process = started(route, limit=6)
    Process.objects.filter(pk=process.pk).update(counts={"finished": 4}, done=4)
    let_expire(process)

    repair_lost()

    assert Process.objects.get(status="scheduled").limit == 2


def test_what_somebody_asked_to_stop_is_not_resumed():
    process = started(make_route().incoming)
    queue.request_stop(process)
    let_expire(process)

    repair_lost()

    assert not Process.objects.filter(status="scheduled").exists()


def test_what_was_disabled_meanwhile_is_not_resumed():
    route = make_route()
    process = started(route)
    route.enabled = False
    route.store()
    let_expire(process)

    assert repair_lost() == 1
    assert not Process.objects.filter(status="scheduled").exists()


def test_what_dies_three_times_before_it_does_anything_is_not_tried_again():
    route = make_route()
    process = started(route.incoming)
    for _ in range(3):
        let_expire(process)
        repair_lost()
        last, process = process, queue.start_next("worker")

    assert process is None
    last.refresh_from_db()
    assert "3 times in a row before anything was done" in last.result


def test_what_the_database_cuts_off_again_and_again_goes_on_for_longer(monkeypatch):
    process = started(make_route().incoming)

    def cut_off(*args):
        raise OperationalError("the database system is shutting down")

    monkeypatch.setattr(execution, "import_entities", cut_off)
    for turn in range(MAX_CUT_OFF):
        assert process, turn
        execute(process)
        process = queue.start_next("worker")

    assert process is None
    assert set(Process.objects.values_list("status", flat=True)) == {"failed"}


def test_a_worker_that_starts_again_takes_up_at_once_what_ran_under_its_name():
    mine, others = route_with_tasks(1), route_with_tasks(1)
    process = started(mine, worker="worker-1")
    claim(mine.pk, process.pk, 10)
    other = started(others, worker="worker-2")
    claim(others.pk, other.pk, 10)

    assert repair_lost("worker-1") == 1

    assert (statuses(mine), statuses(others)) == (["new"], ["processing"])


def test_a_rest_that_is_queued_already_is_not_queued_twice():
    route = route_with_tasks(1)
    process = started(route)
    waiting = queue.enqueue(route, "schedule").process
    let_expire(process)

    assert repair_lost() == 1
    assert list(Process.objects.filter(status="scheduled")) == [waiting]


def test_everything_is_delivered_once_after_a_repair(target):
    route = route_with_tasks(5)
    process, _ = dying_with(route, 3)
    let_expire(process)
    repair_lost()

    execute_next()

    assert statuses(route) == ["finished"] * 5
    assert sorted(r["sku"] for r in target.received) == ["0", "1", "2", "3", "4"]
    assert executed(route).result == "Nothing to do."


def test_a_process_that_is_killed_by_hand_frees_its_place_and_its_tasks_at_once():
    route = route_with_tasks(2)
    process, _tasks = dying_with(route)

    assert kill(process, "anna@example.com")

    process.refresh_from_db()
    assert (process.status, process.slot) == ("killed", None)
    assert process.result == "Killed by anna@example.com."
    assert statuses(route) == ["new", "new"]
    assert not Task.objects.filter(deaths__gt=0).exists()
    assert not kill(process, "anna@example.com")


def test_what_a_killed_process_claims_before_it_knows_is_settled_and_nothing_else(target):
    route = route_with_tasks(3)
    process = started(route)
    kill(process, "anna@example.com")

    execute(process)
    executed(route)

    process.refresh_from_db()
    assert process.status == "killed"
    assert statuses(route) == ["finished"] * 3
    assert sorted(r["sku"] for r in target.received) == ["0", "1", "2"]


def test_what_a_killed_process_claimed_before_its_worker_died_is_due_again():
    route = route_with_tasks(2)
    process = started(route)
    kill(process, "anna@example.com")
    claim(route.pk, process.pk, 2)

    repair_lost()
    assert statuses(route) == ["processing"] * 2  # its worker may still be at it
    Process.objects.filter(pk=process.pk).update(ended_at=timezone.now() - timedelta(hours=1))
    repair_lost()

    assert statuses(route) == ["new"] * 2


def test_what_a_killed_process_settles_afterwards_does_not_count():
    route = route_with_tasks(1)
    process, [task] = dying_with(route)
    kill(process, "anna@example.com")

    settler = Settler(route, unattended(process), lambda tasks: None)
    settler.add(Outcome(task, DELIVERED))
    settler.flush()

    assert statuses(route) == ["new"]
