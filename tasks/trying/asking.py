"""What somebody asks to be tried, read from the body of a request.

{"source": {"kind": "task", "task": "01H…"}, "records": 5, "ask_lookups": false,
 "until": {"place": "route", "step": 2}, "draft": {"outgoing": {"transformers": […]}}}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alumio.jsontext import JSONTextError
from alumio.located import Located
from tasks.models import Task
from tasks.trying import sources
from tasks.trying.dry_run import try_out
from tasks.trying.line import PLACES, Line, Until
from tasks.trying.sources import MOST_RECORDS, RECORDS, Answer, Fetched, Source, Unusable
from tasks.trying.trial import Trial

KINDS = {
    "fetch": "Fetch real records from the source",
    "sample": "A sample",
    "task": "A past task",
    "text": "Pasted JSON",
    "answer": "Pasted answer of the source",
    "data": "JSON in the request",
}
KNOWN = ("source", "records", "until", "ask_lookups", "draft")


class NotUnderstood(Exception):
    """Something in what was asked is wrong; each of `errors` says where."""

    def __init__(self, errors: list[Located]):
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


@dataclass(frozen=True)
class Asked:
    """What is to be tried, on whatever line."""

    source: Mapping
    records: int = RECORDS
    until: Until | None = None
    asks: bool = False
    draft: Mapping[str, Mapping] = field(default_factory=dict)

    def run(self, line: Line) -> Trial:
        """Try it. Raises NotUnderstood where the source is wrong."""
        source = source_of(self.source, line)
        return try_out(line, source, records=self.records, until=self.until, asks=self.asks)


def read(body: Mapping, known: tuple[str, ...] = KNOWN) -> Asked:
    """Check the body of a request. Raises NotUnderstood with all that is wrong."""
    errors = [
        Located(f"There is no setting “{name}”. Known are {', '.join(known)}.", (name,))
        for name in body
        if name not in known
    ]
    records, asks = body.get("records", RECORDS), body.get("ask_lookups", False)
    source, draft = body.get("source", {"kind": "fetch"}), body.get("draft", {})
    if not is_whole(records, 1, MOST_RECORDS):
        errors.append(Located(f"Give a number from 1 to {MOST_RECORDS}.", ("records",)))
    if not isinstance(asks, bool):
        errors.append(Located("Give true or false.", ("ask_lookups",)))
    if not isinstance(source, dict) or source.get("kind") not in KINDS:
        text = f"Say where the records come from: one of {', '.join(KINDS)}."
        errors.append(Located(text, ("source", "kind")))
    errors += wrong_draft(draft)
    until = body.get("until")
    if until is not None and not is_until(until):
        text = f"Give a place ({', '.join(PLACES)}) and the number of its last step, 0 for none."
        errors.append(Located(text, ("until",)))
    if errors:
        raise NotUnderstood(errors)
    return Asked(source, records, until and Until(until["place"], until["step"]), asks, draft)


def wrong_draft(draft) -> list[Located]:
    """What is wrong with the shape of a draft."""
    if not isinstance(draft, dict):
        return [Located(f"Give an object with settings for {', '.join(PLACES)}.", ("draft",))]
    errors = [
        Located(f"There is no part “{name}”: a line has {', '.join(PLACES)}.", ("draft", name))
        for name in draft
        if name not in PLACES
    ]
    return errors + [
        Located("Give an object of settings.", ("draft", name))
        for name, settings in draft.items()
        if not isinstance(settings, dict)
    ]


def is_whole(value, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_until(value) -> bool:
    return (
        isinstance(value, dict)
        and value.get("place") in PLACES
        and is_whole(value.get("step"), 0, 10_000)
    )


def source_of(said: Mapping, line: Line) -> Source:
    """The source that is named. Raises NotUnderstood, for a text with its line and column."""
    kind = said["kind"]
    try:
        if kind == "fetch":
            return Fetched()
        if kind == "data":
            return sources.given(said.get("data"))
        if kind == "text":
            return sources.pasted(text_in(said, "text"))
        if kind == "answer":
            return Answer(text_in(said, "text"))
        if kind == "sample":
            return sources.sample(line.incoming, text_in(said, "name"))
        return sources.imported(find_task(text_in(said, "task"), line))
    except JSONTextError as error:
        raise NotUnderstood([Located(f"This is not JSON: {error}.", ("source", "text"))]) from error
    except Unusable as error:
        raise NotUnderstood([Located(str(error), ("source",))]) from error


def text_in(said: Mapping, name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise NotUnderstood([Located("Give a text.", ("source", name))])
    return value


def find_task(identifier: str, line: Line) -> Task:
    """A task of the line's route, or of any route of its outgoing. Raises Unusable."""
    wanted = Task.objects.filter(identifier=identifier.replace("\0", "").strip())
    if line.route and line.route.pk:
        wanted = wanted.filter(route=line.route.pk)
    elif line.outgoing and line.outgoing.pk:
        wanted = wanted.filter(route__outgoing=line.outgoing.pk)
    found = wanted.first()
    if found is None:
        raise Unusable(f"There is no task “{identifier}” here.")
    return found
