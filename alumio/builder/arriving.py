"""The fields of the records that arrive at a node, for the panel to offer where one types."""

from django.http import JsonResponse

from alumio.builder.document import Document, Part
from alumio.builder.screen import BuilderView, Screen
from alumio.builder.standing import line_of
from alumio.builder.steps import Place
from alumio.models import Role
from scheduler.webhooks.models import Delivery
from tasks.trying.arriving import Arrived, Known, arriving, known_names
from tasks.trying.line import Until
from tasks.trying.sources import Answer, Given

LARGEST_CALL = 100_000
"""Bytes of a call whose records are looked at."""


class Fields(BuilderView):
    """What can be named in the settings of the node `at`, as JSON."""

    role = Role.EDITOR

    def get(self, request, identifier=None):
        at, screen = request.GET.get("at", ""), self.screen()
        until = until_of(screen.document, at)
        found = arrived(screen, until).as_json() if until else Arrived().as_json()
        place = until.place if until else "incoming"
        return JsonResponse(found | known_names(place) | {"known": until is not None})


def arrived(screen: Screen, until: Until) -> Arrived:
    """What arrives behind this step of the draft's line."""
    return arriving(line_of(screen.document), until, beside(screen))


def beside(screen: Screen) -> list[Known]:
    """Records that are no samples: those of the last trial, and of the newest call."""
    found: list[Known] = []
    if screen.draft and screen.draft.tried:
        found.append(("the last trial", Given(screen.draft.tried)))
    if text := newest_call(screen.document):
        found.append(("the newest call", Answer(text)))
    return found


def newest_call(document: Document) -> str:
    """The body of the newest call of a webhook that feeds the incoming; "" where there is none, or
    it is large."""
    hooks = [part.identifier for part in document.triggers() if part.kind == "webhook"]
    calls = Delivery.objects.filter(webhook__identifier__in=hooks).order_by("-id").defer("body")
    call = calls.first() if hooks else None
    # The body is read only now: a large one is none to look at.
    is_small = call is not None and call.size <= LARGEST_CALL
    return bytes(call.body).decode(errors="replace") if is_small else ""


def until_of(document: Document, at: str) -> Until | None:
    """The last step before a node; None where no record arrives that could be known."""
    key, _, _ = at.partition("/")
    if key.startswith("entity-schema:"):
        return Until("route", steps(document.route))
    place = place_of(document, key)
    if place is None:
        return None
    if step := Place.read(at):
        return Until(place, step.index) if step.list == "transformers" else None
    return Until("outgoing", steps(document.outgoing)) if place == "outgoing" else None


def place_of(document: Document, key: str) -> str | None:
    """Which part of the line this is."""
    parts = {"incoming": document.incoming, "route": document.route, "outgoing": document.outgoing}
    return next((place for place, part in parts.items() if part and part.key == key), None)


def steps(part: Part) -> int:
    return len(part.data.get("transformers") or [])
