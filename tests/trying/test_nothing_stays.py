"""After a trial all is as it was: nothing is sent, stored, remembered or queued; and what is shown
gives no secret away."""

import pytest

from alumio import jsontext
from connectors.models import Connection, Storage, StorageItem
from connectors.session import Session
from tasks.models import Memory
from tasks.pipeline import export_tasks, import_entities
from tests.trying import making
from tests.world import make_incoming, make_outgoing, make_route, make_schema, set_value

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

SHOES = {"sku": "A1", "name": "Shoes"}
SECRETS = ("pass-w0rd-of-shop", "t0ken-of-shop", "s3cret-of-variable", "header-s3cret")


@pytest.fixture
def busy_route(db):
    """A route that stores, remembers and delivers, and has done so before."""
    Storage(name="Seen", identifier="seen").store()
    incoming = make_incoming([dict(SHOES)], [making.save_in("seen")], schema=make_schema())
    route = make_route(
        incoming=incoming,
        transformers=[set_value("a", 1), making.save_in("seen", "route-&{sku}")],
        outgoing=make_outgoing([making.save_in("seen", "outgoing-&{sku}")]),
        unchanged="skip",
        realtime=True,
    )
    import_entities(incoming)
    export_tasks(route)
    return route


@pytest.mark.parametrize("door", ["try", "samples/run", "shadow"])
def test_nothing_is_stored_sent_remembered_or_queued(editor, busy_route, target, everything, door):
    busy_route.incoming.samples = [{"name": "new", "data": {"sku": "N"}, "expected": {}}]
    busy_route.incoming.store()
    target.received.clear()
    before = everything()

    answer = editor.post(f"routes/{busy_route.identifier}/{door}", {})

    assert answer.status_code == 200, answer.body
    assert target.received == []
    assert everything() == before
    assert StorageItem.objects.count() == 3
    assert Memory.objects.count() == 1


def test_what_would_be_stored_is_told_and_seen_by_the_next_record(editor, busy_route):
    asked = {
        "source": {"kind": "data", "data": [{"sku": "N"}, {"sku": "N"}]},
        "draft": {"outgoing": {"transformers": [making.get_from("seen", "old", "route-&{sku}")]}},
    }

    tried = editor.post(f"routes/{busy_route.identifier}/try", asked).body
    assert (tried["error"], tried["ended"]) == (None, None)
    first, second = tried["records"]

    assert [item["key"] for item in first["stored"]] == ["N", "route-N"]
    assert second["tasks"][0]["deliveries"][0]["entity"]["data"]["old"] == {"sku": "N", "a": 1}
    assert not StorageItem.objects.filter(key="N").exists()


def test_a_publisher_that_knows_nothing_of_trials_is_not_called(editor, target):
    route = make_route([SHOES])

    (record,) = editor.post(f"routes/{route.identifier}/try", {}).body["records"]

    assert "Would be handed to “Fake target”" in record["tasks"][0]["deliveries"][0]["text"]
    assert target.received == []


def test_a_component_that_would_send_by_itself_finds_the_door_shut(editor, web, monkeypatch):
    """One that was written by others and calls the session in its rehearsal."""
    from connectors.types.publishers.http import HTTPPublisher

    monkeypatch.setattr(HTTPPublisher, "rehearse", HTTPPublisher.publish)
    route = make_route([SHOES], outgoing=make_outgoing(publisher=making.http_publisher()))

    (record,) = editor.post(f"routes/{route.identifier}/try", {}).body["records"]

    assert web.requests == []
    assert "is not sent in a dry run" in record["tasks"][0]["error"]


def test_no_token_is_asked_for(editor, web):
    secrets = {"clientId": "1", "clientSecret": SECRETS[0], "username": "u", "password": SECRETS[1]}
    client = {
        "prototype": "akeneo-http-client-v2",
        "parameters": {"baseUri": "https://pim.example", **secrets},
    }
    publisher = making.http_publisher("/items", client=client)
    route = make_route([SHOES], outgoing=make_outgoing(publisher=publisher))

    (task,) = editor.post(f"routes/{route.identifier}/try", {}).body["records"][0]["tasks"]

    request = task["deliveries"][0]["request"]
    assert request["url"] == "https://pim.example/items"
    assert "asked for when it is really sent" in request["missing"]
    assert web.requests == []


def test_secrets_are_shown_nowhere(editor, web, monkeypatch):
    monkeypatch.setenv("ALUMIO_VAR_SHOP_TOKEN", SECRETS[2])
    basic = {
        "prototype": "basic",
        "parameters": {"username": "u", "password": SECRETS[0]},
    }
    client = {"prototype": "http-client", "parameters": {"authentications": [basic]}}
    Connection(name="Shop", identifier="shop", client=client).store()
    request = {
        "headers": {"X-Api-Key": SECRETS[3]},
        "query": {"access_token": SECRETS[1]},
        "payload": {"all": "&{@}", "t": "${SHOP_TOKEN}"},
    }
    publisher = making.http_publisher(client="shop", request=request)
    route = make_route(
        [SHOES | {"note": f"the password is {SECRETS[0]}"}],
        transformers=[
            set_value("token", "${SHOP_TOKEN}"),
            making.look_up(f"https://l.example/?q={SECRETS[2]}"),
        ],
        outgoing=make_outgoing([set_value("url", "https://x.example/?t=${SHOP_TOKEN}")], publisher),
    )

    answer = editor.post(f"routes/{route.identifier}/try", {})

    (task,) = answer.body["records"][0]["tasks"]
    assert task["outcome"] == "sent", answer.body
    assert "••••••••" in task["deliveries"][0]["request"]["body"]
    shown = answer.content.decode()
    for secret in SECRETS:
        assert secret not in shown


def test_an_entity_that_is_its_own_identifier_gives_no_secret_away(editor, monkeypatch):
    monkeypatch.setenv("ALUMIO_VAR_SHOP_TOKEN", SECRETS[2])
    route = make_route([{"token": SECRETS[2]}])

    answer = editor.post(f"routes/{route.identifier}/try", {})

    assert answer.body["records"][0]["tasks"][0]["entity_identifier"] == '{"token":"••••••••"}'
    assert SECRETS[2] not in answer.content.decode()


def test_a_masked_secret_of_a_draft_keeps_its_value(editor, web, monkeypatch):
    sent = []
    monkeypatch.setattr(
        Session,
        "rehearse",
        lambda self, *args, **kwargs: sent.append(self) or {"method": "", "url": ""},
    )
    basic = {"prototype": "basic", "parameters": {"username": "u", "password": SECRETS[0]}}
    publisher = making.http_publisher(
        client={"prototype": "http-client", "parameters": {"authentications": [basic]}}
    )
    route = make_route([SHOES], outgoing=make_outgoing(publisher=publisher))
    masked = editor.get(f"outgoings/{route.outgoing.identifier}").body
    assert SECRETS[0] not in jsontext.dumps(masked)

    editor.post(f"routes/{route.identifier}/try", {"draft": {"outgoing": masked}})

    (session,) = sent
    (made,) = session.client.authentications
    assert made.parameters["password"]({}, None) == SECRETS[0]
