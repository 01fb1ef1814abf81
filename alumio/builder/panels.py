"""The side panel: the settings of one node, drawn by the forms of the configurations' own pages."""

from dataclasses import dataclass, field

from alumio import posted, usage
from alumio.builder import editing
from alumio.builder.checklist import is_nameless
from alumio.builder.document import LISTS, Document, Part, forms, noun_of
from alumio.builder.line import PRESETS, shared_with
from alumio.builder.steps import Place, part_at, step_at, steps_of
from alumio.builder.telling import told
from alumio.drawing import Place as DrawnPlace
from alumio.drawing import faults_of
from alumio.drawnform import DrawnForm
from alumio.drawnwidgets import draw_step, helps
from alumio.jsontext import dumps
from alumio.located import Located
from alumio.pages import Section, registered
from alumio.widgets import ComponentsInput
from scheduler.webhooks.models import Webhook
from transformers.registries import entity_transformers

MAIN = {
    "route": ("name", "description"),
    "incoming": ("name", "subscriber", "entity_schema"),
    "outgoing": ("name", "publisher"),
    "connection": ("name", "client"),
    "storage": ("name", "time_to_live"),
    "transformer": ("name", "step"),
    "entity-schema": ("name", "identifier_paths", "schema"),
    "scheduled-job": ("expression", "time_zone", "number_of_tasks", "name"),
    "webhook": ("name", "validators"),
}
FIXED = {
    "route": ("incoming", "outgoing"),
    "scheduled-job": ("job", "incoming", "route"),
    "webhook": ("incomings",),
}
"""Settings that the line itself shows."""
NAMELESS = (
    "Without a schema, tasks are named by a checksum of their data. One that says which field "
    "identifies a record gives them names that can be read."
)
SETTINGS, START = "settings", "start"
"""The addresses of the panels with a route's advanced settings, and with what comes first."""


@dataclass
class Drawn:
    """A panel ready for its template."""

    at: str
    title: str
    icon: str
    noun: str
    body: list = field(default_factory=list)
    more: list = field(default_factory=list)
    sections: list = field(default_factory=list)
    step: dict | None = None
    mapper: object = None
    fits_mapper: bool = False
    problems: list = field(default_factory=list)
    helps: str = "{}"
    shared: list[str] = field(default_factory=list)
    removable: bool = False
    is_step: bool = False
    is_new: bool = False
    schedule: bool = False
    note: str = ""
    webhook: Webhook | None = None
    presets: tuple = PRESETS


class Panel:
    """The settings of one node: `names` are the fields it shows of its part."""

    def __init__(self, document: Document, at: str):
        self.document, self.at = document, at
        self.part = self.find()
        if self.part is None:
            raise LookupError(f"There is nothing at {at}.")
        self.main, self.more, self.sections = self.fields()

    def find(self) -> Part | None:
        return self.document.route if self.at == "route" else self.document.of_key(self.at)

    @property
    def names(self) -> list[str]:
        in_sections = [name for section in self.sections for name in section.fields]
        return [*self.main, *self.more, *in_sections]

    def fields(self) -> tuple[list[str], list[str], list[Section]]:
        every = [n for n in forms()[self.part.kind].base_fields if n != "revision"]
        hidden = {*FIXED.get(self.part.kind, ()), *LISTS}
        if self.part.kind == "route":
            hidden |= set(every) - {*MAIN["route"], "identifier"}
        if self.part.data.get("job") == "import":
            hidden.add("number_of_tasks")
        shown = [name for name in every if name not in hidden]
        main = [name for name in MAIN.get(self.part.kind, shown) if name in shown]
        return main, [name for name in shown if name not in main], []

    # ------------------------------------------------------------ reading what was posted

    def values(self, data) -> dict:
        return editing.posted_values(self.part, self.names, data)

    def own(self, errors: list[Located]) -> list[Located]:
        """The errors that this panel can put right."""
        return [error for error in errors if error.path[:1] and error.path[0] in self.names]

    # ------------------------------------------------------------ drawing

    def draw(self, data=None, *, checked=False, readonly=False) -> Drawn:
        """As it is in the draft, or as it was posted. `checked` shows what is wrong."""
        values = editing.masked(self.part) if data is None else self.values(data)
        if self.part.kind == "connection" and self.part.is_new:
            values["client"] = with_one_open(values["client"])
        form = editing.form_with(self.part, values)
        errors = self.own(form.located_errors()) if checked else []
        drawn = self.start(readonly)
        self.fill(drawn, form, values, errors, readonly)
        return drawn

    def start(self, readonly: bool) -> Drawn:
        kind = self.part.kind
        return Drawn(
            at=self.at,
            title=self.part.data.get("name") or f"New {noun_of(kind)}",
            icon=registered[kind].icon if kind in registered else "settings",
            noun=noun_of(kind),
            shared=self.shared(),
            removable=not readonly and kind in ("scheduled-job", "webhook", "incoming", "outgoing"),
            is_new=self.part.is_new,
            schedule=kind == "scheduled-job",
            webhook=self.saved_webhook(),
            note=NAMELESS if kind == "incoming" and is_nameless(self.document) else "",
        )

    def saved_webhook(self) -> Webhook | None:
        """The one that this panel is about, which has an address once it is saved."""
        if self.part.kind != "webhook" or self.part.is_new:
            return None
        return self.document.saved("webhook", self.part.identifier)

    def shared(self) -> list[str]:
        """What else uses this configuration, and would change with it."""
        if self.part.is_new or self.part.kind in ("route", "scheduled-job", "webhook"):
            return []
        if self.part.kind in ("incoming", "outgoing"):
            return shared_with(self.part, self.document.route)
        row = self.document.saved(self.part.kind, self.part.identifier)
        mine = {part.name for part in (self.document.incoming, self.document.outgoing) if part}
        return sorted({use.user.name for use in usage.uses_of(row)} - mine) if row else []

    def fill(self, drawn: Drawn, form, values: dict, errors, readonly: bool) -> None:
        whole = DrawnForm(form, readonly=readonly, checked=bool(errors), only=self.names)
        drawn.body = [whole.fields[name] for name in self.main]
        drawn.more = [whole.fields[name] for name in self.more]
        drawn.sections = [
            (s, [whole.fields[n] for n in s.dependents], whole.fields.get(s.switch))
            for s in self.sections
        ]
        drawn.problems = [problem for problem in whole.problems if problem["anchor"]]
        drawn.helps = whole.helps


