"""The history of a task: told by its log lines, whatever happened to it."""

from itertools import pairwise

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routes.models import Unchanged
from scheduler.repair import give_up
from tasks import history
from tasks.claim import claim
from tasks.models import Task
from tasks.pipeline import export_tasks, import_entities
from tasks.status import MACHINE
from tests import fakes
from tests.pages.rows import make_process
from tests.world import act_on, keep_where, later, make_outgoing, make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def told(task: Task) -> list[tuple[str, str]]:
    """The changes as (from, to), oldest first."""
    task.refresh_from_db()
    return [(change.source, str(change.target)) for change in history.of(task)]


def imported(**policies) -> Task:
    route = make_route(entities=[{"sku": "A"}], **policies)
    import_entities(route.incoming)
    return Task.objects.get(route=route)


def act(verb: str, task: Task) -> None:
    act_on(verb, Task.objects.filter(pk=task.pk), "ana@example.com")


def test_a_task_that_fails_twice_and_is_retried_by_hand_tells_all_of_it(target):
    task = imported(retry_enabled=True, max_retries=1, retry_interval=5)
    target.down = True
    export_tasks(task.route)
    later(minutes=6)
    export_tasks(task.route)
    act("retry", task)
    target.down = False
    export_tasks(task.route)

    assert told(task) == [
        ("", "new"),
        ("new", "processing"),
        ("processing", "retry"),
        ("retry", "processing"),
        ("processing", "failed"),
        ("failed", "new"),
        ("new", "processing"),
        ("processing", "finished"),
    ]
    changes = history.of(task)
    assert [change.at for change in changes] == sorted(change.at for change in changes)
    assert changes[2].text.startswith("The target is down. Tried again 5 minutes from now")
    assert changes[4].text == "The target is down."
    assert changes[5].by == "ana@example.com"
    assert changes[6].text == "Attempt 3."


def test_what_the_outgoing_filters_out_says_why():
    task = imported(outgoing=make_outgoing([keep_where("sku", "B")]))

    export_tasks(task.route)

    assert told(task)[-1] == ("processing", "skipped")
    assert "filtered the entity out" in history.of(task)[-1].text


def test_what_was_rejected_says_why():
    task = imported(max_entity_bytes=3)

    assert told(task) == [("", "rejected")]
    assert "at most 3 are allowed" in history.of(task)[0].text


def test_an_unchanged_entity_comes_in_as_skipped_and_can_be_retried():
    first = imported(unchanged=Unchanged.SKIP)
    export_tasks(first.route)
    import_entities(first.route.incoming)
    task = Task.objects.exclude(pk=first.pk).get()

    assert told(task) == [("", "skipped")]
    assert "nchanged since task" in history.of(task)[0].text
    act("retry", task)
    assert told(task) == [("", "skipped"), ("skipped", "new")]


def test_a_task_in_processing_is_shown_as_claimed_by_its_process():
    task = imported()
    process = make_process(task.route, "running", slot=0)
    claim(task.route_id, process.pk, 10)
    task.refresh_from_db()

    change = history.of(task)[-1]

    assert (change.source, change.target, change.process) == ("new", "processing", process.pk)
    assert change.is_going_on
    assert change.at == task.updated_at


def test_a_task_given_back_by_the_repair_names_the_process_that_died():
    task = imported()
    process = make_process(task.route, "running", slot=0)
    claim(task.route_id, process.pk, 10)

    give_up(process, Q(pk=process.pk))

    last = history.of(Task.objects.get())[-1]
    assert (last.source, last.target, last.process) == ("processing", "new", process.pk)
    assert "The worker died" in last.text


def test_the_histories_of_many_tasks_take_as_many_queries_as_that_of_one(
    django_assert_max_num_queries,
):
    route = make_route(entities=[{"sku": str(n)} for n in range(20)])
    import_entities(route.incoming)
    export_tasks(route)
    tasks = list(Task.objects.all())

    with django_assert_max_num_queries(4):
        found = history.of_many(tasks)

    assert len(found) == 20
    assert all(len(changes) == 3 for changes in found.values())


EVENTS = ("deliver", "fail", "wait", "retry", "skip", "mark-finished", "mark-failed", "pass")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(EVENTS), max_size=12))
def test_whatever_happens_the_history_is_a_chain_of_allowed_moves_that_ends_where_the_task_is(
    events,
):
    task = imported(retry_enabled=True, max_retries=2, retry_interval=5)

    for event in events:
        happen(event, task)

    task.refresh_from_db()
    changes = history.of(task)
    for before, after in pairwise(changes):
        assert after.source == str(before.target)
        assert after.source in MACHINE[after.verb].sources
        assert after.target == MACHINE[after.verb].target
    assert changes[-1].target == task.status


def happen(event: str, task: Task) -> None:
    if event in ("deliver", "fail", "wait"):
        fakes.TARGET.down = event == "fail"
        type(task.route).objects.filter(pk=task.route_id).update(waiting_status=event == "wait")
        export_tasks(type(task.route).objects.get(pk=task.route_id))
    elif event == "pass":
        later(minutes=6)
    else:
        act(event, task)
