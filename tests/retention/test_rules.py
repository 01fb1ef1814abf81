"""The rules of retention: which tasks go, and that everything of them goes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routes.models import Route
from scheduler import records
from tasks import counts
from tasks.models import Cause, Memory, Message, Payload, PayloadVersion, Task
from tasks.pipeline import import_entities
from tasks.retention import shares, tallies
from tasks.status import Status
from tests.retention.making import left, make_task, prune, rule, set_rules
from tests.world import make_incoming, make_route, make_schema, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_tasks_go_by_the_age_of_their_last_change_and_younger_ones_stay():
    set_rules(rule("finished", days=30))
    route = make_route()
    make_task(route, days=31)
    young = make_task(route, days=29)
    changed = make_task(route, days=1, created_at=timezone.now() - timedelta(days=90))

    process = prune()

    assert left(route) == [young.identifier, changed.identifier]
    assert process.counts["finished tasks"] == 1
    assert process.result == "Removed finished tasks (1); 10 bytes of entity data."


def test_all_that_belongs_to_a_task_goes_with_it():
    set_rules(rule("finished", days=30))
    route = make_route()
    make_task(route, days=31)
    young = make_task(route, days=1)

    prune()

    for belonging, number in ((Payload, 1), (PayloadVersion, 1), (Message, 2)):
        assert list(belonging.objects.values_list("task", flat=True)) == [young.pk] * number


def test_of_each_route_the_newest_are_kept_and_those_beyond_go():
    set_rules(rule("finished", number=2))
    one, other = make_route(), make_route()
    tasks = [make_task(one) for _ in range(4)]
    failed = make_task(one, "failed")
    alone = make_task(other)

    prune()

    assert left(one) == [tasks[2].identifier, tasks[3].identifier, failed.identifier]
    assert left(other) == [alone.identifier]


def test_a_task_goes_if_either_age_or_number_says_so():
    set_rules(rule("finished", days=30, number=2))
    route = make_route()
    young = [make_task(route) for _ in range(2)]
    make_task(route, days=31)

    prune()

    assert left(route) == [young[1].identifier]


def test_a_status_without_a_rule_is_kept_for_ever():
    set_rules(rule("finished", days=1))
    route = make_route()
    for status in Status:
        make_task(route, status, days=5_000)

    prune()

    assert statuses(route) == [status for status in Status if status != "finished"]


@pytest.mark.parametrize("status", ["new", "retry", "waiting"])
def test_open_tasks_go_only_where_a_rule_names_them(status):
    set_rules(rule("finished", days=1), rule(status, days=1))
    route = make_route()
    make_task(route, status, days=2)

    process = prune()

    assert statuses(route) == []
    assert process.counts[f"{status} tasks"] == 1


def test_a_task_that_is_processing_never_goes_whatever_is_stored_as_a_rule():
    set_rules(rule("processing", days=1, number=0))
    route = make_route()
    make_task(route, "processing", days=5_000)

    prune()

    assert statuses(route) == ["processing"]


def test_a_rule_of_the_route_replaces_the_instances_rule_for_its_status_alone():
    set_rules(rule("finished", days=30), rule("failed", days=30))
    route = make_route(retention=[rule("finished", days=90)])
    make_task(route, days=91)
    kept = make_task(route, days=60)
    make_task(route, "failed", days=60)

    prune()

    assert left(route) == [kept.identifier]


def test_a_route_can_keep_for_ever_what_the_instance_removes():
    set_rules(rule("finished", days=30))
    route = make_route(retention=[rule("finished")])
    make_task(route, days=5_000)

    process = prune()

    assert statuses(route) == ["finished"]
    assert process.result == "Nothing was due."


def test_an_entity_that_was_not_delivered_is_sent_again_after_its_task_has_gone(source, target):
    set_rules(rule("failed", days=30), rule("finished", days=30), rule("new", days=30))
    route = make_route(incoming=make_incoming(schema=make_schema()), unchanged="ignore")
    source["pages"] = [[{"sku": "failed"}, {"sku": "new"}, {"sku": "finished"}]]
    import_entities(route.incoming)
    long_ago = timezone.now() - timedelta(days=31)
    for task in Task.objects.all():
        Task.objects.filter(pk=task.pk).update(status=task.entity_identifier, updated_at=long_ago)

    prune()
    assert statuses(route) == []
    assert list(Memory.objects.values_list("entity_identifier", "task")) == [("finished", None)]

    import_entities(route.incoming)

    assert set(Task.objects.values_list("entity_identifier", flat=True)) == {"failed", "new"}


def test_causes_go_when_no_task_has_them_any_more(monkeypatch):
    set_rules(rule("failed", days=30))
    route, seen = make_route(), timezone.now() - timedelta(days=60)
    gone, kept, fresh = (
        Cause.objects.create(digest=text, text=text, first_seen_at=moment)
        for text, moment in (("gone", seen), ("kept", seen), ("fresh", timezone.now()))
    )
    make_task(route, "failed", days=31, cause=gone)
    make_task(route, "failed", days=1, cause=kept)

    prune()
    monkeypatch.setattr(records, "RETIREMENT", timedelta(minutes=-1))
    process = prune()

    assert set(Cause.objects.all()) == {kept, fresh}
    assert process.counts["causes"] == 1


def test_a_cause_that_a_failing_task_found_just_before_it_went_stays_with_the_task(monkeypatch):
    cause = Cause.objects.create(
        digest="old", text="Down", first_seen_at=timezone.now() - timedelta(days=60)
    )
    task = make_task(make_route(), "processing")

    prune()
    Task.objects.filter(pk=task.pk).move("fail", cause=cause.pk)
    monkeypatch.setattr(records, "RETIREMENT", timedelta(minutes=-1))
    prune()

    assert Task.objects.get().cause.text == "Down"
    assert not Cause.objects.filter(digest="old").exists()


def test_the_counters_know_what_went():
    set_rules(rule("finished", days=30))
    route = make_route()
    for _ in range(3):
        make_task(route, days=31)
    make_task(route)

    prune()

    assert counts.by_route() == {route.pk: {"finished": 1}}
    assert counts.bytes_by_route() == {route.pk: 10}


# ---------------------------------------------------------------- any rules, any tasks

RULES = st.dictionaries(
    st.sampled_from([s for s in Status if s != "processing"]),
    st.tuples(st.none() | st.integers(1, 4), st.none() | st.integers(0, 3)),
)
TASKS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(list(Status)), st.integers(0, 5)), max_size=25
)


def as_rows(rules: dict) -> list[dict]:
    return [rule(status, days, number) for status, (days, number) in rules.items()]


def naively(tasks: list[Task], routes: list[Route], everywhere: dict, own: dict) -> set[int]:
    """What is to stay, by the words of the rules, task by task."""
    kept = set()
    for task in tasks:
        rules = everywhere | (own if task.route == routes[1] else {})
        days, number = rules.get(task.status, (None, None))
        age = timezone.now() - task.updated_at
        newer = [
            other
            for other in tasks
            if (other.route, other.status) == (task.route, task.status) and other.pk > task.pk
        ]
        too_old = days is not None and age > timedelta(days=days)
        too_many = number is not None and len(newer) >= number
        if not (too_old or too_many):
            kept.add(task.pk)
    return kept


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(everywhere=RULES, own=RULES, drawn=TASKS)
def test_exactly_what_the_rules_say_goes_whatever_rules_and_tasks_there_are(everywhere, own, drawn):
    Task.objects.all().delete()
    Route.objects.all().delete()
    set_rules(*as_rows(everywhere))
    routes = [make_route(), make_route(retention=as_rows(own))]
    tasks = [make_task(routes[n], status, days=days + 0.5) for n, status, days in drawn]
    stays = naively(tasks, routes, everywhere, own)
    counts.forget()
    foretold = sum(tally.number for tally in tallies(shares(timezone.now())).values())

    process = prune()

    assert set(Task.objects.values_list("pk", flat=True)) == stays
    assert set(Payload.objects.values_list("task", flat=True)) == stays
    assert sum(process.counts.values()) == foretold == len(tasks) - len(stays)
