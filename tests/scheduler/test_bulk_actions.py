"""Bulk actions as processes: frozen at the click, judged row by row, told, and never doubled."""

import pytest

from alumio.models import AuditEntry
from scheduler import bulk_actions, queue
from scheduler.execution import execute
from scheduler.models import ChosenPart, Process, RefusedTask
from tasks import actions
from tasks.choice import Choice
from tasks.models import Message, Task
from tests.scheduler.acting import ADMIN, asked, retries
from tests.scheduler.running import execute_next
from tests.world import act_on, make_route, make_tasks, statuses

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("small_parts"),
]


# ---------------------------------------------------------------- what it does


def test_many_tasks_are_changed_by_a_process_and_each_change_is_noted(route):
    tasks = make_tasks(route, *["failed"] * 7)

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
    make_tasks(route, *["failed"] * 5)

    done = actions.act("retry", Choice.matching({}), ADMIN)

    assert (done.changed, done.not_allowed) == (5, 0)
    assert not Process.objects.exists()


def test_what_a_status_does_not_allow_is_counted_by_status_and_kept_by_name(route):
    make_tasks(route, *["failed"] * 4)
    refused = make_tasks(route, "processing", "waiting", "waiting", entity_identifier="order-1")

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
    make_tasks(route, *["new"] * 8)

    asked()
    process = execute_next()

    assert process.counts["not_allowed_new"] == 8
    assert process.refused_tasks.count() == 3


@pytest.mark.parametrize("verb", ["skip", "mark-finished", "mark-failed"])
def test_each_verb_goes_the_same_way(route, verb):
    rule = actions.VERBS[verb]
    make_tasks(route, *[rule.sources[0]] * 6)

    asked(verb)
    execute_next()

    assert statuses(route) == [rule.target] * 6


def test_real_time_routes_are_woken_at_the_end():
    route = make_route(realtime=True)
    make_tasks(route, *["failed"] * 6)

    asked()
    execute_next()

    assert Process.objects.get(trigger="retry").route == route


# ---------------------------------------------------------------- frozen at the click


def test_neither_what_arrives_nor_what_begins_to_match_later_is_touched(route):
    make_tasks(route, *["failed"] * 6)
    [waiting] = make_tasks(route, "waiting")
    asked(status=["failed"])
    make_tasks(route, "failed")
    Task.objects.filter(pk=waiting.pk).move("mark-failed")

    execute_next()

    assert statuses(route) == ["new"] * 6 + ["failed", "failed"]


def test_what_meanwhile_has_another_status_than_was_asked_for_is_refused_with_it(route):
    first, *_ = make_tasks(route, *["failed"] * 6)
    asked(status=["failed"])
    act_on("retry", Task.objects.filter(pk=first.pk), "somebody else")
    Task.objects.filter(pk=first.pk).move("claim")
    Task.objects.filter(pk=first.pk).move("finish")

    process = execute_next()

    assert process.result == "5 retried, 1 not allowed: 1 finished."
    assert retries()[first.pk] == 1


def test_a_task_that_is_gone_meanwhile_counts_as_not_found(route):
    first, *_ = make_tasks(route, *["failed"] * 6)
    asked()
    first.delete()

    assert execute_next().result == "5 retried, 1 not allowed: 1 not found."


# ---------------------------------------------------------------- twice


def test_the_same_action_gives_the_same_process_while_it_waits_or_runs(route):
    make_tasks(route, *["failed"] * 6)

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
    make_tasks(route, *["failed"] * 6)

    assert asked().process == asked().process


def test_another_verb_or_filter_is_another_action_and_each_task_changes_once(route):
    make_tasks(route, *["failed"] * 6)

    one, other = asked(status=["failed"]), asked()
    ended = [execute_next(), execute_next()]

    assert one.process != other.process
    assert [process.result for process in ended] == [
        "6 retried.",
        "0 retried, 6 not allowed: 6 new.",
    ]


def test_an_action_that_has_ended_can_be_asked_for_again(route):
    make_tasks(route, *["failed"] * 6)
    first = asked()
    execute_next()

    assert asked().process != first.process
