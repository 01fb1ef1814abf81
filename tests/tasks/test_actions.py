"""What people do to tasks: retry, skip and mark, by the rules of the status machine."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alumio.audit import Actor
from connectors.models import Incoming, Outgoing
from routes.models import Route
from tasks import actions
from tasks.choice import Choice
from tasks.models import Message, Task
from tasks.status import MACHINE, Status
from tests.world import act_on, make_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def route():
    nothing = {"prototype": "nothing", "parameters": {}}
    incoming = Incoming(name="In", subscriber=nothing).store()
    outgoing = Outgoing(name="Out", publisher=nothing).store()
    return Route(name="Route", incoming=incoming, outgoing=outgoing).store()


def test_each_verb_changes_exactly_the_statuses_that_allow_it(route):
    for verb, rule in actions.VERBS.items():
        Task.objects.all().delete()
        tasks = make_tasks(route, *Status.values)

        applied = act_on(verb, Task.objects.all())

        assert applied.changed == len(rule.sources)
        assert set(applied.refused) == set(Status.values) - set(rule.sources)
        for task in tasks:
            before = task.status
            task.refresh_from_db()
            assert task.status == (rule.target if before in rule.sources else before)


def test_only_verbs_of_persons_can_be_applied():
    assert set(actions.VERBS) == {"retry", "skip", "mark-finished", "mark-failed"}
    assert set(actions.DONE) == set(actions.VERBS)
    with pytest.raises(KeyError):
        act_on("claim", Task.objects.all())
    assert MACHINE["claim"].actor == "process"


def test_a_retry_starts_afresh_with_a_new_idempotency_key(route):
    [task] = make_tasks(route, "failed", attempts=3, deaths=2, attempt=4)
    before = task.idempotency_key

    act_on("retry", Task.objects.all())

    task.refresh_from_db()
    assert (task.status, task.attempts, task.deaths, task.generation) == ("new", 0, 0, 2)
    assert task.attempt == 4
    assert task.idempotency_key != before


def test_a_skip_keeps_the_generation(route):
    [task] = make_tasks(route, "new")

    act_on("skip", Task.objects.all())

    task.refresh_from_db()
    assert (task.status, task.generation) == ("skipped", 1)


def test_a_change_is_noted_on_the_task_that_changed_and_on_no_other(route):
    failed, new = make_tasks(route, "failed", "new")

    act_on("retry", Task.objects.all(), "admin@example.com")

    [message] = Message.objects.all()
    assert message.task_id == failed.pk
    assert (message.phase, message.level) == ("export", 250)
    assert message.text == "Retried by admin@example.com."
    assert not new.messages.exists()


def test_a_filter_that_no_longer_matches_what_has_changed_still_reaches_all(route):
    make_tasks(route, *["failed"] * 5)

    applied = act_on("retry", Task.objects.filter(status="failed"))

    assert (applied.changed, applied.not_allowed) == (5, 0)
    assert Task.objects.filter(status="new").count() == 5


def test_unknown_identifiers_count_as_not_allowed(route):
    failed, finished, waiting = make_tasks(route, "failed", "finished", "waiting")
    wanted = [failed.identifier, failed.identifier, finished.identifier, waiting.identifier, "X"]

    applied = actions.act("retry", Choice.named(wanted), Actor("somebody"))

    assert applied.words("retry") == "2 retried, 2 not allowed: 1 waiting, 1 not found."


def test_the_number_of_queries_does_not_grow_with_the_tasks(route):
    def queries(count):
        Task.objects.all().delete()
        make_tasks(route, *["failed"] * count)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            act_on("retry", Task.objects.all())
        return len(captured)

    assert queries(3) == queries(30)


def test_a_retry_on_a_real_time_route_asks_for_an_export_at_once(route, monkeypatch):
    asked = []
    monkeypatch.setattr(actions, "woken", [asked.extend])
    make_tasks(route, "failed")
    act_on("retry", Task.objects.all())
    assert asked == []

    Route.objects.update(realtime=True)
    make_tasks(route, "failed")
    act_on("retry", Task.objects.filter(status="failed"))

    assert asked == [route]
