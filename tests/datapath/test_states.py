"""The status machines: exactly the declared moves, and rules that hold after any sequence."""

from collections import Counter

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alumio import database
from routes.models import Route
from scheduler.models import Process
from scheduler.repair import repair_lost
from scheduler.runs import ProcessRun
from scheduler.status import MACHINE as PROCESSES
from scheduler.status import Status as ProcessStatus
from tasks import actions
from tasks.claim import claim, give_back
from tasks.models import Task
from tasks.outcome import DELIVERED, DROPPED, ERROR, UNSENT, Outcome
from tasks.pipeline import import_entities
from tasks.settle import Settler
from tasks.status import MACHINE, OPEN, Status
from tests import fakes
from tests.world import later, make_incoming, make_route, make_schema

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


# ---------------------------------------------------------------- any sequence of events


class Life(RuleBasedStateMachine):
    """Imports, exports, deaths and people, in any order, on a route that retries."""

    @initialize(waiting=st.booleans())
    def begin(self, waiting):
        for model in (Task, Process):
            model.objects.all().delete()
        fakes.SOURCE.update(pages=[], fetched=[], fails_after=None)
        schema = Route.objects.first()
        schema = schema.incoming.entity_schema if schema else make_schema()
        incoming = make_incoming([{"sku": n % 3, "n": n} for n in range(6)], schema=schema)
        self.route = make_route(
            incoming=incoming, retry_enabled=True, max_retries=2, waiting_status=waiting
        )
        self.runs: dict[int, list] = {}
        self.imported = 0

    @rule()
    def imports(self):
        if self.imported < 4:
            import_entities(self.route.incoming)
            self.imported += 1

    @rule(size=st.integers(1, 4))
    def claims(self, size):
        now = database.now()
        process = Process.objects.create(
            job="export",
            route=self.route,
            status="running",
            slot=len(self.runs),
            heartbeat_at=now,
            created_at=now,
            updated_at=now,
        )
        self.runs[process.pk] = claim(self.route.pk, process.pk, size)

    @rule(data=st.data(), result=st.sampled_from([DELIVERED, DROPPED, ERROR, UNSENT]))
    def settles(self, data, result):
        """Any run settles any of the tasks that it believes it holds, also if it was given up."""
        tasks = [(pk, task) for pk, claimed in self.runs.items() for task in claimed]
        if tasks:
            pk, task = data.draw(st.sampled_from(tasks))
            self.runs[pk].remove(task)
            run = ProcessRun(Process.objects.get(pk=pk))
            run._written_at = float("inf")
            settler = Settler(self.route, run, lambda tasks: None)
            settler.add(Outcome(task, result))
            settler.flush()

    @rule(data=st.data())
    def dies(self, data):
        running = list(Process.objects.filter(status="running").values_list("pk", flat=True))
        if running:
            pk = data.draw(st.sampled_from(running))
            Process.objects.filter(pk=pk).update(worker="dead")
            repair_lost("dead")

    @rule(data=st.data())
    def ends(self, data):
        running = list(Process.objects.filter(status="running").values_list("pk", flat=True))
        if running:
            pk = data.draw(st.sampled_from(running))
            Process.objects.filter(pk=pk).move("finish", slot=None)
            give_back(pk)

    @rule(verb=st.sampled_from(sorted(actions.VERBS)), status=st.sampled_from(Status.values))
    def person(self, verb, status):
        before = Task.objects.filter(status=status).count()
        applied = actions.apply(verb, Task.objects.filter(status=status), "somebody")
        assert applied.changed == (before if status in MOVES[verb] else 0)
        assert applied.changed + applied.not_allowed == before

    @rule()
    def time_passes(self):
        later(minutes=10)

    @invariant()
    def held_if_and_only_if_processing(self):
        for status, held_by in Task.objects.values_list("status", "held_by"):
            assert (status == "processing") == (held_by is not None)

    @invariant()
    def one_of_an_entity_in_flight(self):
        flying = Task.objects.filter(status="processing")
        counts = Counter(flying.values_list("entity_identifier", flat=True))
        assert max(counts.values(), default=0) <= 1

    @invariant()
    def nobody_ended_holds_anything(self):
        running = Process.objects.filter(status="running").values_list("pk", flat=True)
        assert not Task.objects.filter(status="processing").exclude(held_by__in=running).exists()

    @invariant()
    def numbers_stay_sane(self):
        for task in Task.objects.all():
            assert 0 <= task.attempts <= task.attempt
            assert task.deaths <= 3
            assert (task.status == "retry") <= (task.next_attempt_at is not None)
            assert task.status in OPEN or task.attempts <= 3 or task.generation > 1

    @invariant()
    def nothing_is_lost(self):
        assert Task.objects.count() == self.imported * 6


def test_the_rules_hold_after_any_sequence_of_events():
    Life.TestCase.settings = settings(
        max_examples=25,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    Life.TestCase("runTest").runTest()
