"""Which addresses may be called (the tables of connectors/guard.py)."""

import pytest

from connectors.checks import check_allowed_networks
from connectors.guard import AddressRefused, check, parse_allowed

NEVER = [
    "169.254.169.254",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.1.1",
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.9",
    "198.18.0.1",
    "192.88.99.1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "5f00::1",
    "64:ff9b:1::a00:1",
    "2001:2::1",
    "4000::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::ffff:0:a9fe:a9fe",
    "::a9fe:a9fe",
    "2001:0:a9fe:a9fe::1",
    "2001:0:808:808:0:0:5601:5601",
]
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "2002:0a00:0001::1",
    "64:ff9b::10.0.0.1",
    "2002:7f00:1::",
]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "192.167.1.1",
    "11.0.0.1",
    "198.17.0.1",
    "198.20.0.1",
    "2606:4700:4700::1111",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_called_whatever_is_allowed(settings, address):
    settings.ALUMIO_ALLOWED_NETWORKS = ["0.0.0.0/0", "::/0"]

    with pytest.raises(AddressRefused, match="never called"):
        check(address, 443)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_called_only_where_it_is_allowed(settings, address):
    settings.ALUMIO_ALLOWED_NETWORKS = []
    with pytest.raises(AddressRefused, match="ALUMIO_ALLOWED_NETWORKS="):
        check(address, 443)

    settings.ALUMIO_ALLOWED_NETWORKS = ["0.0.0.0/0", "::/0"]
    check(address, 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_open(settings, address):
    settings.ALUMIO_ALLOWED_NETWORKS = []

    check(address, 443)


@pytest.mark.parametrize(
    ("allowed", "address", "port", "passes"),
    [
        ("127.0.0.1:8001", "127.0.0.1", 8001, True),
        ("127.0.0.1/32:8001", "127.0.0.1", 8001, True),
        ("127.0.0.1:8001", "127.0.0.1", 8002, False),
        ("127.0.0.1:8001", "127.0.0.2", 8001, False),
        ("127.0.0.1", "127.0.0.1", 1, True),
        ("10.0.0.0/8", "10.200.0.1", 80, True),
        ("10.0.0.0/8", "192.168.0.1", 80, False),
        ("10.1.2.3/8", "10.200.0.1", 80, True),
        ("::1", "::1", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("[::1]:80", "::1", 81, False),
        ("fd00::/8", "fd12::1", 80, True),
        ("[fd00::/8]:443", "fd12::1", 80, False),
        ("[fd00::]/8:443", "fd12::1", 443, True),
    ],
)
def test_what_is_allowed_is_a_network_and_perhaps_a_port(settings, allowed, address, port, passes):
    settings.ALUMIO_ALLOWED_NETWORKS = [allowed]

    if passes:
        check(address, port)
    else:
        with pytest.raises(AddressRefused):
            check(address, port)


@pytest.mark.parametrize(
    "text", ["", "shop.local", "10.0.0.0/33", "10.0.0.0:0", "10.0.0.0:99999", "300.1.1.1"]
)
def test_a_line_that_is_no_network_is_explained(text):
    with pytest.raises(ValueError, match="is not a network"):
        parse_allowed(text)


def test_such_a_line_is_found_by_the_checks(settings):
    settings.ALUMIO_ALLOWED_NETWORKS = ["10.0.0.0/8", "shop.local"]

    assert [error.id for error in check_allowed_networks(None)] == ["connectors.E001"]


def test_the_refusal_names_the_line_to_add_to_what_is_there(settings):
    settings.ALUMIO_ALLOWED_NETWORKS = ["10.0.0.0/8"]

    with pytest.raises(AddressRefused) as caught:
        check("192.168.1.5", 8080)

    assert str(caught.value) == (
        "192.168.1.5 is a private network. If it is meant, an administrator can allow it "
        "with the line ALUMIO_ALLOWED_NETWORKS=10.0.0.0/8,192.168.1.5:8080"
    )
