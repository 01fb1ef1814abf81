"""The life of tasks: rules that hold after any sequence of what workers, people, death, time and
changed settings do."""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alumio import database
from routes.models import Route
from scheduler.models import Process
from scheduler.repair import repair_lost
from scheduler.runs import ProcessRun
from tasks import actions
from tasks.claim import claim, give_back
from tasks.models import Message, Task
from tasks.outcome import DELIVERED, DROPPED, ERROR, UNSENT, Outcome
from tasks.pipeline import import_entities
from tasks.settle import Settler
from tasks.status import MACHINE, OPEN, Status
from tests import fakes
from tests.datapath.test_states import MOVES
from tests.world import act_on, later, make_incoming, make_route, make_schema

EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES", 25))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


class Life(RuleBasedStateMachine):
    """Imports, exports, deaths and people, in any order, on a route that retries."""

    @initialize(waiting=st.booleans())
    def begin(self, waiting):
        for model in (Task, Process):
            model.objects.all().delete()
        fakes.fresh()
        schema = Route.objects.first()
        schema = schema.incoming.entity_schema if schema else make_schema()
        incoming = make_incoming([{"sku": n % 3, "n": n} for n in range(6)], schema=schema)
        self.route = make_route(
            incoming=incoming, retry_enabled=True, max_retries=2, waiting_status=waiting
        )
        self.route.newest_wins = False
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
        self.runs[process.pk] = claim(self.route.pk, process.pk, size, self.route.newest_wins)

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
        applied = act_on(verb, Task.objects.filter(status=status))
        assert applied.changed == (before if status in MOVES[verb] else 0)
        assert applied.changed + applied.not_allowed == before

    @rule(
        retries=st.sampled_from([None, 1, 3]),
        retried=st.sets(st.sampled_from(["failed", "skipped"])),
        waiting=st.booleans(),
        newest_wins=st.booleans(),
    )
    def settings_change(self, retries, retried, waiting, newest_wins):
        self.route.retry_enabled, self.route.max_retries = bool(retries), retries or 1
        self.route.retry_statuses = sorted(retried)
        self.route.waiting_status, self.route.newest_wins = waiting, newest_wins

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
            assert task.status in OPEN or task.attempts <= 4 or task.generation > 1

    @invariant()
    def the_history_tells_every_change(self):
        for task in Task.objects.all():
            told = "new"
            for verb, began_at in told_of(task):
                if began_at:
                    assert told in MOVES["claim"]
                    told = "processing"
                assert told in MOVES[verb]
                told = MACHINE[verb].target
            claimed = task.status == "processing" and told in MOVES["claim"]
            assert claimed or told == task.status

    @invariant()
    def nothing_is_lost(self):
        assert Task.objects.count() == self.imported * 6


def told_of(task: Task):
    """The changes of status that the task's log tells of, oldest first."""
    lines = Message.objects.filter(task=task).exclude(verb="").order_by("id")
    return lines.values_list("verb", "began_at")


def test_the_rules_hold_after_any_sequence_of_events():
    Life.TestCase.settings = settings(
        max_examples=EXAMPLES,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    Life.TestCase("runTest").runTest()
