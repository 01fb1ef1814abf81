"""The status machines: exactly the declared moves, and rules that hold after any sequence."""

import pytest
from django.db import IntegrityError, transaction

from alumio import database
from scheduler.models import Process
from scheduler.status import MACHINE as PROCESSES
from scheduler.status import Status as ProcessStatus
from tasks.models import Task
from tasks.status import MACHINE, Status
from tests.world import make_route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

MOVES = {
    "claim": {"new", "retry"},
    "finish": {"processing"},
    "wait": {"processing"},
    "drop": {"processing"},
    "postpone": {"processing"},
    "fail": {"processing"},
    "release": {"processing"},
    "give up": {"processing"},
    "supersede": {"retry"},
    "skip": {"new", "retry"},
    "retry": {"finished", "failed", "skipped"},
    "mark-finished": {"waiting"},
    "mark-failed": {"waiting"},
}
"""Written out a second time on purpose: a slip in the table would else prove itself."""


def make_task(route, status, **fields) -> Task:
    now = database.now()
    return Task.objects.create(
        identifier=f"{status}-{Task.objects.count()}",
        route=route,
        status=status,
        created_at=now,
        updated_at=now,
        entity_identifier=str(Task.objects.count()),
        **fields,
    )


@pytest.mark.parametrize("verb", MACHINE.verbs)
def test_a_verb_moves_tasks_of_the_statuses_that_allow_it_and_no_others(verb):
    route = make_route()
    tasks = {status: make_task(route, status) for status in Status.values}

    moved = {status for status, task in tasks.items() if Task.objects.filter(pk=task.pk).move(verb)}

    assert moved == MOVES[verb]
    for status, task in tasks.items():
        task.refresh_from_db()
        assert task.status == (MACHINE[verb].target if status in moved else status)


def test_the_verbs_are_those_that_were_meant():
    assert set(MACHINE.verbs) == set(MOVES)


def test_what_was_rejected_moves_no_more():
    assert not [verb for verb in MACHINE.verbs.values() if "rejected" in verb.sources]
    assert not [verb for verb in MACHINE.verbs.values() if verb.target == "rejected"]


@pytest.mark.parametrize("verb", [v for v in MACHINE.verbs if v != "claim"])
def test_whoever_leaves_processing_is_held_by_nobody(verb):
    route = make_route()
    task = make_task(
        route, sorted(MOVES[verb])[0], held_by=7 if "processing" in MOVES[verb] else None
    )

    Task.objects.filter(pk=task.pk).move(verb)

    task.refresh_from_db()
    assert task.held_by is None


@pytest.mark.parametrize("verb", PROCESSES.verbs)
def test_a_process_moves_only_forward_and_its_end_is_final(verb):
    allowed = {"start": {"scheduled"}, "skip": {"scheduled"}}.get(verb, {"running"})
    now = database.now()
    moved = set()
    for status in ProcessStatus.values:
        process = Process.objects.create(
            job="export", route=make_route(), status=status, created_at=now, updated_at=now
        )
        if Process.objects.filter(pk=process.pk).move(verb):
            moved.add(status)

    assert moved == allowed


def test_two_tasks_of_one_entity_cannot_be_stored_in_processing():
    route = make_route()
    first, second = make_task(route, "new"), make_task(route, "new")
    Task.objects.update(entity_identifier="same")
    Task.objects.filter(pk=first.pk).move("claim", held_by=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=second.pk).move("claim", held_by=2)
