"""Samples as tests: each is run through the line, and what would be published is compared with what
is expected of the route."""

from collections.abc import Collection
from dataclasses import dataclass

from alumio import jsondiff
from tasks.trying import trial
from tasks.trying.budget import Budget
from tasks.trying.dry_run import try_out
from tasks.trying.line import Line
from tasks.trying.sources import Given
from tasks.trying.trial import Record, Trial

PASSED, DIFFERS, FAILED, UNCHECKED = "passed", "differs", "failed", "unchecked"
SECONDS = 30.0
"""All samples of a line together."""


@dataclass
class Checked:
    """One sample that was run. UNCHECKED: nothing is expected of it on this route."""

    name: str
    outcome: str
    trial: Trial
    differences: jsondiff.Differences | None = None
    reason: str = ""

    @property
    def record(self) -> Record | None:
        return next(iter(self.trial.records), None)

    def as_json(self) -> dict:
        changes = self.differences.changes if self.differences else []
        return {
            "name": self.name,
            "outcome": self.outcome,
            "reason": self.reason or None,
            "differences": [change.as_json() for change in changes],
            "entities": result_of(self.record) if self.record else [],
        }


def run(line: Line, names: Collection[str] | None = None, asks: bool = False) -> list[Checked]:
    """Run the samples of the line's incoming, or those of these names, in their order."""
    budget, found = Budget(SECONDS), []
    for sample in line.incoming.samples if line.incoming else []:
        if names is None or sample["name"] in names:
            result = try_out(line, Given([sample["data"]]), asks=asks, seconds=budget.left)
            found.append(judge(sample["name"], expected(sample, line), result))
    return found


def expected(sample: dict, line: Line) -> list | None:
    """What the line's route should publish of a sample; None where nothing is said."""
    return sample["expected"].get(line.route.identifier) if line.route else None


def judge(name: str, wanted: list | None, result: Trial) -> Checked:
    checked = Checked(name, UNCHECKED, result)
    checked.reason = why_failed(result)
    if checked.reason:
        checked.outcome = FAILED
    elif wanted is not None:
        checked.differences = jsondiff.compare(wanted, result_of(checked.record))
        checked.outcome = DIFFERS if checked.differences else PASSED
    return checked


def why_failed(result: Trial) -> str:
    """Why there is no result to compare; empty where there is."""
    record = next(iter(result.records), None)
    if result.error or record is None:
        return result.error or result.ended or "The sample gave no record."
    if record.outcome == trial.UNFINISHED:
        return result.ended
    for task in record.tasks:
        if task.outcome in (trial.FAILED, trial.REJECTED):
            return task.error or " ".join(task.refusals)
        if any(delivery.entity.is_cut for delivery in task.deliveries):
            return "The result is too large to be compared."
    return record.error


def result_of(record: Record) -> list:
    """The entities that would be published."""
    return [delivery.entity.value for task in record.tasks for delivery in task.deliveries]


def counted(checked: list[Checked]) -> dict[str, int]:
    """How many of each outcome."""
    outcomes = [each.outcome for each in checked]
    return {name: outcomes.count(name) for name in (PASSED, DIFFERS, FAILED, UNCHECKED)}
