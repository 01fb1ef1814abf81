"""The line that is tried: an incoming, a route and an outgoing, saved or not, and up to where."""

import copy
from dataclasses import dataclass
from typing import NamedTuple

from alumio.configuration import Configuration
from connectors.models import Incoming, Outgoing
from routes.models import Route

PLACES = ("incoming", "route", "outgoing")
"""The parts of a line in their order; each has steps."""
NAMELESS = "dry-run"
"""The identifier of what has none yet."""
NOTHING = {"prototype": "no-data-subscriber", "parameters": {}}
NOWHERE = {"prototype": "no-action-publisher", "parameters": {}}


class Until(NamedTuple):
    """The last step that runs: number `step` (from 1) of a place; 0 is before its first."""

    place: str
    step: int


@dataclass(frozen=True)
class Line:
    """What a record goes through. Parts that there are not yet are None: without an incoming
    nothing can be fetched, without a route no task comes of a record, without an outgoing none is
    delivered. The configurations may be unsaved drafts; they are only read. `stand_ins` are drafts
    of what these use by name, which a trial finds in the place of what is saved."""

    incoming: Incoming | None = None
    route: Route | None = None
    outgoing: Outgoing | None = None
    stand_ins: tuple[Configuration, ...] = ()

    @classmethod
    def of(cls, route: Route) -> "Line":
        """The whole line of a route as it is saved."""
        return cls(route.incoming, route, route.outgoing)

    def cut(self, until: Until | None) -> "Line":
        """The line as far as this step."""
        if until is None:
            return self
        last = PLACES.index(until.place)
        parts = {place: getattr(self, place) for place in PLACES[: last + 1]}
        if part := parts[until.place]:
            parts[until.place] = shortened(part, until.step)
        return Line(**parts, stand_ins=self.stand_ins)

    def complete(self) -> "Line":
        """The same with copies of all parts, which name each other as the data path wants it; what
        there is not is empty. Those that run it may change it."""
        incoming = copy.copy(self.incoming or Incoming(subscriber=NOTHING, transformers=[]))
        outgoing = copy.copy(self.outgoing or Outgoing(publisher=NOWHERE, transformers=[]))
        route = copy.copy(self.route or Route(transformers=[]))
        for part in (incoming, route, outgoing):
            part.identifier = part.identifier or NAMELESS
        route.incoming, route.outgoing = incoming, outgoing
        return Line(incoming, route, outgoing, self.stand_ins)


def shortened(configuration, steps: int):
    """A copy of a configuration with only its first steps."""
    short = copy.copy(configuration)
    short.transformers = list(configuration.transformers or [])[:steps]
    return short
