"""How much one trial may do: an own clock, and how many entities its steps may be given."""

import time
from dataclasses import dataclass, field

from transformers.errors import TransformError

SECONDS = 10.0
MOST_VISITS = 5_000
"""Entities that all steps together are given. One step that makes thousands of one is enough to
make a trial that nobody could read."""


class Exhausted(TransformError):
    """The trial has done as much as it may."""


@dataclass
class Budget:
    """`why` says what was used up, once something is."""

    seconds: float = SECONDS
    visits: int = MOST_VISITS
    began: float = field(default_factory=time.monotonic)
    why: str = ""

    @property
    def left(self) -> float:
        """Seconds that are left, at least a moment."""
        return max(self.began + self.seconds - time.monotonic(), 0.001)

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    def check(self) -> bool:
        """Whether the trial may go on."""
        if not self.why and self.spent >= self.seconds:
            self.why = f"Ended after {self.seconds:g} s, which is as long as a dry run may take."
        return not self.why

    def visit(self) -> None:
        """One more entity is given to a step. Raises Exhausted."""
        self.visits -= 1
        if self.visits < 0 and not self.why:
            self.why = (
                f"Ended: the steps were given more than {MOST_VISITS:,} entities, which is as many "
                "as a dry run may show."
            )
        if not self.check():
            raise Exhausted(self.why)
