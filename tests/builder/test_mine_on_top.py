"""Two people at one connection, one of them in a draft: mine on top of theirs leaves the secrets
alone that I did."""

import pytest

from connectors.models import Connection
from routes.models import Route
from tests.builder.drafting import of
from tests.pages.making import incoming, outgoing, step

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TOO = "A secret is different, too."
AT = "connection:shop"


def basic(username, password):
    return step("basic", username=username, password=password)


def http(*authentications):
    return step("http-client", authentications=list(authentications))


def save(client) -> None:
    """Somebody saves the connection with this client."""
    row = Connection.objects.filter(identifier="shop").first()
    row = row or Connection(name="Shop", identifier="shop")
    row.client = client
    row.store()


def field(number: int, name: str) -> str:
    return f"client-p-authentications-{number}-p-{name}"


def logins() -> list[tuple]:
    row = Connection.objects.get()
    found = [each["parameters"] for each in row.client["parameters"]["authentications"]]
    return [(each["username"], each["password"]) for each in found]


@pytest.fixture
def builder(editor):
    """The Route Builder at a route that takes from the connection."""
    save(http(basic("ann", "ann's"), basic("bob", "bob's")))
    subscriber = step("http-subscriber", client="shop", request={"uri": "/orders"})
    ends = {"incoming": incoming(subscriber=subscriber), "outgoing": outgoing()}
    return of(editor, Route(name="Orders", **ends).store())


def put_on_top(builder) -> str:
    """Save, put mine on top of theirs, and save again. Gives what the refusal showed."""
    refused = builder.post("save").content.decode()
    assert "somebody else saved meanwhile" in refused
    builder.post("resolve", part=AT, take="mine")
    assert builder.post("save").status_code == 204
    return refused


def test_a_secret_that_only_they_changed_stays_theirs(builder):
    builder.fill(AT, **{field(1, "username"): "bobby"})
    save(http(basic("ann", "ann's new"), basic("bob", "bob's new")))

    refused = put_on_top(builder)

    assert TOO not in refused
    assert logins() == [("ann", "ann's new"), ("bobby", "bob's new")]


def test_a_secret_that_both_changed_is_mine_and_the_refusal_says_that_it_differs(builder):
    builder.fill(AT, **{field(0, "username"): "anne", field(0, "password"): "mine"})
    save(http(basic("ann", "ann's new"), basic("bob", "bob's")))

    refused = put_on_top(builder)

    assert TOO in refused
    assert "ann&#x27;s new" not in refused
    assert logins() == [("anne", "mine"), ("bob", "bob's")]


def test_a_secret_that_only_i_changed_is_mine(builder):
    builder.fill(AT, **{field(1, "password"): "mine"})
    save(http(basic("anne", "ann's"), basic("bob", "bob's")))

    put_on_top(builder)

    assert logins() == [("ann", "ann's"), ("bob", "mine")]


def test_a_secret_is_found_again_where_its_item_stands_now(builder):
    builder.fill(AT, **{field(0, "username"): "anne"})
    save(http(basic("bob", "bob's new"), basic("ann", "ann's")))

    put_on_top(builder)

    assert logins() == [("anne", "ann's"), ("bob", "bob's new")]
