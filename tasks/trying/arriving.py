"""What arrives at a place of a line: the records whose fields one may name in its settings."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.registries import subscribers
from tasks.models import Task
from tasks.status import Status
from tasks.trying.dry_run import try_out
from tasks.trying.line import NOWHERE, Line, Until
from tasks.trying.sources import Fetched, Given, Imported, Source, Unusable, imported
from tasks.trying.trial import Record, Trial
from tasks.variables import variables
from transformers import outline

RECORDS = 5
"""Records that are looked at."""
SECONDS = 2.0
Known = tuple[str, Source]
"""Words for where records are from, and their source."""
WEBHOOK = ("scope.webhook.headers.", "scope.webhook.query.", "scope.webhook.method")


@dataclass
class Arrived:
    """`source` says whose fields these are, and is empty where nothing is known. `records` are what
    arrives, without secrets; of a schema there are none. `why` says why nothing arrives, though
    there are records."""

    source: str = ""
    records: list[Any] = field(default_factory=list)
    fields: list[outline.Field] = field(default_factory=list)
    why: str = ""

    def as_json(self) -> dict:
        return {
            "source": self.source,
            "why": self.why,
            "fields": [field.as_json() for field in self.fields],
        }


def known_names(place: str) -> dict:
    """What else placeholders can name at a place of the line: about the run, and variables."""
    scope = {
        "incoming": ["scope.incoming", "scope.process", *WEBHOOK],
        "route": ["scope.route", "scope.incoming", "scope.process", *WEBHOOK],
        "outgoing": ["scope.task", "scope.route", "scope.outgoing"],
    }[place]
    return {"scope": scope, "variables": sorted(variables())}


def arriving(line: Line, until: Until, others: Sequence[Known] = ()) -> Arrived:
    """What arrives behind this step of a line: of its samples, else of `others` that are known,
    such as those that were tried last, else of its newest task, else what its schema names. No
    source is asked."""
    why = ""
    for words, source in known(line, until, others):
        trial = look(line, until, source)
        shown = [each for record in trial.records for each in come(record, until)]
        if records := [each.value for each in shown if not each.is_cut]:
            return Arrived(words, records, outline.of_records(records))
        why = why or why_nothing(trial)
    schema = line.incoming and line.incoming.entity_schema
    if schema and (fields := outline.of_schema(schema.schema)):
        return Arrived(f"schema “{schema.name}”", fields=fields, why=why)
    return Arrived(why=why)


def known(line: Line, until: Until, others: Sequence[Known]) -> Iterator[Known]:
    """The records that there are, each with words for where they are from."""
    samples = line.incoming.samples if line.incoming else []
    if samples:
        words = f"sample “{samples[0]['name']}”" if len(samples) == 1 else "the samples"
        yield words, Given([each["data"] for each in samples[:RECORDS]])
    source = line.incoming and subscribers.type_of(line.incoming.subscriber)
    if source and source.is_at_hand:
        yield "the source", Fetched()
    yield from others
    if until.place == "outgoing" and (task := newest_task(line)):
        try:
            yield f"task {str(task.identifier)[:8]}", imported(task)
        except Unusable:
            return


def newest_task(line: Line) -> Task | None:
    """The newest task that can be tried on this line."""
    rows = Task.objects.exclude(status=Status.REJECTED).order_by("-id")
    if line.route and line.route.pk:
        return rows.filter(route=line.route.pk).first()
    if line.outgoing and line.outgoing.pk:
        return rows.filter(route__outgoing=line.outgoing.pk).first()
    return None


def look(line: Line, until: Until, source: Source) -> Trial:
    """A trial that ends where it is looked; neither end has to be complete for it."""
    if isinstance(source, Imported):
        line = replace(line, incoming=None)
    if line.outgoing:
        outgoing = copy.copy(line.outgoing)
        outgoing.publisher = NOWHERE
        line = replace(line, outgoing=outgoing)
    return try_out(line, source, until=until, records=RECORDS, seconds=SECONDS)


def come(record: Record, until: Until) -> list:
    """What became of a record behind the last step."""
    if until.place == "outgoing":
        return [delivery.entity for task in record.tasks for delivery in task.deliveries]
    return record.entities


def why_nothing(trial: Trial) -> str:
    """Why no record got as far; "" where there was none."""
    if not trial.records:
        return trial.error
    first = trial.records[0]
    told = trial.error or first.error
    for task in first.tasks:
        told = told or task.error or " ".join(task.refusals)
    return told or "What is known is dropped before this step."
