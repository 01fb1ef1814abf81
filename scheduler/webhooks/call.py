"""One call of a webhook, as the web server handed it over, and what is answered to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

ALWAYS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


@dataclass(frozen=True)
class Call:
    """What arrived. Names of `headers` are in small letters; `body` is raw, since signatures are
    over its very bytes. `sender` is the client's address, `url` what was called, with its query;
    `received_at` is in seconds since 1970."""

    method: str
    url: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    sender: str | None
    received_at: float

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The values of the query; of a repeated name, the first."""
        return parameters_of(self.query)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in small letters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Answer:
    """What is sent back; `headers` beside those that every answer has."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def all_headers(self) -> list[tuple[str, str]]:
        return [*ALWAYS, *self.headers.items()]


def parameters_of(query: str) -> dict[str, str]:
    """The values of a query by name; of a repeated name, the first."""
    return dict(reversed(parse_qsl(query, keep_blank_values=True)))
