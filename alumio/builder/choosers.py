"""What can be put at a place of the line: saved configurations, and types to make a new one of."""

from dataclasses import dataclass, field

from alumio.builder import mapping, table
from alumio.builder.document import Document, forms
from alumio.builder.steps import Place
from alumio.components import Registry
from alumio.fields import RowsField
from alumio.pages import registered
from alumio.summary import line_of
from connectors.registries import publishers, subscribers
from transformers.registries import data_transformers, entity_transformers
from transformers.saved import saved_transformers


@dataclass(frozen=True)
class Choice:
    """`name` is what is posted as `field`: "saved" or "type"."""

    field: str
    name: str
    label: str
    about: str = ""
    icon: str = ""


@dataclass
class Chooser:
    at: str
    title: str
    about: str
    icon: str
    saved: list[Choice] = field(default_factory=list)
    types: list[Choice] = field(default_factory=list)
    saved_title: str = ""
    types_title: str = ""


ENDS = {
    "incoming": ("subscriber", subscribers, "database-import"),
    "outgoing": ("publisher", publishers, "database-export"),
}
LEADING = {
    "incoming": ("http-subscriber", "webhook-subscriber"),
    "outgoing": ("http-publisher",),
    "step": ("value-setter", "value-mapper", "pattern-move", "value-remover", "conditional"),
}
"""Types that come first, since most routes begin with them."""


def chooser_at(document: Document, at: str) -> Chooser:
    """The chooser of an address such as "choose/incoming". Raises LookupError."""
    _, _, what = at.partition("/")
    if what == "start":
        return Chooser(at, "Start here", "", "flag")
    if what in ENDS:
        return _end(what, at)
    if what == "trigger":
        return _trigger(at)
    if place := Place.read(what):
        return _step(document, place, at)
    raise LookupError(f"There is nothing to choose at {at}.")


def _end(kind: str, at: str) -> Chooser:
    _, registry, icon = ENDS[kind]
    pages = registered[kind]
    rows = pages.rows().order_by("name")
    saved = [Choice("saved", row.identifier, row.name, pages.line(row), icon) for row in rows]
    a_kind = f"an {kind} configuration"
    return Chooser(
        at,
        f"Create {a_kind}",
        pages.about,
        icon,
        saved=saved,
        types=types_of(registry, kind),
        saved_title=f"Select an existing {kind} configuration",
        types_title="Create a new one",
    )


def types_of(registry: Registry, what: str) -> list[Choice]:
    """The types of a registry, those that most routes begin with first."""
    leading = [name for name in LEADING[what] if name in registry]
    others = [c.prototype for c in registry if c.prototype not in leading]
    return [
        Choice("type", name, registry[name].label, registry[name].help)
        for name in [*leading, *others]
    ]


MAPPER, FILTER = "map-fields", "filter"
INSIDE = "data/"


def steps_to_choose() -> list[Choice]:
    """Mapping, filtering, what most routes need, then all others by name. What changes data stands
    inside the step "Data", which is made along with it."""
    two = "Two columns: the fields that arrive, the fields that the target wants."
    maps = Choice("type", MAPPER, mapping.NAME, two, "columns-2")
    keep = Choice("type", FILTER, "Keep only some records", "Drops those that break a condition.")
    inside = [
        Choice("type", INSIDE + c.prototype, c.label, c.help)
        for c in data_transformers
        if c.prototype not in entity_transformers
    ]
    whole = [Choice("type", c.prototype, c.label, c.help) for c in entity_transformers]
    return [maps, keep, *sorted(inside + whole, key=place_among_steps)]


def place_among_steps(choice: Choice) -> tuple[int, str]:
    leading, prototype = LEADING["step"], choice.name.removeprefix(INSIDE)
    first = leading.index(prototype) if prototype in leading else len(leading)
    return first, choice.label.lower()


def spec_of(name: str) -> dict | None:
    """The step that a choice stands for; None where there is no such type."""
    if name == MAPPER:
        return table.new_step()
    if name == FILTER:
        condition = {"prototype": "value-condition-v2", "parameters": {}}
        return data_step(filters=[condition], transformers=[])
    prototype = name.removeprefix(INSIDE)
    if name.startswith(INSIDE) and prototype in data_transformers:
        return data_step(filters=[], transformers=[begun(data_transformers, prototype)])
    return begun(entity_transformers, name) if name in entity_transformers else None


def begun(registry: Registry, prototype: str) -> dict:
    """A step of this type. One whose settings begin with rows begins with an empty row."""
    first = next(iter(registry[prototype].Parameters.base_fields.items()), ("", None))
    rows = {first[0]: [{}]} if type(first[1]) is RowsField else {}
    return {"prototype": prototype, "parameters": rows}


def data_step(**parameters) -> dict:
    return {"prototype": "data", "parameters": parameters}


def _trigger(at: str) -> Chooser:
    types = [
        Choice(
            "type",
            "scheduled-job",
            "Set up a scheduler",
            "Fetches at the times that you choose.",
            "clock-play",
        )
    ]
    if "webhook" in forms():
        text = "Takes in what another system sends, at the moment it sends it."
        types.append(Choice("type", "webhook", "Set up a webhook", text, "webhook"))
    return Chooser(
        at, "Add trigger", "What makes the incoming fetch or receive.", "bolt", types=types
    )


def _step(document: Document, place: Place, at: str) -> Chooser:
    saved = [
        Choice("saved", identifier, name, line_of(identifier, entity_transformers), "bookmark")
        for identifier, name in saved_transformers()
    ]
    return Chooser(
        at,
        "Add a transformer",
        "A step changes each record, lets it pass or drops it.",
        "wand",
        saved=saved,
        types=steps_to_choose(),
        saved_title="Saved transformers",
        types_title="Types",
    )
