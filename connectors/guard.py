"""Which addresses an outgoing call may reach. Checked on the address that is connected to.

Three kinds: some are never reached (cloud metadata, link-local, multicast, reserved…); loopback
and private networks only where the administrator names them in `ALUMIO_ALLOWED_NETWORKS`; the rest
is the public internet. The tables are our own: Python's `is_global` says yes to NAT64 and to
Azure's metadata address. An IPv4 address inside an IPv6 one is taken out and judged itself.
"""

import functools
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

SETTING = "ALUMIO_ALLOWED_NETWORKS"

_NEVER = {
    "169.254.169.254/32": "the metadata address of a cloud",
    "100.100.100.200/32": "the metadata address of a cloud",
    "168.63.129.16/32": "the metadata address of a cloud",
    "192.0.0.192/32": "the metadata address of a cloud",
    "fd00:ec2::254/128": "the metadata address of a cloud",
    "fd20:ce::254/128": "the metadata address of a cloud",
    "0.0.0.0/8": "an unspecified address",
    "::/128": "an unspecified address",
    "169.254.0.0/16": "a link-local address",
    "fe80::/10": "a link-local address",
    "fec0::/10": "a site-local address, which no network uses any more",
    "224.0.0.0/4": "a multicast address",
    "ff00::/8": "a multicast address",
    "192.0.0.0/24": "an address reserved for protocols",
    "192.0.2.0/24": "an address reserved for documentation",
    "198.51.100.0/24": "an address reserved for documentation",
    "203.0.113.0/24": "an address reserved for documentation",
    "2001:db8::/32": "an address reserved for documentation",
    "3fff::/20": "an address reserved for documentation",
    "192.88.99.0/24": "a 6to4 relay",
    "198.18.0.0/15": "an address reserved for benchmarks",
    "240.0.0.0/4": "a reserved address",
    "2001::/23": "an address reserved for protocols",
    "64:ff9b:1::/48": "a local translation address",
    "100::/64": "a discard address",
    "5f00::/16": "a segment routing address",
}
_PRIVATE = {
    "127.0.0.0/8": "this machine itself",
    "::1/128": "this machine itself",
    "10.0.0.0/8": "a private network",
    "172.16.0.0/12": "a private network",
    "192.168.0.0/16": "a private network",
    "fc00::/7": "a private network",
    "100.64.0.0/10": "a carrier's private network",
}
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
# The last 32 bits are an IPv4 address: compatible, mapped, translated, NAT64.
_ENDS_WITH_V4 = [
    ipaddress.ip_network(prefix)
    for prefix in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
]
_6TO4 = ipaddress.ip_network("2002::/16")
_TEREDO = ipaddress.ip_network("2001::/32")
_V4 = re.compile(r"(?P<network>[\d.]+)(?P<prefix>/\d+)?(?::(?P<port>\d+))?")
_V6 = re.compile(r"\[(?P<network>[\da-fA-F:./]+)\](?P<prefix>/\d+)?(?::(?P<port>\d+))?")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

exceptions: list[Callable[[Address, int], bool]] = []
"""Private addresses and ports of the platform's own that may be called. A higher floor puts its
function here; it is asked for what the setting does not allow."""


class AddressRefused(Exception):
    """An address must not be called. `what` names its kind, `advice` says what can be done."""

    def __init__(self, address: str, what: str, advice: str):
        super().__init__(address, what, advice)
        self.address, self.what, self.advice = address, what, advice

    def __str__(self):
        return f"{self.address} is {self.what}. {self.advice}"


@dataclass(frozen=True, slots=True)
class AllowedNetwork:
    """One entry of the setting: a network, and a port where only that one is meant."""

    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    port: int | None

    def covers(self, address: Address, port: int) -> bool:
        same_port = self.port is None or self.port == port
        return same_port and address.version == self.network.version and address in self.network


def check(address: str, port: int) -> None:
    """Let an IP address and port pass, or raise AddressRefused."""
    given = ipaddress.ip_address(address.partition("%")[0])
    for candidate in _inside(given) or [given]:
        _check_one(candidate, port)


@functools.cache
def parse_allowed(text: str) -> AllowedNetwork:
    """Read `10.0.0.0/8`, `127.0.0.1:8001`, `127.0.0.1/32:8001`, `fd00::/8` or `[::1]:8001`.

    Raises ValueError with a sentence for the administrator.
    """
    try:
        network, port = _split(text.strip())
        return AllowedNetwork(ipaddress.ip_network(network, strict=False), port)
    except ValueError:
        raise ValueError(
            f"{SETTING}: “{text}” is not a network. Write an address or a network, with a port if "
            "only that one is meant, such as 10.0.0.0/8, 127.0.0.1:8001 or [::1]:8001."
        ) from None


def _split(text: str) -> tuple[str, int | None]:
    match = _V4.fullmatch(text) or _V6.fullmatch(text)
    if not match:
        return text, None  # an IPv6 network without brackets, or a mistake
    port = int(match["port"]) if match["port"] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(text)
    return match["network"] + (match["prefix"] or ""), port


def _check_one(address: Address, port: int) -> None:
    what = _kind(address, _never)
    if what:
        raise AddressRefused(str(address), what, "Such addresses are never called.")
    what = _kind(address, _private)
    if what and not _is_allowed(address, port):
        raise AddressRefused(str(address), what, _advice(address, port))
    if not what and address.version == 6 and address not in _PUBLIC_V6:
        raise AddressRefused(str(address), "a reserved address", "Such addresses are never called.")


def _advice(address: Address, port: int) -> str:
    entry = f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"
    line = ",".join([*settings.ALUMIO_ALLOWED_NETWORKS, entry])
    return f"If it is meant, an administrator can allow it with the line {SETTING}={line}"


def _is_allowed(address: Address, port: int) -> bool:
    named = any(allowed.covers(address, port) for allowed in _allowed())
    return named or any(allows(address, port) for allows in exceptions)


def _allowed() -> list[AllowedNetwork]:
    return [parse_allowed(text) for text in settings.ALUMIO_ALLOWED_NETWORKS]


def _inside(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address carries."""
    if address.version == 4 or int(address) <= 1:
        return []
    number = int(address)
    if any(address in network for network in _ENDS_WITH_V4):
        return [ipaddress.IPv4Address(number & 0xFFFFFFFF)]
    if address in _6TO4:
        return [ipaddress.IPv4Address((number >> 80) & 0xFFFFFFFF)]
    if address in _TEREDO:
        return [
            ipaddress.IPv4Address((number >> 64) & 0xFFFFFFFF),
            ipaddress.IPv4Address(~number & 0xFFFFFFFF),
        ]
    return []


def _kind(address: Address, table) -> str | None:
    return next((what for network, what in table[address.version] if address in network), None)


def _by_version(table: dict[str, str]) -> dict:
    networks = [(ipaddress.ip_network(network), what) for network, what in table.items()]
    return {v: [pair for pair in networks if pair[0].version == v] for v in (4, 6)}


_never, _private = _by_version(_NEVER), _by_version(_PRIVATE)
