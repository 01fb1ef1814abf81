"""The door of the demo systems: where they are, who may talk to them, and whether it is open.

They live in the web process, below /demo/. The door is open only while the demo exists, and only to
this machine with the demo's own token. The outgoing calls' address guard lets exactly this address
and port pass, as long as the door is open.
"""

import hashlib
import hmac
import ipaddress

from django.conf import settings

from alumio import programs
from connectors.guard import Address
from connectors.models import Connection

SHOP, ERP = "demo-shop", "demo-erp"
"""The identifiers of the two connections."""


def is_open() -> bool:
    return Connection.objects.filter(identifier__in=(SHOP, ERP), demo=True, enabled=True).exists()


def host() -> str:
    """The IP address at which the web server can be reached from this machine."""
    address = programs.reachable_address()
    return address if is_ip(address) else "127.0.0.1"


def base_uri(system: str) -> str:
    """The base URI of “shop” or “erp”."""
    name = f"[{host()}]" if ":" in host() else host()
    return f"http://{name}:{settings.ALUMIO_PORT}/demo/{system}"


def allows(address: Address, port: int) -> bool:
    """For the address guard: the demo's own address, while the door is open."""
    return port == settings.ALUMIO_PORT and str(address) == host() and is_open()


def token() -> str:
    """What the demo connections send. It differs between installations and is stored nowhere."""
    return hmac.new(settings.SECRET_KEY.encode(), b"demo systems", hashlib.sha256).hexdigest()[:40]


def may_enter(request) -> bool:
    """Whether a request comes from this machine, not through a proxy, and has the token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return (
        is_local(request.META.get("REMOTE_ADDR", ""))
        and not any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))
        and hmac.compare_digest(given.encode(), token().encode())
    )


def is_local(address: str) -> bool:
    return is_ip(address) and (ipaddress.ip_address(address).is_loopback or address == host())


def is_ip(address: str) -> bool:
    try:
        return bool(ipaddress.ip_address(address))
    except ValueError:
        return False
