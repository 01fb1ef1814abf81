"""A call of our own, before it is sent."""

import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from scheduler.webhooks.call import Call
from scheduler.webhooks.headers import Headers


@dataclass
class Unsent:
    """`address` is what is called, without the query. Validators add their proofs to `headers`
    (names in small letters) and `parameters`."""

    method: str
    address: str
    body: bytes
    sender: str
    headers: Headers = field(default_factory=Headers)
    parameters: list[tuple[str, str]] = field(default_factory=list)
    at: float = field(default_factory=time.time)

    @property
    def scheme(self) -> str:
        return self.address.partition(":")[0]

    @property
    def query(self) -> str:
        return urlencode(self.parameters, errors="surrogatepass")

    @property
    def seconds(self) -> str:
        """The time of the call, as most signatures count it."""
        return str(int(self.at))

    def as_call(self) -> Call:
        """As whoever is called sees it."""
        return Call(
            method=self.method,
            url=self.address + (f"?{self.query}" if self.query else ""),
            query=self.query,
            headers=self.headers,
            body=self.body,
            sender=self.sender,
            received_at=self.at,
        )
