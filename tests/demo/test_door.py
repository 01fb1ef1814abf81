"""Who may talk to the demo's systems, and what the address guard lets pass for them."""

import ipaddress

import pytest
from django.urls import reverse

from alumio.demo import creation, door, removal
from connectors.guard import AddressRefused, check
from connectors.models import Connection

ADDRESSES = ("demo-shop-products", "demo-shop-orders", "demo-erp-products", "demo-erp-orders")


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.django_db
def test_without_a_demo_its_systems_are_not_there(client, name, as_connection):
    assert client.get(reverse(name), headers=as_connection).status_code == 404


@pytest.mark.parametrize("name", ADDRESSES)
def test_who_has_no_token_stays_outside(client, demo, name):
    assert client.get(reverse(name)).status_code == 401
    assert client.get(reverse(name), headers={"authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via"])
def test_what_comes_through_a_proxy_stays_outside_even_with_the_token(
    client, demo, as_connection, header
):
    headers = as_connection | {header: "for=127.0.0.1"}

    assert client.get(reverse("demo-shop-orders"), headers=headers).status_code == 401


def test_what_comes_from_another_machine_stays_outside(client, demo, as_connection):
    url = reverse("demo-shop-orders")

    assert client.get(url, headers=as_connection, REMOTE_ADDR="10.0.0.9").status_code == 401
    assert client.get(url, headers=as_connection, REMOTE_ADDR="127.0.0.1").status_code == 200


@pytest.mark.django_db
def test_the_guard_lets_exactly_the_demos_port_pass_while_there_is_a_demo(settings):
    port = settings.ALUMIO_PORT
    creation.create()

    check("127.0.0.1", port)
    for address, other in (("127.0.0.1", port + 1), ("127.0.0.2", port), ("10.0.0.1", port)):
        with pytest.raises(AddressRefused):
            check(address, other)

    removal.remove()
    with pytest.raises(AddressRefused):
        check("127.0.0.1", port)


def test_switching_both_connections_off_closes_the_door(demo):
    Connection.objects.update(enabled=False)

    assert not door.is_open()
    assert not door.allows(ipaddress.ip_address("127.0.0.1"), 8000)


def test_pages_lead_from_one_to_the_next_and_hold_everything_once(client, demo, as_connection):
    url, skus = reverse("demo-shop-products"), []
    while url:
        page = client.get(url, headers=as_connection).json()
        skus += [item["sku"] for item in page["items"]]
        url = page["next"]

    assert len(skus) == len(set(skus)) == page["total"] == 48


@pytest.mark.parametrize("query", ["after=yesterday", "page=0", "page=x", "until=9999-99-99"])
def test_a_parameter_that_cannot_be_read_is_a_clear_400(client, demo, as_connection, query):
    answer = client.get(f"{reverse('demo-shop-products')}?{query}", headers=as_connection)

    assert answer.status_code == 400
    assert "“" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>", 400),
        (b"[]", 400),
        (b'{"code": "A", "unit": "piece"}', 200),
        (b" " * 200_000, 413),
    ],
)
def test_the_erp_judges_any_body(client, demo, as_connection, body, status):
    answer = client.post(
        reverse("demo-erp-products"), body, content_type="application/json", headers=as_connection
    )

    assert answer.status_code == status


def test_a_refusal_of_the_erp_can_be_read_by_people_as_it_is_sent(client, demo, as_connection):
    body = b'{"code": "A", "unit": "pallet"}'

    answer = client.post(
        reverse("demo-erp-products"), body, content_type="application/json", headers=as_connection
    )

    assert "“pallet”" in answer.content.decode()
