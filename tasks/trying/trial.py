"""What a trial found out: of each record what every step made of it, the tasks that would come of
it, and what would be sent."""

from dataclasses import dataclass, field

from connectors.redaction import Redactor
from tasks.log import readable
from tasks.trying.line import Until
from tasks.trying.shown import Shown, line_as_json
from tasks.trying.watching import StepTrace
from transformers.context import LogLine

SENT, DROPPED, FAILED, REJECTED, UNCHANGED = "sent", "dropped", "failed", "rejected", "unchanged"
PASSED, UNFINISHED = "passed", "unfinished"
OUTCOMES = {
    SENT: "would be sent",
    PASSED: "passed as far as it was tried",
    DROPPED: "dropped",
    UNCHANGED: "unchanged",
    REJECTED: "rejected",
    FAILED: "failed",
    UNFINISHED: "not finished",
}
"""What can become of a record, in words; the last one is the worst that could be said."""
FEW_STEPS = 8


@dataclass
class Delivery:
    """One entity that would be published, and how."""

    entity: Shown
    text: str = ""
    request: dict | None = None

    @property
    def side(self) -> dict | None:
        """The request for a page, a body of JSON on many lines."""
        return self.request and self.request | {"body": readable(self.request.get("body"))}

    def as_json(self) -> dict:
        return {"entity": self.entity.as_json(), "text": self.text, "request": self.request}


@dataclass
class TaskTrace:
    """One task that would come of a record. `refusals` are the gate's reasons to reject it."""

    data: Shown
    outcome: str
    identifier: str = ""
    size: int = 0
    limit: int = 0
    refusals: list[str] = field(default_factory=list)
    unchanged: str = ""
    deliveries: list[Delivery] = field(default_factory=list)
    messages: list[LogLine] = field(default_factory=list)
    error: str = ""

    @property
    def words(self) -> str:
        return OUTCOMES[self.outcome]

    def as_json(self) -> dict:
        return {
            "outcome": self.outcome,
            "entity": self.data.as_json(),
            "entity_identifier": self.identifier,
            "bytes": self.size,
            "most_bytes": self.limit,
            "refusals": self.refusals,
            "unchanged": self.unchanged or None,
            "deliveries": [delivery.as_json() for delivery in self.deliveries],
            "messages": [line_as_json(line) for line in self.messages],
            "error": self.error or None,
        }


@dataclass
class Record:
    """One record of the source. `entities` is what came out of the last place that was tried."""

    number: int
    data: Shown
    steps: list[StepTrace] = field(default_factory=list)
    entities: list[Shown] = field(default_factory=list)
    tasks: list[TaskTrace] = field(default_factory=list)
    writes: list[dict] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0
    is_whole: bool = True

    @property
    def outcome(self) -> str:
        """The worst of what became of it."""
        if self.error:
            return FAILED
        if not self.is_whole:
            return UNFINISHED
        if self.tasks:
            order = list(OUTCOMES)
            return max((task.outcome for task in self.tasks), key=order.index)
        return PASSED if self.entities else DROPPED

    @property
    def words(self) -> str:
        return OUTCOMES[self.outcome]

    @property
    def is_short(self) -> bool:
        """Whether all changes can be shown at once and still be read."""
        return sum(len(step.visits) for step in self.steps) <= FEW_STEPS

    @property
    def is_long(self) -> bool:
        return not self.is_short

    @property
    def can_be_pinned(self) -> bool:
        return not self.data.is_cut

    @property
    def left_out(self) -> bool:
        """Whether a step was passed over, so that what came of it is not the whole truth."""
        return any(step.state == "left out" for step in self.steps)

    def as_json(self) -> dict:
        return {
            "number": self.number,
            "outcome": self.outcome,
            "record": self.data.as_json(),
            "steps": [step.as_json() for step in self.steps],
            "entities": [shown.as_json() for shown in self.entities],
            "tasks": [task.as_json() for task in self.tasks],
            "stored": self.writes,
            "error": self.error or None,
            "milliseconds": round(self.seconds * 1000, 3),
        }


@dataclass
class Trial:
    """`error` is why the source failed or nothing could begin; `ended` why it ended early; `asks`
    whether steps could look things up; `skips_after` whether there are steps after publishing,
    which do not run: there is no answer for them."""

    records: list[Record] = field(default_factory=list)
    messages: list[LogLine] = field(default_factory=list)
    until: Until | None = None
    error: str = ""
    detail: object = None
    ended: str = ""
    seconds: float = 0.0
    asks: bool = False
    skips_after: bool = False
    redactor: Redactor = field(default_factory=Redactor, repr=False)

    @property
    def tallies(self) -> list[tuple[str, str, int]]:
        """How many records came to which outcome, in words."""
        came = [record.outcome for record in self.records]
        return [(each, words, came.count(each)) for each, words in OUTCOMES.items() if each in came]

    @property
    def left_out(self) -> bool:
        return any(record.left_out for record in self.records)

    def as_json(self) -> dict:
        return {
            "records": [record.as_json() for record in self.records],
            "messages": [line_as_json(line) for line in self.messages],
            "error": self.error or None,
            "ended": self.ended or None,
            "milliseconds": round(self.seconds * 1000, 3),
        }
