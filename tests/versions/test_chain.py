"""The chain of versions, whatever people save: each holds what was saved, in their order."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from alumio import jsontext
from alumio.audit import Actor
from tasks import versions
from tasks.models import Payload, Task
from tasks.pipeline import import_entities
from tasks.tree import pretty
from tasks.versions import Change, Stale
from tests.world import make_incoming, make_route, make_schema

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # A database keeps no half of a surrogate pair, and neither does JSON.
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner),
    max_leaves=8,
)
saves = st.lists(
    st.tuples(values, st.sampled_from(["newest", "newest", "older"]), st.booleans()), max_size=6
)


class Chain(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(values, saves)
    def test_each_version_holds_what_was_saved_and_the_newest_is_the_data(self, imported, wanted):
        route = make_route(
            incoming=make_incoming([{"sku": "A", "x": imported}], schema=make_schema())
        )
        import_entities(route.incoming)
        task, expected = Task.objects.get(route=route), [{"sku": "A", "x": imported}]
        generation, refused = task.generation, []

        for value, base, retry in wanted:
            data, number = {"sku": "A", "x": value}, len(expected)
            Task.objects.filter(pk=task.pk).move("skip")
            change = Change(data, number if base == "newest" else number - 1, "why", retry)
            try:
                made = versions.save(task_again(task), change, Actor("ana"))
            except Stale:
                refused.append(base)
                continue
            generation += retry
            if made.number > number:
                expected.append(data)

        task = task_again(task)
        assert set(refused) <= {"older"}
        chain = [versions.find(task, number) for number in range(1, len(expected) + 1)]
        assert [v.data for v in chain] == [jsontext.dumps(data) for data in expected]
        assert versions.find(task, len(expected) + 1) is None
        assert Payload.objects.get(task=task).data == chain[-1].data
        assert task.size == len(chain[-1].data.encode())
        assert (task.generation, task.entity_identifier) == (generation, "A")
        assert all(one.data != two.data for one, two in pairwise(chain))


@given(values)
def test_what_the_editor_shows_is_the_same_data_when_it_is_saved(value):
    text = jsontext.dumps(value)

    shown = pretty(jsontext.loads(text)).replace("\n", "\r\n")

    assert jsontext.dumps(jsontext.loads(shown)) == text


def task_again(task) -> Task:
    return Task.objects.select_related("route").get(pk=task.pk)
