"""What was received without our asking, such as the call of a webhook: bytes in memory that parsers
read as they read an answer."""

from collections.abc import Mapping

from connectors.bodies import Body, as_text
from connectors.redaction import Redactor


class Received:
    """A body with its headers. `where` begins a sentence: “The call of the webhook “orders””. The
    names of `headers` may be written in any way."""

    def __init__(
        self,
        body: bytes,
        headers: Mapping[str, str],
        where: str,
        redactor: Redactor | None = None,
    ):
        self.body = Body.of(body)
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.where, self.redactor = where, redactor or Redactor()

    @property
    def came(self) -> str:
        return f"{self.where} came"

    def excerpt(self, size: int = 200) -> str:
        """The beginning of the body on one line, without secrets."""
        return " ".join(self.redactor.text(as_text(self.body.head(size * 2))).split())[:size]

    def note(self) -> None:
        """Nothing: who received it keeps the whole of it."""
