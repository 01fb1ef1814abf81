"""Two people at one configuration: mine on top of theirs leaves the secrets alone that I did."""

import pytest

from connectors.models import Connection
from tests.pages.making import step

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ADDRESS, TOKEN = "client-p-baseUri", "client-p-token"
TOO = "A secret is different, too."


def save(spec) -> Connection:
    """Somebody saves the connection with this client."""
    row = Connection.objects.filter(identifier="shop").first()
    row = row or Connection(name="Shop", identifier="shop")
    row.client = spec
    return row.store()


def shopify(token, address="https://one.example.com"):
    return step("shopify-http-client-v3", baseUri=address, token=token)


def basic(username, password):
    return step("basic", username=username, password=password)


def http(*authentications):
    return step("http-client", authentications=list(authentications))


def parameters() -> dict:
    return Connection.objects.get().client["parameters"]


def logins() -> list[tuple]:
    found = [each["parameters"] for each in parameters()["authentications"]]
    return [(each["username"], each["password"]) for each in found]


def put_on_top(refused):
    """Press “Put mine on top” on the page that refused a save."""
    assert refused.response.status_code == 409
    return refused.post(on_top_of=str(Connection.objects.get().revision))


@pytest.fixture
def opened(editor):
    """The page of a connection, which somebody gave a new token since."""
    save(shopify("old token"))
    page = editor.open("/connections/shop/edit/")
    save(shopify("new token"))
    return page


def test_a_secret_that_only_they_changed_stays_theirs(opened):
    refused = opened.post(**{ADDRESS: "https://two.example.com", "save": "1"})
    put_on_top(refused)

    assert TOO not in refused.text
    assert parameters() == {"baseUri": "https://two.example.com", "token": "new token"}


def test_a_secret_that_both_changed_is_mine_and_the_page_says_that_it_differs(opened):
    changes = {ADDRESS: "https://two.example.com", TOKEN: "my token", "save": "1"}

    refused = opened.post(**changes)
    put_on_top(refused)

    assert TOO in refused.text
    assert "new token" not in refused.text
    assert parameters() == {"baseUri": "https://two.example.com", "token": "my token"}


def test_a_secret_that_only_i_changed_is_mine(editor):
    save(shopify("old token"))
    page = editor.open("/connections/shop/edit/")
    save(shopify("old token", "https://two.example.com"))

    put_on_top(page.post(**{TOKEN: "my token", "save": "1"}))

    assert parameters()["token"] == "my token"


def test_where_theirs_has_no_such_secret_it_is_the_one_that_the_page_was_drawn_from(editor):
    save(shopify("old token"))
    page = editor.open("/connections/shop/edit/")
    save(http(basic("shop", "theirs")))

    put_on_top(page.post(**{ADDRESS: "https://two.example.com", "save": "1"}))

    assert parameters() == {"baseUri": "https://two.example.com", "token": "old token"}


def test_in_a_list_each_secret_is_found_again_where_its_item_stands_now(editor):
    save(http(basic("ann", "ann's"), basic("bob", "bob's"), basic("cid", "cid's")))
    page = editor.open("/connections/shop/edit/")
    save(http(basic("cid", "cid's new"), basic("ann", "ann's"), basic("bob", "bob's new")))
    name = "client-p-authentications-0-p-username"

    put_on_top(page.post(**{name: "anne", "save": "1"}))

    assert logins() == [("anne", "ann's"), ("bob", "bob's new"), ("cid", "cid's new")]


def test_a_secret_in_a_list_is_theirs_where_something_beside_it_is_mine(editor):
    save(http(basic("ann", "ann's"), basic("bob", "bob's")))
    page = editor.open("/connections/shop/edit/")
    save(http(basic("ann", "ann's new"), basic("bob", "bob's")))
    first = "client-p-authentications-0-p-username"

    put_on_top(page.post(**{first: "anne", "save": "1"}))

    assert logins() == [("anne", "ann's new"), ("bob", "bob's")]


def test_where_a_third_one_saves_too_nothing_is_lost_that_either_of_them_changed(opened):
    second = Connection.objects.get()
    second.description = "Written by the second"
    second.store()
    refused = opened.post(**{ADDRESS: "https://two.example.com", "save": "1"})
    save(shopify("newest token"))

    again = refused.post(on_top_of=str(second.revision))
    put_on_top(again)

    assert parameters() == {"baseUri": "https://two.example.com", "token": "newest token"}
    assert Connection.objects.get().description == "Written by the second"
