"""The form of “Try it”: what can be chosen for a line, and what was posted."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from alumio.summary import title_of
from connectors.registries import subscribers
from tasks.models import Task
from tasks.status import Status
from tasks.trying import asking
from tasks.trying.asking import KINDS, Asked
from tasks.trying.line import PLACES, Line
from tasks.trying.sources import MOST_RECORDS, RECORDS
from transformers.registries import entity_transformers

RECENT = 20
"""Tasks that are offered to choose from; any other can be named."""


class Choice(NamedTuple):
    value: str
    label: str
    hint: str = ""


HINTS = {
    "fetch": "Asks the source for its first records.",
    "sample": "A record that is kept with the incoming.",
    "task": "Its data as it was imported, through the outgoing.",
    "text": "One record, or a list of them.",
    "answer": "Whatever the source answers: the incoming’s parser reads it.",
}


@dataclass
class TryForm:
    """What the partial `trying/_sources.html` draws. `posted` is a POST, or empty."""

    line: Line
    posted: Mapping[str, str]

    most = MOST_RECORDS

    @property
    def kinds(self) -> list[Choice]:
        """Where records may come from."""
        wanted = ["text"]
        if self.line.outgoing:
            wanted = ["task", *wanted] if self.tasks else wanted
        if self.line.incoming:
            wanted = [*(["sample"] if self.samples else []), *wanted, "answer"]
            wanted = ["fetch", *wanted] if self.can_be_asked else ["answer", *wanted[:-1]]
        return [Choice(kind, KINDS[kind], HINTS[kind]) for kind in wanted]

    @property
    def can_be_asked(self) -> bool:
        """Whether the source gives records when it is asked, or only receives them."""
        source = subscribers.type_of(self.line.incoming.subscriber)
        return source is None or source.can_be_asked_again

    @property
    def kind(self) -> str:
        known = [choice.value for choice in self.kinds]
        return self.posted.get("source") if self.posted.get("source") in known else known[0]

    @property
    def samples(self) -> list[str]:
        return [each["name"] for each in self.line.incoming.samples] if self.line.incoming else []

    @cached_property
    def tasks(self) -> list[Task]:
        """The newest tasks that can be tried again."""
        rows = Task.objects.exclude(status=Status.REJECTED).order_by("-id")
        if self.line.route and self.line.route.pk:
            rows = rows.filter(route=self.line.route.pk)
        elif self.line.outgoing and self.line.outgoing.pk and not self.line.route:
            rows = rows.filter(route__outgoing=self.line.outgoing.pk)
        else:
            return []
        return list(rows.only("identifier", "entity_identifier", "status")[:RECENT])

    @property
    def stops(self) -> list[Choice]:
        """The steps up to which the line can run, as “route:2”."""
        return [
            Choice(
                f"{place}:{number}",
                f"{place.capitalize()} › step {number} › {title_of(spec, entity_transformers)}",
            )
            for place in PLACES
            if (part := getattr(self.line, place))
            for number, spec in enumerate(part.transformers or [], 1)
        ]

    @property
    def records(self) -> str:
        return self.posted.get("records", str(RECORDS))

    def asked(self) -> Asked:
        """What was posted. Raises NotUnderstood."""
        place, _, step = self.posted.get("until", "").partition(":")
        source = {"kind": self.posted.get("source", "")}
        for name in ("name", "task", "text"):
            source[name] = self.posted.get(name, "")
        body = {
            "source": source,
            "records": whole(self.posted.get("records", str(RECORDS))),
            "ask_lookups": bool(self.posted.get("ask_lookups")),
        }
        if place:
            body["until"] = {"place": place, "step": whole(step)}
        return asking.read(body)


def whole(text: str) -> int | str:
    """The number in a text, or the text itself, for whoever checks it to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text
