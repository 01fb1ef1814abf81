"""From which network address a request came, behind proxies as well.

`X-Forwarded-For` is written by whoever sends a request, and each proxy adds the address that it was
called from at the right end. So it is read from the right, and only as far as every hop is a proxy
named in `ALUMIO_TRUSTED_PROXIES`; what a client wrote itself stands further left and never counts.
"""

import ipaddress
import re
from collections.abc import Mapping

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")
MOST_HOPS = 30


def address_of(request) -> str | None:
    """The address of the client of a request; None where the web server does not know it."""
    return address_in(request.META)


def address_in(meta: Mapping) -> str | None:
    """The same, of a WSGI request.

    A header that cannot be read ends the way: the last hop that is known to be true counts.
    """
    address = read(meta.get("REMOTE_ADDR") or "")
    if address is None:
        return None
    hops = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
    for hop in hops[: -MOST_HOPS - 1 : -1]:
        if not is_trusted(address) or (before := read(hop)) is None:
            break
        address = before
    return str(address)


def read(text: str) -> Address | None:
    """An address as proxies write it: alone, with a port, in brackets; None for anything else."""
    text = text.strip()
    if match := WITH_PORT.fullmatch(text):
        text = match[1] or match[2]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_trusted(address: Address) -> bool:
    """Whether this is a proxy of ours."""
    networks = settings.ALUMIO_TRUSTED_PROXIES
    return any(address in network for network in networks if network.version == address.version)
