"""Whatever is sent, the answer is one that the description names, never a fault of ours."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alumio.component_schema import reached_by
from connectors import api as connectors
from routes import api as routes
from scheduler import api as scheduler
from tests.world import make_route
from transformers import api as transformers

pytestmark = pytest.mark.django_db

BOUNDED = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
VIEWS = {
    "incomings": connectors.Incomings,
    "outgoings": connectors.Outgoings,
    "routes": routes.Routes,
    "connections": connectors.Connections,
    "entity-schemas": transformers.EntitySchemas,
    "storages": connectors.Storages,
    "transformers": transformers.SavedTransformers,
    "scheduled-jobs": scheduler.ScheduledJobs,
}
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
    | st.sampled_from(["", "x", "${A}", "&{a}", "\x00", "2026-01-01", "*", "a" * 300, 10**30])
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)


def components(registry, depth: int = 2):
    """Specs of known components with any values where their settings are, nested a little."""

    def parameters(component):
        fields = component.Parameters.base_fields
        return st.fixed_dictionaries(
            {}, optional={name: values(field, depth) for name, field in fields.items()}
        )

    known = [
        st.fixed_dictionaries(
            {"prototype": st.just(each.prototype)}, optional={"parameters": parameters(each)}
        )
        for each in registry
    ]
    return st.one_of(*known) if known else anything


def values(field, depth: int = 2):
    nested = reached_by(type("Form", (), {"base_fields": {"x": field}}))
    if not nested or depth == 0:
        return anything
    one = components(nested[0], depth - 1)
    return anything | one | st.lists(one, max_size=2)


def bodies(form_class):
    fields = {n: values(f) for n, f in form_class.base_fields.items() if n != "revision"}
    return (
        st.fixed_dictionaries(
            {"name": st.just("N")}, optional={n: s for n, s in fields.items() if n != "name"}
        )
        | anything
    )


@pytest.mark.parametrize("path", VIEWS)
def test_a_configuration_is_stored_or_refused(path, editor):
    @BOUNDED
    @given(body=bodies(VIEWS[path].form))
    def send(body):
        answer = editor.post(path, body)
        assert answer.status_code in (201, 400, 409)
        if answer.status_code == 201:
            found = editor.get(f"{path}/{answer.body['identifier']}")
            assert found.status_code == 200
            assert editor.put(f"{path}/{answer.body['identifier']}", found.body).status_code == 200

    send()


@BOUNDED
@given(body=anything | st.fixed_dictionaries({"filter": anything}))
def test_tasks_are_changed_or_the_request_refused(body, editor):
    assert editor.post("tasks/retry", body).status_code in (200, 400)


@BOUNDED
@given(
    name=st.sampled_from(["status", "route", "created_after", "identifier", "cursor", "page_size"]),
    value=st.text(max_size=30),
)
def test_any_filter_is_answered_or_refused(name, value, viewer):
    answer = viewer.client.get("/api/v1/tasks", {name: value})
    assert answer.status_code in (200, 400)


@BOUNDED
@given(body=anything)
def test_a_run_is_queued_or_refused(body, editor, monkeypatch):
    route = make_route()
    assert editor.post(f"routes/{route.identifier}/run", body).status_code in (202, 400)


@BOUNDED
@given(body=st.binary(max_size=50))
def test_any_bytes_are_read_or_refused(body, editor):
    assert editor.post("storages", body).status_code in (201, 400)