class SettingsPanel(Panel):
    """Advanced settings: the policies of the route, in the sections of its own page."""

    def find(self) -> Part:
        return self.document.route

    def fields(self):
        flow = {*FIXED["route"], "transformers"}
        sections = [s for s in registered["route"].sections if not flow & set(s.fields)]
        return [], [], sections

    def start(self, readonly: bool) -> Drawn:
        return Drawn(SETTINGS, "Advanced settings", "adjustments-horizontal", "route")


class StartPanel(Panel):
    """Where a new route begins: with its name."""

    def find(self) -> Part:
        return self.document.route

    def fields(self):
        return ["name"], [], []

    def start(self, readonly: bool) -> Drawn:
        return Drawn(START, "Start here", "flag", "route")


class StepPanel(Panel):
    """One step of a list. It is posted as `step`, whatever its place."""

    def find(self) -> Part:
        self.place = Place.read(self.at)
        step_at(self.document, self.place)
        return part_at(self.document, self.place)

    def fields(self):
        return [], [], []

    def values(self, data) -> dict:
        values = editing.masked(self.part)
        steps = list(values.get(self.place.list) or [])
        steps[self.place.index] = self.spec(data)
        return values | {self.place.list: steps}

    def spec(self, data):
        return posted.parse_component(entity_transformers, data, "step")

    def own(self, errors):
        return [error for error in errors if error.path[:2] == self.place[1:]]

    def start(self, readonly: bool) -> Drawn:
        drawn = super().start(readonly)
        drawn.icon, drawn.noun, drawn.is_step = "wand", "transformer", True
        drawn.removable = not readonly
        return drawn

    def fill(self, drawn, form, values, errors, readonly) -> None:
        faults, anchors = faults_of(errors)
        place = DrawnPlace(readonly=readonly, faults=faults).below(*self.place[1:])
        widget = ComponentsInput(entity_transformers)
        spec = with_one_open(values[self.place.list][self.place.index])
        count = len(steps_of(self.part, self.place.list))
        drawn.step = draw_step(widget, "step", spec, self.place.index, count, place)
        drawn.title = told(self.document, values[self.place.list][self.place.index]).title
        drawn.helps = dumps(helps(place))
        drawn.problems = [
            {"words": " › ".join(e.words[2:]), "reason": e.reason, "anchor": anchors.get(i, "")}
            for i, e in enumerate(errors)
        ]


def with_one_open(spec):
    """A step whose only inner step is unfolded, since that is what the panel was opened for."""
    if not isinstance(spec, dict):
        return spec
    lists = {k: v for k, v in (spec.get("parameters") or {}).items() if isinstance(v, list) and v}
    inner = [(k, v[0]) for k, v in lists.items() if len(v) == 1 and isinstance(v[0], dict)]
    if len(lists) != 1 or not inner or "prototype" not in inner[0][1]:
        return spec
    name, only = inner[0]
    opened = posted.PostedStep(only)
    opened.open, opened.focused = True, getattr(only, "focused", "")
    shown = posted.PostedStep(spec)
    shown["parameters"] = spec["parameters"] | {name: [opened]}
    return shown
