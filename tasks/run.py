"""A run: what the data path knows of the process it works for.

The process itself is a row of a higher floor, which gives its own Run. A plain Run stands for
nobody: tests and dry work use it.
"""

from collections import Counter
from collections.abc import Iterable

from routes.models import Route


class Lost(Exception):
    """The process was given up by others meanwhile: whatever we still do must not count."""


class Stopped(Exception):
    """Somebody asked the process to stop."""


class Run:
    """`id` holds the tasks that this run claims. `counts` is what came of the work so far."""

    id: int = 0
    cursor = None

    def __init__(self):
        self.counts: Counter[str] = Counter()
        self.lines: list[tuple[str, str, object]] = []

    def check(self) -> None:
        """Go on? Raises Stopped or Lost if not."""

    def may_send(self) -> bool:
        """Whether the lease still holds, so that something may leave the house."""
        return True

    def keep(self, cursor=None) -> None:
        """Note how far the work is, inside the transaction of that work. Raises Lost."""

    def has_kept(self, cursor) -> bool:
        """Whether the transaction that kept this cursor was committed; takes its counts, if so."""
        return False

    def note(self, level: str, text: str, detail=None) -> None:
        """A log line about the run itself, not about one task."""
        self.lines.append((level, text, detail))

    def started(self, total: int | None = None, **revisions: int) -> None:
        """Note the revisions that this run works with, and how much there is to do if known."""

    def created(self, routes: Iterable[Route]) -> None:
        """Tasks of these real-time routes were committed: have them exported at once."""
