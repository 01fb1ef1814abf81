"""What happens when something is chosen: it is put into the document, new or as it is saved."""

from alumio.builder.choosers import ENDS, spec_of
from alumio.builder.document import Document, forms, key_of, noun_of
from alumio.builder.line import JOBS
from alumio.builder.steps import Place, insert


class Refused(ValueError):
    """What was asked for cannot be done, and why."""


EVERY_FIVE_MINUTES = "*/5 * * * *"


def choose(document: Document, at: str, field: str, name: str) -> tuple[str, str]:
    """Put what was chosen where it belongs. Returns what was done, and what to show next."""
    _, _, what = at.partition("/")
    if what in ENDS:
        return _end(document, what, field, name)
    if what in JOBS:
        return _trigger(document, what, name or "scheduled-job")
    if place := Place.read(what):
        return _step(document, place, field, name)
    raise Refused("There is nothing to choose here.")


def _end(document: Document, kind: str, field: str, name: str) -> tuple[str, str]:
    setting, registry, _ = ENDS[kind]
    if field == "saved":
        if not document.part(kind, name):
            raise Refused(f"There is no {kind} called “{name}” any more.")
        identifier = name
    elif name in registry:
        identifier = document.add(kind, {setting: {"prototype": name, "parameters": {}}})
    else:
        raise Refused(f"There is no {registry.noun} called “{name}”.")
    document.change(document.route, **{kind: identifier})
    return f"Chose the {kind}", key_of(kind, identifier)


def _trigger(document: Document, what: str, kind: str) -> tuple[str, str]:
    if kind not in ("scheduled-job", "webhook") or kind not in forms():
        raise Refused("There is no such trigger.")
    incoming, route = document.incoming, document.route
    if what == "trigger" and incoming is None:
        raise Refused("Create an incoming configuration first.")
    if kind == "webhook":
        data = {"name": f"Webhook of {incoming.name}", "incomings": [incoming.identifier]}
    elif what == "trigger":
        data = {"name": f"Fetch {incoming.name}", "incoming": incoming.identifier}
    else:
        name = route.data.get("name") or "the route"
        data = {"name": f"Run {name}", "route": route.identifier}
    if kind == "scheduled-job":
        data |= {"job": JOBS[what].value, "expression": EVERY_FIVE_MINUTES}
    identifier = document.add(kind, data)
    return f"Added a {noun_of(kind)}", key_of(kind, identifier)


def _step(document: Document, place: Place, field: str, name: str) -> tuple[str, str]:
    spec = name if field == "saved" else spec_of(name)
    if not spec:
        raise Refused(f"There is no transformer called “{name}”.")
    insert(document, place, [spec])
    return "Added a transformer", str(place)


CREATED = {"connection": "client", "entity-schema": "entity_schema", "storage": "storage"}
"""What can be made on the way, in the panel of what needs it."""


def create_on_the_way(document: Document, kind: str) -> str:
    """A new connection, schema or storage, still without a name; a connection begins with the
    address of the system. Returns its identifier."""
    if kind not in CREATED:
        raise Refused(f"No {kind} can be created here.")
    data = {}
    if kind == "connection":
        address = {"prototype": "base-uri", "parameters": {}}
        data = {"client": {"prototype": "http-client", "parameters": {"plugins": [address]}}}
    return document.add(kind, data)
