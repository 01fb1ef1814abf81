"""From where a request came: what a client writes into the header itself never counts."""

import ipaddress

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from alumio import environment
from alumio.client_address import address_of

PROXIES = ["10.0.0.0/8", "fd00::/8"]


@pytest.fixture
def proxies(settings):
    settings.ALUMIO_TRUSTED_PROXIES = [ipaddress.ip_network(text) for text in PROXIES]


def seen(peer, forwarded=None) -> str | None:
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return address_of(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


def test_without_trusted_proxies_the_header_is_ignored():
    assert seen("203.0.113.9", "198.51.100.1") == "203.0.113.9"


def test_a_client_that_calls_directly_cannot_name_another_address(proxies):
    assert seen("203.0.113.9", "198.51.100.1") == "203.0.113.9"


def test_behind_a_trusted_proxy_the_client_counts(proxies):
    assert seen("10.0.0.5", "203.0.113.9") == "203.0.113.9"


def test_what_a_client_wrote_before_the_proxy_did_does_not_count(proxies):
    assert seen("10.0.0.5", "198.51.100.1, 10.9.9.9, 203.0.113.9") == "203.0.113.9"


def test_several_trusted_proxies_are_passed_through(proxies):
    assert seen("10.0.0.5", "198.51.100.1, 203.0.113.9, fd00::7, 10.0.0.6") == "203.0.113.9"


def test_a_client_inside_the_trusted_network_is_the_leftmost(proxies):
    assert seen("10.0.0.5", "10.1.2.3, 10.0.0.6") == "10.1.2.3"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("203.0.113.9:50123", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", "10.0.0.5"),
        ("198.51.100.1, not-an-address", "10.0.0.5"),
        ("'; DROP TABLE", "10.0.0.5"),
        ("", "10.0.0.5"),
        (",,,", "10.0.0.5"),
    ],
)
def test_an_address_is_read_as_proxies_write_it_and_nonsense_ends_the_way(
    proxies, written, expected
):
    assert seen("10.0.0.5", written) == expected


def test_a_mapped_address_of_a_proxy_is_known_as_the_proxy(proxies):
    assert seen("::ffff:10.0.0.5", "203.0.113.9") == "203.0.113.9"


def test_a_request_over_a_unix_socket_has_no_address(proxies):
    assert seen("", "203.0.113.9") is None


@given(header=st.text(max_size=200), peer=st.sampled_from(["10.0.0.5", "fd00::1", "203.0.113.9"]))
def test_any_header_at_all_gives_an_address_that_can_be_stored(header, peer):
    with pytest.MonkeyPatch.context() as patch:
        networks = [ipaddress.ip_network(text) for text in PROXIES]
        patch.setattr("django.conf.settings.ALUMIO_TRUSTED_PROXIES", networks)

        found = seen(peer, header)

    assert str(ipaddress.ip_address(found)) == found
    assert "%" not in found


def test_trusted_proxies_are_addresses_and_networks(monkeypatch):
    monkeypatch.setenv("SOME_PROXIES", "10.0.0.5, 172.18.0.1/16 fd00::/8")

    found = environment.networks("SOME_PROXIES")

    assert [str(network) for network in found] == ["10.0.0.5/32", "172.18.0.0/16", "fd00::/8"]


def test_a_proxy_that_is_no_address_is_refused_at_the_start(monkeypatch):
    monkeypatch.setenv("SOME_PROXIES", "10.0.0.5 proxy.example.com")

    with pytest.raises(ImproperlyConfigured, match=r"SOME_PROXIES takes .* 'proxy\.example\.com'"):
        environment.networks("SOME_PROXIES")
