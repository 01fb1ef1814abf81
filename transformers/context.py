"""What steps may see of the world: names, values, storages, the time and a log. Nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

LEVELS = ("debug", "info", "notice", "warning", "error")
MOST_LINES = 200
"""Log lines of one entity that are kept; errors are always kept."""


class LogLine(NamedTuple):
    level: str
    text: str
    detail: Any = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Context:
    """Made by the data path, one for each entity it runs.

    `scope`      what `@{scope.…}` reads: task, route, incoming, process, webhook…
    `globals`    what `@{globals.…}` reads; set on the way by *Global variable setter*
    `variables`  what `${NAME}` reads
    `storages`   `storages[identifier]` with get(key), put(key, value), delete(key)
    `now`        the clock; tests give their own
    """

    scope: dict = field(default_factory=dict)
    globals: dict = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    storages: Any = field(default_factory=dict)
    messages: list[LogLine] = field(default_factory=list)
    now: Callable[[], datetime] = _utc_now

    def log(self, level: str, text: str, detail: Any = None) -> None:
        """Note a line, up to a limit: an entity that becomes many could write without end."""
        if len(self.messages) < MOST_LINES or level == "error":
            self.messages.append(LogLine(level, text, detail))
        elif len(self.messages) == MOST_LINES:
            text = f"There are more than {MOST_LINES} lines; the rest is left out."
            self.messages.append(LogLine("notice", text))
