"""The head of a call: all that is known before its body has arrived."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.conf import settings

from alumio.client_address import address_in
from scheduler.webhooks.headers import Headers

PREFIX = "/api/v1/webhook/"
"""What stands before a webhook's identifier or token in its address."""


@dataclass(frozen=True)
class Head:
    """`peer` is the address that the connection comes from, `scheme` how; behind proxies the
    client's own are `sender` and `travelled_by`. Of headers in `unread` only the names arrived:
    the web server passes over values that are not ASCII."""

    method: str
    path: str
    query: str
    headers: Headers
    peer: str
    scheme: str = "http"
    unread: frozenset[str] = frozenset()

    @property
    def address(self) -> str:
        """The last part of the address: an identifier or a token."""
        return self.path[len(PREFIX) :].removesuffix("/")

    @cached_property
    def sender(self) -> str | None:
        if forwarded := self.headers.get("x-forwarded-for", ""):
            return address_in({"REMOTE_ADDR": self.peer, "HTTP_X_FORWARDED_FOR": forwarded})
        return _without_proxy(self.peer)

    @property
    def travelled_by(self) -> str:
        """What the client used, as the proxy in front says where there is one."""
        if settings.ALUMIO_HTTPS:
            return self.headers.get("x-forwarded-proto", "http").strip().lower()
        return self.scheme

    @property
    def url(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.travelled_by}://{self.headers.get('host', '')}{self.path}{query}"


@lru_cache(1024)
def _without_proxy(peer: str) -> str | None:
    return address_in({"REMOTE_ADDR": peer})
