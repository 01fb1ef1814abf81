"""The fields of the records that arrive at a node, for the panel to offer where one types."""

from django.http import JsonResponse

from alumio.builder.document import Document, Part
from alumio.builder.screen import BuilderView, Screen
from alumio.builder.steps import Place
from alumio.builder.trying import line_of
from alumio.models import Role
from tasks.trying.arriving import Arrived, arriving, known_names
from tasks.trying.line import Until


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
    tried = screen.draft.tried if screen.draft else []
    return arriving(line_of(screen.document), until, tried)


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
