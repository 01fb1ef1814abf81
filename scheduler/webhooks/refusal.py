"""Why a call is not accepted: what the caller is told, and what the operator sees."""

from collections.abc import Mapping

from alumio import jsontext
from scheduler.webhooks.call import Answer

UNKNOWN = "There is no such webhook."


class Refusal(Exception):
    """`told` goes to the caller, `reason` to the operator (the same, unless given)."""

    def __init__(
        self,
        status: int,
        told: str,
        reason: str = "",
        *,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        super().__init__(reason or told)
        self.status, self.told, self.reason = status, told, reason or told
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)

    def answer(self) -> Answer:
        return as_json(self.status, {"detail": self.told}, self.headers)


def as_json(status: int, document, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(
        status,
        jsontext.dumps(document).encode(),
        {"Content-Type": "application/json", **(headers or {})},
    )
