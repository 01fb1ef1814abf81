"""REST: trying a line, its samples as tests, and the shadow run. Nothing is stored or sent."""

from collections.abc import Callable

from rest_framework import exceptions
from rest_framework.response import Response

from alumio import database
from alumio.api import ApiView, Invalid
from alumio.configuration import Configuration
from alumio.located import Located
from alumio.openapi import described
from connectors.models import Incoming, Outgoing
from routes.models import Route
from tasks.trying import asking, samples, shadow, sources
from tasks.trying.asking import NotUnderstood
from tasks.trying.drafts import BadDraft, drafted_line
from tasks.trying.dry_run import fetch, told
from tasks.trying.line import Line
from tasks.trying.shapes import shape

JOINED = ("incoming__entity_schema", "outgoing")


class _Door(ApiView):
    """What all of these doors share: one line, found by its identifier, with drafts in it."""

    model: type[Configuration] = Route
    line: Callable[[Configuration], Line] = staticmethod(Line.of)
    joined: tuple[str, ...] = JOINED

    def found(self, identifier: str) -> Line:
        rows = self.model.objects.select_related(*self.joined)
        row = rows.filter(identifier=identifier.replace("\0", "")).first()
        if row is None:
            noun = self.model._meta.verbose_name
            raise exceptions.NotFound(f"There is no {noun} called “{identifier}”.")
        return type(self).line(row)


class _Understanding:
    """Turns what is wrong with a request into an answer that says where."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, NotUnderstood):
            raise Invalid(error.errors) from None
        if isinstance(error, BadDraft):
            raise Invalid(Located(e.reason, ("draft", *e.path), e.words) for e in error.errors)


class _Try(_Door):
    @described(
        "Try it: run records through, storing and sending nothing",
        {200: shape("Trial")},
        request=shape("Try"),
    )
    def post(self, request, identifier):
        line = self.found(identifier)
        with _Understanding():
            asked = asking.read(self.body())
            return Response(asked.run(drafted_line(line, asked.draft)).as_json())


class TryRoute(_Try):
    """The whole line of a route."""


class TryIncoming(_Try):
    """An incoming alone."""

    model, joined = Incoming, ("entity_schema",)
    line = staticmethod(lambda incoming: Line(incoming))


class TryOutgoing(_Try):
    """An outgoing alone."""

    model, joined = Outgoing, ()
    line = staticmethod(lambda outgoing: Line(outgoing=outgoing))


class RunSamples(_Door):
    @described(
        "Run the samples of a route as tests",
        {200: shape("SampleRun")},
        request=shape("RunSamples"),
    )
    def post(self, request, identifier):
        line = self.found(identifier)
        with _Understanding():
            names = names_in(body := self.body())
            rest = {name: value for name, value in body.items() if name != "names"}
            asked = asking.read(rest, ("ask_lookups", "draft"))
            found = samples.run(drafted_line(line, asked.draft), names, asked.asks)
        results = [checked.as_json() for checked in found]
        return Response(samples.counted(found) | {"results": results})


class ShadowRun(_Door):
    @described(
        "Compare a draft of a route with what was sent",
        {200: shape("Shadow")},
        request=shape("ShadowOf"),
    )
    def post(self, request, identifier):
        saved = self.found(identifier)
        with _Understanding():
            number, over, draft = shadow_in(self.body())
            found = shadow_of(saved, drafted_line(saved, draft), number, over)
        return Response(found.as_json())


def names_in(body: dict) -> list[str] | None:
    names = body.get("names")
    if names is not None and not (
        isinstance(names, list) and all(isinstance(name, str) for name in names)
    ):
        raise NotUnderstood([Located("Give a list of names of samples.", ("names",))])
    return names


def shadow_in(body: dict) -> tuple[int | None, str, dict]:
    """How many of what, and the draft. Raises NotUnderstood."""
    errors = [Located(f"There is no setting “{n}”.", (n,)) for n in body if n not in SHADOW]
    over, number, draft = body.get("over", "tasks"), body.get("number"), body.get("draft", {})
    most = MOST.get(over) if isinstance(over, str) else None
    if most is None:
        errors.append(Located(f"Give one of {', '.join(MOST)}.", ("over",)))
    if number is not None and not asking.is_whole(number, 1, most or 1):
        errors.append(Located(f"Give a number from 1 to {most}.", ("number",)))
    errors += asking.wrong_draft(draft)
    if errors:
        raise NotUnderstood(errors)
    return number, over, draft


SHADOW = ("over", "number", "draft")
MOST = {
    "tasks": shadow.MOST_TASKS,
    "records": sources.MOST_RECORDS,
    "samples": sources.MOST_RECORDS,
}
"""What both sides of a shadow run are given, and how many at most."""


def shadow_of(saved: Line, draft: Line, number: int | None, over: str = "tasks") -> shadow.Shadow:
    """Shadow the last tasks, records that are fetched, or the samples. Raises NotUnderstood where
    the draft cannot be compared on these."""
    try:
        if over == "tasks":
            return shadow.of_tasks(saved, draft, number or shadow.TASKS)
        records = [each["data"] for each in draft.incoming.samples]
        if over == "records":
            records = fetch(draft.incoming, number or sources.RECORDS)
    except shadow.Impossible as error:
        raise NotUnderstood([Located(str(error), ("over",))]) from None
    except Exception as error:
        if database.is_away(error):
            raise
        return shadow.Shadow(error=told(error))
    return shadow.of_records(saved, draft, records[:number] if number else records)
