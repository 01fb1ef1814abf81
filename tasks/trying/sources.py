"""Where the records of a trial come from: the source itself, samples, a task, or what is pasted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alumio import jsontext
from connectors.kinds import Page, Subscriber
from connectors.models import Incoming
from connectors.received import Received
from tasks.claim import Claimed
from tasks.models import Payload, Task
from tasks.status import Status

RECORDS, MOST_RECORDS = 5, 50
"""Records of one trial: unless asked otherwise, and at most."""
MOST_PASTED = 5_000_000
"""Characters that can be pasted."""


class Unusable(Exception):
    """There is nothing to try with. The text says why and where."""


@dataclass(frozen=True)
class Fetched:
    """The first records that the source gives; it is really asked."""


@dataclass(frozen=True)
class Given:
    """Records as the source would give them."""

    records: Sequence[Any]


@dataclass(frozen=True)
class Answer:
    """A text as the source would answer it, which the incoming's own parser reads."""

    text: str


@dataclass(frozen=True)
class Imported:
    """The data of tasks: what the gate let in, from which the outgoing goes on. `steps` are the
    last ones of the route that the data has not been through, because they are new."""

    tasks: Sequence[Claimed]
    steps: Sequence[dict | str] = ()


Source = Fetched | Given | Answer | Imported


class Pasted(Subscriber):
    """Stands in the place of a source, which is not asked."""

    can_be_asked_again = False

    def __init__(self, records: Iterator[Any]):
        super().__init__({})
        self.records = records

    def subscribe(self, context, cursor=None):
        yield Page(self.records, {"page": 1})


def pasted(text: str) -> Given:
    """Records that somebody wrote as JSON; a list is one for each of its items.

    Raises JSONTextError with its line and column, or Unusable.
    """
    if not text.strip():
        raise Unusable("Nothing is pasted. Paste a record as JSON, or a list of records.")
    if len(text) > MOST_PASTED:
        raise Unusable(f"At most {MOST_PASTED:,} characters can be pasted.")
    return given(jsontext.loads(text))


def given(data) -> Given:
    """Records that came as JSON already; a list is one for each of its items."""
    return Given(data if isinstance(data, list) else [data])


def answered(text: str, subscriber: Subscriber) -> Iterator[Any]:
    """The records that the subscriber's parser reads from a text. Raises SubscriberError, here or
    while they are read."""
    return iter(subscriber.parse(Received(text.encode(errors="replace"), {}, "The text")).records)


def sample(incoming: Incoming | None, name: str) -> Given:
    """The sample of this name. Raises Unusable."""
    for each in incoming.samples if incoming else []:
        if each["name"] == name:
            return Given([each["data"]])
    raise Unusable(f"The incoming has no sample called “{name}”.")


def imported(task: Task) -> Imported:
    """The data of a task as it is now. Raises Unusable."""
    if task.status == Status.REJECTED:
        text = "Only the beginning of a rejected record is kept, so there is nothing to try with."
        raise Unusable(text)
    data = Payload.objects.filter(task=task).values_list("data", flat=True).first()
    if data is None:
        raise Unusable("The data of this task is gone: it was removed as too old.")
    return Imported([claimed(task, data)])


def claimed(task: Task, data: str) -> Claimed:
    """A task as an export would have it, without claiming it."""
    return Claimed(
        task.pk,
        str(task.identifier),
        task.entity_schema,
        task.entity_identifier,
        task.attempt,
        task.attempts,
        task.generation,
        0,
        task.updated_at,
        data,
    )
