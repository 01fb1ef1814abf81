"""What the nodes of a saved route say of the last hour, and what it costs to ask."""

import pytest
from django.core.cache import cache

from connectors.errors import SubscriberError
from tasks.models import Cause, Task
from tests.builder.drafting import Builder, of
from tests.fakes import TARGET, FakeSubscriber
from tests.pages.making import incoming
from tests.scheduler.running import executed
from tests.world import make_route

pytestmark = pytest.mark.django_db
MOST_QUERIES = 35


@pytest.fixture(autouse=True)
def _counted_anew():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def saved():
    TARGET.refused = {"bad"}
    route = make_route(entities=[{"sku": "a"}, {"sku": "b"}, {"sku": "bad"}])
    executed(route.incoming)
    executed(route)
    cache.clear()
    return route


def live(builder: Builder) -> str:
    return builder.person.open(f"{builder.base}live/").text


def test_nodes_tell_what_arrived_was_delivered_and_went_wrong(editor, saved):
    text = live(of(editor, saved))

    assert "<b>3</b> arrived" in text
    assert "<b>2</b> finished" in text
    assert "<b>1</b> failed" in text
    assert "The target is down." in text
    assert text.count('class="live-run"') == 2


def test_why_a_run_failed_is_told_to_its_last_word_and_leads_to_the_run(editor, monkeypatch):
    route = make_route()
    reason = f"{'The source refuses the key that it was given. ' * 6}Renew it, then run this again."
    monkeypatch.setattr(FakeSubscriber, "subscribe", refusing(reason))
    process = executed(route.incoming)

    text = live(of(editor, route))

    assert reason in text
    assert f'class="live-error" href="/processes/{process.pk}/"' in text


def test_why_a_task_failed_is_told_in_its_own_words_and_not_in_those_of_its_cause(editor, saved):
    task = Task.objects.get(status="failed")
    Cause.objects.filter(pk=task.cause_id).update(text="It is … and … is the cure.")

    text = live(of(editor, saved))

    assert "The target is down." in text
    assert "is the cure" not in text


def refusing(reason: str):
    def subscribe(self, context, cursor=None):
        raise SubscriberError(reason)

    return subscribe


def test_an_end_that_is_not_saved_yet_shows_no_numbers_of_the_one_before_it(editor, saved):
    other, builder = incoming(), of(editor, saved)
    builder.post("choose", at="choose/incoming", saved=other.identifier)

    text = live(builder)

    assert 'id="live-incoming"' not in text
    assert 'id="live-outgoing"' in text


def test_asking_costs_the_same_however_many_tasks_there_are(
    editor, saved, django_assert_max_num_queries
):
    builder = of(editor, saved)

    with django_assert_max_num_queries(MOST_QUERIES):
        live(builder)
