"""From volumes to schedules: how often a job must run so that a day's records pass.

The sums are those of Alumio's article on schedules: records a day ÷ records a run = runs a day;
runs a day ÷ 24 = runs an hour; 60 ÷ runs an hour = minutes between two runs.
"""

from dataclasses import dataclass
from math import ceil

MOST_RUNS = 24 * 60
"""Runs a day at most: a cron expression has no seconds."""


@dataclass(frozen=True)
class Schedule:
    """How one end copes with `records` a day when a run takes `per_run` of them."""

    records: int
    per_run: int

    @property
    def runs(self) -> int:
        """Runs that a day needs."""
        return ceil(self.records / self.per_run)

    @property
    def per_hour(self) -> int:
        """Runs that an hour needs, when they are spread evenly."""
        return ceil(self.runs / 24)

    @property
    def fits(self) -> bool:
        return self.per_hour <= 60

    @property
    def minutes(self) -> int:
        """Minutes between two runs; 1 where even that is too few."""
        return max(1, 60 // self.per_hour)

    @property
    def expression(self) -> str:
        """A run an hour at least, so that no record waits for a day."""
        if self.minutes == 60:
            return "0 * * * *"
        return "* * * * *" if self.minutes == 1 else f"*/{self.minutes} * * * *"

    @property
    def daily_runs(self) -> int:
        """Runs a day of the expression."""
        return 24 * len(range(0, 60, self.minutes))

    @property
    def capacity(self) -> int:
        """Records a day that the expression copes with."""
        return self.daily_runs * self.per_run

    @property
    def used(self) -> int:
        """Percent of the capacity that the records need."""
        return ceil(100 * self.records / self.capacity)

    @property
    def least_per_run(self) -> int:
        """Records a run that would be needed to fit with a run every minute."""
        return ceil(self.records / MOST_RUNS)

    def why_not(self, need: str) -> str:
        """Why it does not fit, and what would be needed of the end; "" where it fits."""
        if self.fits:
            return ""
        return (
            f"A job runs once a minute at most: {MOST_RUNS:,} runs a day of {self.per_run:,} are "
            f"{self.capacity:,} records, not {self.records:,}. {need} at least "
            f"{self.least_per_run:,} a run."
        )
