"""Where a configuration is used: on its page, before deleting it, and over REST."""

import pytest

from connectors.models import Connection, Incoming, Outgoing, Storage
from scheduler.models import Maintenance, ScheduledJob
from tests.world import make_incoming, make_outgoing, make_route, make_schema
from transformers.models import SavedTransformer

pytestmark = pytest.mark.django_db

CLIENT = {"prototype": "http-client", "parameters": {}}


def http(client: str) -> dict:
    return {
        "prototype": "http-subscriber",
        "parameters": {"client": client, "request": {"uri": "/x"}},
    }


def publish(client: str) -> dict:
    return {
        "prototype": "http-publisher",
        "parameters": {"client": client, "request": {"uri": "/x"}},
    }


def page_of(configuration) -> str:
    return f"/{configuration.kind}s/{configuration.identifier}/"


@pytest.fixture
def shop():
    return Connection(name="Shop", client=CLIENT).store()


def test_each_kind_names_what_uses_it_with_a_link(viewer):
    saved = SavedTransformer(name="Tidy", step={"prototype": "chain", "parameters": {}}).store()
    schema = make_schema()
    incoming = make_incoming(schema=schema, transformers=[saved.identifier])
    route = make_route(incoming=incoming)
    job = ScheduledJob(name="Nightly", job="export", route=route, expression="0 3 * * *").store()

    for used, user in (
        (saved, incoming),
        (schema, incoming),
        (incoming, route),
        (route.outgoing, route),
        (route, job),
    ):
        namespace = {"entity-schema": "/entity-schemas/"}.get(used.kind, f"/{used.kind}s/")
        text = viewer.open(f"{namespace}{used.identifier}/edit/").text

        assert f'href="/{user.kind}s/{user.identifier}/edit/"' in text, used.kind
        assert user.name in text


def test_a_storage_names_the_end_that_reads_it(editor):
    storage = Storage(name="Seen").store()
    subscriber = {"prototype": "storage-subscriber", "parameters": {"storage": "seen"}}
    Incoming(name="Kept orders", subscriber=subscriber).store()

    refused = editor.post("/storages/seen/delete/")

    assert refused.status_code == 409
    assert "Kept orders" in refused.content.decode()
    assert Storage.objects.filter(pk=storage.pk).exists()


def test_a_scheduled_job_that_a_maintenance_window_holds_back_is_kept(editor):
    job = ScheduledJob(
        name="Nightly", job="export", route=make_route(), expression="0 3 * * *"
    ).store()
    Maintenance(
        name="Christmas", date="2026-12-24", start="22:00", minutes=60, jobs=[job.identifier]
    ).store()

    refused = editor.post(f"/scheduled-jobs/{job.identifier}/delete/")

    assert refused.status_code == 409
    assert "Christmas" in refused.content.decode()


def test_a_route_that_follows_in_a_job_is_kept(editor):
    first, second = make_route(), make_route()
    then = [{"job": "export", "route": second.identifier}]
    ScheduledJob(name="Both", job="export", route=first, expression="0 3 * * *", then=then).store()

    refused = editor.post(f"/routes/{second.identifier}/delete/")

    assert refused.status_code == 409
    assert "Both" in refused.content.decode()


def test_rest_refuses_to_delete_what_is_used_and_names_the_users(editor, shop):
    Incoming(name="Orders", subscriber=http("shop")).store()

    answer = editor.client.delete("/api/v1/connections/shop")

    assert answer.status_code == 409
    assert "incoming “Orders” (Subscriber › Connection)" in answer.json()["detail"]
    assert answer.json()["uses"] == [
        {
            "kind": "incoming",
            "identifier": "orders",
            "name": "Orders",
            "where": "Subscriber › Connection",
        }
    ]


def test_rest_tells_what_uses_one_and_which_routes_a_change_touches(viewer, shop):
    incoming = Incoming(name="Orders", subscriber=http("shop")).store()
    outgoing = Outgoing(name="Stock", publisher=publish("shop")).store()
    fetching, sending = make_route(incoming=incoming), make_route(outgoing=outgoing)
    make_route()

    answer = viewer.client.get("/api/v1/connections/shop/used-by").json()

    assert {use["name"] for use in answer["uses"]} == {"Orders", "Stock"}
    assert [route["name"] for route in answer["routes"]] == [fetching.name, sending.name]


def test_the_page_of_a_trigger_does_not_wait_for_something_to_use_it(editor):
    ScheduledJob(
        name="Nightly", job="import", incoming=make_incoming(), expression="0 3 * * *"
    ).store()

    page = editor.open("/scheduled-jobs/nightly/edit/").text

    assert "Used by" not in page
    assert "History" in page


def test_what_nothing_uses_says_so_and_can_go(editor, shop):
    assert "Nothing yet." in editor.open("/connections/shop/edit/").text
    assert editor.client.get("/api/v1/connections/shop/used-by").json() == {
        "uses": [],
        "routes": [],
    }
    assert editor.client.delete("/api/v1/connections/shop").status_code == 204


def test_the_page_says_how_many_routes_a_change_touches(editor):
    outgoing = make_outgoing()
    routes = [make_route(outgoing=outgoing) for _ in range(4)]

    text = editor.open(f"/outgoings/{outgoing.identifier}/edit/").text

    assert "used by 4 routes" in text
    assert routes[0].name in text
    assert "and 1 more" in text


def test_a_saved_step_inside_a_saved_step_reaches_the_routes_of_both(viewer):
    inner = SavedTransformer(name="Inner", step={"prototype": "chain", "parameters": {}}).store()
    chain = {"prototype": "chain", "parameters": {"transformers": [inner.identifier]}}
    outer = SavedTransformer(name="Outer", step=chain).store()
    route = make_route(transformers=[outer.identifier])

    answer = viewer.client.get("/api/v1/transformers/inner/used-by").json()

    assert [use["name"] for use in answer["uses"]] == ["Outer"]
    assert [each["name"] for each in answer["routes"]] == [route.name]


def test_what_starts_a_route_does_not_make_it_touched():
    from alumio.usage import routes_reached

    route = make_route()
    job = ScheduledJob(name="J", job="export", route=route, expression="0 3 * * *").store()
    Maintenance(
        name="M", date="2026-12-24", start="22:00", minutes=60, jobs=[job.identifier]
    ).store()

    assert routes_reached(job) == []
    assert routes_reached(route.outgoing) == [route]
