"""The map: which systems send what to which, over which routes, and how each is doing."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alumio.overview.layout import column, rows_of
from alumio.overview.map import Map, Wanted
from connectors.models import Connection, Incoming
from scheduler.models import ScheduledJob
from scheduler.webhooks.models import Webhook
from tests.pages.rows import make_process, make_task
from tests.world import make_incoming, make_outgoing, make_route

pytestmark = pytest.mark.django_db

CLIENT = {"prototype": "http-client", "parameters": {}}


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def make_connection(name) -> Connection:
    return Connection(name=name, client=CLIENT).store()


def http(name, client, uri="/x", **fields) -> Incoming:
    parameters = {"client": client, "request": {"uri": uri}}
    subscriber = {"prototype": "http-subscriber", "parameters": parameters}
    return Incoming(name=name, subscriber=subscriber, **fields).store()


def ways(graph: Map) -> set[tuple[str, str]]:
    return {(node.name, other.name) for node in graph.nodes.values() for other in node.next}


def names(graph: Map, wanted: str) -> list[str]:
    return [node.name for name, _, nodes in graph.columns if name == wanted for node in nodes]


def test_an_empty_instance_says_what_the_map_will_show(viewer, editor):
    assert "Nothing to map yet" in viewer.open("/map/").text
    assert "Create a new route" not in viewer.open("/map/").text
    assert "/routes/builder/new/" in editor.open("/map/").text


def test_a_route_joins_its_systems_over_its_ends():
    shop = make_connection("Shop")
    incoming = http("Orders", shop.identifier)
    route = make_route(incoming=incoming)

    graph = Map()

    assert ways(graph) == {
        ("Shop", "Orders"),
        ("Orders", route.name),
        (route.name, route.outgoing.name),
        (route.outgoing.name, "Fake target"),
    }


def test_ends_of_the_same_connection_share_a_system():
    shop = make_connection("Shop")
    for name in ("Orders", "Products"):
        http(name, shop.identifier)

    assert names(Map(), "source") == ["Shop"]


def test_without_a_connection_the_host_is_the_system():
    http("Orders", None, "https://api.example.com/orders?page=1")

    assert names(Map(), "source") == ["api.example.com"]


def test_each_node_leads_to_its_page(viewer):
    shop = make_connection("Shop")
    route = make_route(incoming=http("Orders", shop.identifier))

    text = viewer.open("/map/").text

    for kind, it in (
        ("connections", shop),
        ("incomings", route.incoming),
        ("routes", route),
        ("outgoings", route.outgoing),
    ):
        assert f'href="/{kind}/{it.identifier}/edit/"' in text


def test_scheduled_jobs_stand_at_what_they_start(viewer):
    route, other = make_route(), make_route()
    then = [{"job": "export", "route": other.identifier}]
    ScheduledJob(
        name="Nightly", job="import", incoming=route.incoming, expression="0 3 * * *", then=then
    ).store()

    nodes = Map().nodes

    assert [t.name for t in nodes[f"incoming:{route.incoming.identifier}"].triggers] == ["Nightly"]
    assert [t.name for t in nodes[f"route:{other.identifier}"].triggers] == ["Nightly"]
    assert not nodes[f"route:{route.identifier}"].triggers
    assert "Nightly" in viewer.open("/map/").text


def test_webhooks_stand_at_the_incomings_that_read_their_calls():
    incoming = make_incoming()
    Webhook(name="Shop calls", incomings=[incoming.identifier]).store()
    Webhook(name="Off", incomings=[incoming.identifier], enabled=False).store()

    node = Map().nodes[f"incoming:{incoming.identifier}"]

    assert [trigger.name for trigger in node.triggers] == ["Shop calls"]


def test_numbers_of_a_route_count_for_all_that_it_joins():
    outgoing = make_outgoing()
    for statuses in (("new", "failed"), ("retry", "finished")):
        route = make_route(outgoing=outgoing)
        for status in statuses:
            make_task(route, status)

    node = Map().nodes[f"outgoing:{outgoing.identifier}"]

    assert (node.open, node.failed) == (2, 1)


def test_a_route_shows_its_health_and_that_it_runs(viewer):
    route = make_route()
    make_process(route, "failed", result="The target is down.")
    make_process(route, "running", slot=0)

    text = viewer.open("/map/").text

    assert "The last export failed: The target is down." in text
    assert "Runs now" in text


def test_words_find_whole_ways_by_any_name_along_them():
    shop, other = make_connection("Webshop"), make_connection("Other")
    found = make_route(incoming=http("Orders", shop.identifier))
    make_route(incoming=http("Prices", other.identifier))

    graph = Map(Wanted(words="WEBSHOP"))

    assert names(graph, "route") == [found.name]
    assert names(graph, "source") == ["Webshop"]
    assert names(graph, "outgoing") == [found.outgoing.name]


def test_a_way_can_be_chosen_by_system_and_by_health():
    shop = make_connection("Shop")
    well, ill = make_route(incoming=http("Orders", shop.identifier)), make_route()
    make_process(ill, "failed")

    assert names(Map(Wanted(system=f"connection-{shop.pk}")), "route") == [well.name]
    assert names(Map(Wanted(colour="red")), "route") == [ill.name]


def test_what_no_route_joins_is_on_the_map_too():
    lonely = make_incoming()

    assert names(Map(), "incoming") == [lonely.name]


def test_a_search_without_a_way_says_so(viewer):
    make_route()

    assert "No way matches" in viewer.open("/map/?q=nothing-like-it").text


def test_the_numbers_are_renewed_by_themselves(viewer):
    route = make_route()
    make_task(route, "failed")

    text = viewer.open("/map/numbers/").text

    assert f'id="live-route:{route.identifier}"' in text
    assert "1 failed tasks" in text


def test_rest_gives_the_same_graph(viewer):
    route = make_route()

    nodes = viewer.client.get("/api/v1/map").json()["nodes"]

    by_key = {node["key"]: node for node in nodes}
    assert by_key[f"incoming:{route.incoming.identifier}"]["next"] == [f"route:{route.identifier}"]
    assert by_key[f"route:{route.identifier}"]["health"] == "grey"
    assert viewer.client.get("/api/v1/map?other=1").status_code == 400


def test_many_routes_take_no_more_queries_than_one(viewer):
    make_route()
    few = queries()
    for _ in range(10):
        route = make_route()
        make_task(route, "failed")

    assert queries() <= few + 1


def queries() -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        Map()
    return len(captured)


def test_no_two_nodes_of_a_column_stand_in_one_row():
    assert rows_of({"a": 0, "b": 0, "c": 0.4, "d": 7}) == {"a": 0, "b": 1, "c": 2, "d": 7}


def test_a_node_stands_in_the_middle_of_what_it_leads_to():
    rows = {"r0": 0, "r1": 1, "r2": 2}

    assert column(rows, {"all": ["r0", "r1", "r2"], "none": []}, 3) == {"all": 1, "none": 3}
