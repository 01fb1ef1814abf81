"""Two who want the same task at once: an edit and a claim, two editors, an edit and a retry."""

import threading

import pytest
from django.db import connections

from alumio import jsontext
from alumio.audit import Actor
from tasks import versions
from tasks.claim import claim
from tasks.models import Payload, Task
from tasks.pipeline import import_entities
from tasks.versions import Change, NotAllowed, Stale
from tests.versions.conftest import SHOES
from tests.world import act_on, make_failed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

ROUNDS = 15


def at_once(*works) -> list:
    """What each answers, or the refusal that it raises; all begin at the same moment."""
    answers, start = [None] * len(works), threading.Barrier(len(works))

    def run(place, work):
        try:
            start.wait(120)
            answers[place] = work()
        except (NotAllowed, Stale) as refusal:
            answers[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return answers


def saving(task, name, base, who="ana", retry=False):
    """Saves on top of a version, from what the person's page was drawn from."""
    change = Change(SHOES | {"name": name}, base, retry=retry)
    return lambda: versions.save(task, change, Actor(who))


def test_a_claim_has_all_of_an_edit_or_the_edit_is_refused(route):
    import_entities(route.incoming)
    task = Task.objects.select_related("route").get()
    Task.objects.filter(pk=task.pk).move("skip")
    before, outcomes = dict(SHOES), set()

    for number in range(ROUNDS):
        Task.objects.filter(pk=task.pk, status="processing").move("drop")
        Task.objects.filter(pk=task.pk).move("retry")
        task = Task.objects.select_related("route").get()
        base = versions.number_of(task)

        saved, claimed = at_once(
            saving(task, f"Boots {number}", base), lambda: claim(route.pk, 1, 10)
        )

        stored = jsontext.loads(Payload.objects.get().data)
        if isinstance(saved, NotAllowed):
            assert stored == before
        else:
            assert stored == SHOES | {"name": f"Boots {number}"}
        for each in claimed:
            assert jsontext.loads(each.data) == stored
        outcomes.add(type(saved).__name__)
        before = stored
    assert outcomes <= {"Version", "NotAllowed"}


def test_of_two_editors_one_saves_and_the_other_sees_both(failed):
    task = Task.objects.select_related("route").get(pk=failed.pk)

    for number in range(1, ROUNDS):
        answers = at_once(
            saving(task, f"Ana {number}", number, "ana"),
            saving(task, f"Bob {number}", number, "bob"),
        )

        saved = [answer for answer in answers if not isinstance(answer, Exception)]
        stale = [answer for answer in answers if isinstance(answer, Stale)]
        assert (len(saved), len(stale)) == (1, 1)
        assert saved[0].number == number + 1
        assert stale[0].current.data == saved[0].data == Payload.objects.get().data


def test_of_two_retries_with_other_data_one_counts(route):
    task = make_failed(route)

    for _ in range(ROUNDS):
        Task.objects.filter(pk=task.pk, status="new").move("skip")
        task = Task.objects.select_related("route").get()
        base, generation = versions.number_of(task), task.generation

        answers = at_once(
            saving(task, f"Ana {base}", base, "ana", retry=True),
            saving(task, f"Bob {base}", base, "bob", retry=True),
        )

        refused = [answer for answer in answers if isinstance(answer, Exception)]
        task.refresh_from_db()
        assert len(refused) == 1
        assert (task.status, task.generation) == ("new", generation + 1)
        assert versions.number_of(task) == base + 1


def test_a_retry_as_it_is_and_one_with_other_data_are_one_retry(route):
    task = make_failed(route)
    for _ in range(ROUNDS):
        Task.objects.filter(pk=task.pk, status="new").move("skip")
        task = Task.objects.select_related("route").get()
        base, generation = versions.number_of(task), task.generation

        saved, _ = at_once(
            saving(task, f"Ana {base}", base, retry=True),
            lambda: act_on("retry", Task.objects.all(), "bob"),
        )

        task.refresh_from_db()
        assert (task.status, task.generation) == ("new", generation + 1)
        assert isinstance(saved, NotAllowed) == (versions.number_of(task) == base)
