"""Drafts: configurations with settings that are not saved, cleaned as a save would clean them."""

import copy
from collections.abc import Mapping

from alumio.configuration import Configuration
from alumio.configuration_api import ANSWERED_ONLY
from alumio.forms import ConfigurationForm
from alumio.located import Located
from connectors.forms import IncomingForm, OutgoingForm
from routes.forms import RouteForm
from tasks.trying.line import PLACES, Line

FORMS: dict[str, type[ConfigurationForm]] = {
    "incoming": IncomingForm,
    "route": RouteForm,
    "outgoing": OutgoingForm,
}


class BadDraft(Exception):
    """The settings of a draft are not right; each of `errors` says where."""

    def __init__(self, errors: list[Located]):
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


def drafted(configuration: Configuration, settings: Mapping) -> Configuration:
    """An unsaved copy of a configuration, with these settings in the place of its own. A masked
    secret keeps its value. Raises BadDraft."""
    form_class = FORMS[configuration.kind]
    given = {name: value for name, value in settings.items() if name not in ANSWERED_ONLY}
    given.pop("revision", None)
    form = form_class(given, instance=copy.copy(configuration), partial=True)
    if not form.is_valid():
        raise BadDraft(
            [
                Located(e.reason, (configuration.kind, *e.path), (configuration.kind, *e.words))
                for e in form.located_errors()
            ]
        )
    return form.instance


def drafted_line(line: Line, drafts: Mapping[str, Mapping]) -> Line:
    """The line with drafts in place of its parts, by "incoming", "route" and "outgoing". A draft of
    the route may name other ends. Raises BadDraft."""
    parts = {place: getattr(line, place) for place in PLACES}
    if parts["route"] and "route" in drafts:
        route = parts["route"] = drafted(parts["route"], drafts["route"])
        parts |= {"incoming": route.incoming, "outgoing": route.outgoing}
    for place in ("incoming", "outgoing"):
        if parts[place] and place in drafts:
            parts[place] = drafted(parts[place], drafts[place])
    return Line(**parts)
