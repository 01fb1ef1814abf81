"""The answer to a COMMIT that got lost with the connection: what was committed counts, once."""

import pytest
from django.db import OperationalError

from tasks import settle
from tasks.claim import claim
from tasks.models import Message
from tasks.outcome import DELIVERED, ERROR, Outcome
from tasks.pipeline import import_entities
from tasks.run import Run
from tasks.settle import Settler
from tests.world import make_route, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def lose_answer(monkeypatch):
    """The next group is committed, and its settler does not learn of it."""
    write, answers = Settler._write, iter([OperationalError("the connection was cut")])

    def losing(self, *args):
        before = self.run.counts.copy()
        write(self, *args)
        for error in answers:
            self.run.counts = before
            raise error

    monkeypatch.setattr(settle.Settler, "_write", losing)


def settled(route, results) -> Run:
    import_entities(route.incoming)
    run = Run()
    run.id = 7
    settler = Settler(route, run, lambda tasks: None)
    for task, result in zip(claim(route.pk, run.id, 10), results, strict=True):
        settler.add(Outcome(task, result))
    settler.flush()
    return run


def test_what_was_committed_counts_and_is_told_once(lose_answer):
    route = make_route(entities=[{"sku": "A"}, {"sku": "B"}])

    run = settled(route, [DELIVERED, ERROR])

    assert statuses(route) == ["finished", "failed"]
    assert run.counts["fenced"] == 0
    assert (run.counts["finished"], run.counts["failed"]) == (1, 1)
    told = Message.objects.exclude(verb="").order_by("id").values_list("verb", flat=True)
    assert list(told) == ["finish", "fail"]
    assert not Message.objects.filter(text__contains="does not count").exists()
