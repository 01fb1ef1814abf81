"""What came of one attempt, and which verb the route's policy makes of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from routes.models import Route
from tasks import causes
from tasks.causes import Reason
from tasks.claim import Claimed
from transformers.context import LogLine

DELIVERED, DROPPED, ERROR, UNSENT = "delivered", "dropped", "error", "unsent"


@dataclass(slots=True)
class Outcome:
    """The end of one attempt. `storages` holds what its steps want stored, not yet written;
    `reason` is why it failed, where that is known better than its messages tell."""

    task: Claimed
    result: str
    messages: list[LogLine] = field(default_factory=list)
    storages: Any = None
    reason: Reason | None = None

    def why(self) -> Reason:
        """Why the task was not delivered."""
        if self.reason is not None:
            return self.reason
        text = self.messages[-1].text if self.messages else "Not delivered."
        return causes.reason(text, "outgoing", "", self.task.entity)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verb of the task's machine; `after` is the wait until the next attempt."""

    verb: str
    after: timedelta | None = None

    @property
    def has_cause(self) -> bool:
        return self.verb in ("fail", "postpone")


def decide(route: Route, outcome: Outcome) -> Decision:
    """What a route does with an outcome (Alumio's advanced settings of a route)."""
    if outcome.result == UNSENT:
        return Decision("release")
    if outcome.result == DELIVERED:
        return Decision("wait" if route.waiting_status else "finish")
    failed = outcome.result == ERROR
    if retries_left(route, outcome) and ("failed" if failed else "skipped") in retried(route):
        return Decision("postpone", timedelta(minutes=route.retry_interval))
    return Decision("fail" if failed else "drop")


def retried(route: Route) -> list[str]:
    """The outcomes that are tried again; none chosen means failed ones."""
    return route.retry_statuses or ["failed"]


def retries_left(route: Route, outcome: Outcome) -> bool:
    """The first run does not count: 3 retries are up to 4 attempts."""
    return route.retry_enabled and outcome.task.attempts <= route.max_retries
