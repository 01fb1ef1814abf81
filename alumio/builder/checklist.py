"""What a route still needs to move records, and what would make it better."""

from dataclasses import dataclass

from alumio.builder.document import Document, texts_in
from alumio.builder.faults import Fault
from alumio.builder.line import Line
from alumio.builder.steps import Place, title_at
from connectors.types.subscribers.webhook import WebhookSubscriber

SETS_SCHEMA = "type-setter"
SCHEDULER, REAL_TIME = "scheduler", "real-time"


@dataclass(frozen=True)
class Item:
    """A line of the checklist. What is needed has to be done before the route can be enabled.
    `ways` are those to get it done, where there are several, the likelier one first."""

    text: str
    at: str
    done: bool
    needed: bool = True
    ways: tuple[str, ...] = ()


def checklist(line: Line) -> list[Item]:
    """What a route needs to move records, in the order of the line."""
    document, route = line.document, line.route
    incoming, outgoing = document.incoming, document.outgoing
    items = [
        Item("Give the route a name", "route", bool(route.data.get("name"))),
        Item(
            "Create an incoming configuration",
            incoming.key if incoming else "choose/incoming",
            bool(incoming),
        ),
        Item(
            "Create an outgoing configuration",
            outgoing.key if outgoing else "choose/outgoing",
            bool(outgoing),
        ),
        *triggering(line),
        delivering(line),
    ]
    for end in filter(None, (incoming, outgoing)):
        if not end.data.get("enabled", True):
            items.append(Item(f"“{end.name}” is disabled", end.key, False))
    return items + [Item(words_of(fault, document), fault.at, False) for fault in shown(line)]


def triggering(line: Line) -> list[Item]:
    """A trigger that can start nothing yet says what it lacks, and is none until then."""
    works = any(not node.notice for node in line.triggers)
    first = [Item("Add a trigger that fetches", "choose/trigger", works, needed=False)]
    lacking = [
        Item(f"{node.title} › {node.notice}", node.at, False, needed=False)
        for node in line.triggers
        if node.notice
    ]
    return lacking + first if works or not lacking else lacking


def delivering(line: Line) -> Item:
    """What arrives by itself is mostly delivered at once, what is fetched at times by another."""
    is_done = bool(line.schedulers or line.route.data.get("realtime"))
    text, ways = "Add a scheduler that delivers, or switch real-time on", (SCHEDULER, REAL_TIME)
    if is_fed_by_webhook(line.document):
        text, ways = "Switch real-time on, or add a scheduler that delivers", (REAL_TIME, SCHEDULER)
    return Item(text, "choose/scheduler", is_done, needed=False, ways=ways)


def is_fed_by_webhook(document: Document) -> bool:
    subscriber = document.incoming and document.incoming.data.get("subscriber")
    prototype = subscriber.get("prototype") if isinstance(subscriber, dict) else ""
    return prototype == WebhookSubscriber.prototype


def hints(line: Line) -> list[Item]:
    """What would make a route better that is right already."""
    incoming = line.document.incoming
    if incoming is None or not is_nameless(line.document):
        return []
    text = "Choose a schema, so that tasks carry an identifier that can be read"
    return [Item(text, incoming.key, False, needed=False)]


def is_nameless(document: Document) -> bool:
    """Whether no schema says what identifies a record, so that a checksum of its data does."""
    steps = [part.data.get("transformers") or [] for part in (document.incoming, document.route)]
    return not document.incoming.data.get("entity_schema") and SETS_SCHEMA not in texts_in(steps)


def shown(line: Line) -> list[Fault]:
    """The faults, without those that the checklist names by itself or that follow from others."""
    route = line.route.key
    named = {(route, "name"), (route, "incoming"), (route, "outgoing")}
    every = [fault for faults in line._faults.values() for fault in faults]
    told_already = [f for f in every if (f.part, f.path[0] if f.path else "") in named]
    return [fault for fault in every if not fault.follows and fault not in told_already]


def words_of(fault: Fault, document: Document) -> str:
    part = document.of_key(fault.part)
    place = Place.read(fault.at)
    name = part.name if part else fault.part
    if not place:
        return f"{name}: {fault.text}"
    step = f"{place.index + 1} › {title_at(document, place)}"
    where = f"Step {step}" if fault.part == document.route.key else f"{name} › step {step}"
    return f"{where}: {fault.text}"


def is_ready(items: list[Item]) -> bool:
    return all(item.done for item in items if item.needed)


def is_retrying_in_vain(line: Line) -> bool:
    """Retrying needs a scheduler (Alumio §14.3.5); real-time routes are swept by themselves."""
    data = line.route.data
    return bool(data.get("retry_enabled")) and not (data.get("realtime") or line.schedulers)
