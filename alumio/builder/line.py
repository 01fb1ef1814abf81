"""The line of a route as nodes, from its triggers to its finished tasks."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from alumio.builder.document import MADE_UP, Document, Part
from alumio.builder.faults import Fault
from alumio.builder.steps import Place, steps_of
from alumio.builder.telling import told
from alumio.summary import line_of
from connectors.registries import publishers, subscribers
from routes.models import Route
from scheduler.models import Kind
from scheduler.webhooks.head import PREFIX

ICONS = {"scheduled-job": "clock-play", "webhook": "webhook"}
AT_INCOMING = "Runs on each record that comes in, for every route of this incoming."
ON_ROUTE = "Runs on each record of this route, before it becomes a task."
AT_OUTGOING = "Runs on each task as it is delivered, for every route of this outgoing."
AFTER = "Runs on what the target answered, once a task was delivered."
NOBODY = "Nobody may call yet: choose who may"


@dataclass
class Node:
    """One box of the line. `at` is its address, `type` the small line over its title; `cron` is the
    title where it is an expression that the page puts into words."""

    at: str
    type: str
    title: str
    summary: str
    icon: str
    faults: list[Fault] = field(default_factory=list)
    off: bool = False
    changed: bool = False
    saved: bool = False
    number: int = 0
    notice: str = ""
    cron: str = ""

    @property
    def reason(self) -> str:
        """Why it has a triangle."""
        return " ".join([*(fault.text for fault in self.faults), self.notice]).strip()


@dataclass
class Steps:
    """The steps of one configuration, as a part of the line. `adds` is what adds one says, `about`
    when they run."""

    part: str
    list: str
    nodes: list[Node]
    label: str
    adds: str
    about: str
    shared: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{self.part}/{self.list}"

    @property
    def end(self) -> str:
        return f"{self.place}/{len(self.nodes)}"


class Line:
    """What the screen shows of a document. `faults` are those of its last check."""

    def __init__(self, document: Document, faults: list[Fault]):
        self.document = document
        self._faults = defaultdict(list)
        for fault in faults:
            self._faults[fault.at].append(fault)
        self._names = {
            part.identifier: part.name
            for part in document.changed_parts()
            if part.identifier.startswith(MADE_UP)
        }

    # ------------------------------------------------------------ nodes

    @cached_property
    def route(self) -> Part:
        return self.document.route

    @cached_property
    def triggers(self) -> list[Node]:
        return [self._trigger(part) for part in self.document.triggers()]

    @cached_property
    def schedulers(self) -> list[Node]:
        return [self._trigger(part) for part in self.document.schedulers()]

    @cached_property
    def incoming(self) -> Node | None:
        part = self.document.incoming
        return part and self._end(part, "Incoming", "database-import", "subscriber", subscribers)

    @cached_property
    def outgoing(self) -> Node | None:
        part = self.document.outgoing
        return part and self._end(part, "Outgoing", "database-export", "publisher", publishers)

    @cached_property
    def incoming_steps(self) -> Steps | None:
        part = self.document.incoming
        return part and self._steps(
            part, "transformers", "of the incoming", "Add to the incoming", AT_INCOMING
        )

    @cached_property
    def route_steps(self) -> Steps:
        return self._steps(
            self.route, "transformers", "of this route", "Add a transformer", ON_ROUTE
        )

    @cached_property
    def outgoing_steps(self) -> Steps | None:
        part = self.document.outgoing
        return part and self._steps(
            part, "transformers", "of the outgoing", "Add to the outgoing", AT_OUTGOING
        )

    @cached_property
    def steps_after(self) -> Steps | None:
        part = self.document.outgoing
        return part and self._steps(
            part, "after_transformers", "after publishing", "Add after publishing", AFTER
        )

    # ------------------------------------------------------------ how a node is made

    def _end(self, part: Part, word: str, icon: str, name: str, registry) -> Node:
        settings = part.data.get(name)
        summary = line_of(settings, registry) or f"Choose a {registry.noun}"
        return self._node(part, word, summary, icon)

    def _trigger(self, part: Part) -> Node:
        if part.kind == "webhook":
            node = self._node(part, "Webhook", called_at(part), ICONS["webhook"])
            node.notice = NOBODY if admits_nobody(part) else ""
            return node
        data = part.data
        words = [
            part.name,
            data["time_zone"] if data.get("time_zone", "UTC") != "UTC" else "",
            f"{data['number_of_tasks']} tasks a run" if data.get("number_of_tasks") else "",
            f"{1 + len(data['then'])} jobs in order" if data.get("then") else "",
        ]
        node = self._node(part, "Scheduler", " · ".join(filter(None, words)), ICONS[part.kind])
        expression = data.get("expression") or ""
        node.title = in_words(expression)
        node.cron = expression if node.title == expression else ""
        return node

    def _node(self, part: Part, word: str, summary: str, icon: str) -> Node:
        return Node(
            at=part.key,
            type=word,
            title=part.name,
            summary=self._readable(summary),
            icon=icon,
            faults=self._faults[part.key],
            off=not part.data.get("enabled", True),
            changed=part.changed and not part.is_new,
        )

    def _steps(self, part: Part, name: str, label: str, adds: str, about: str) -> Steps:
        nodes = [
            self._step(Place(part.key, name, index), spec)
            for index, spec in enumerate(steps_of(part, name))
        ]
        shared = [] if part.kind == "route" else shared_with(part, self.route)
        return Steps(part.key, name, nodes, label, adds, about, shared)

    def _step(self, place: Place, spec) -> Node:
        meta = (spec.get("meta") or {}) if isinstance(spec, dict) else {}
        kind, title, summary = told(self.document, spec)
        return Node(
            at=str(place),
            type=kind,
            title=title,
            summary=self._readable(summary),
            icon="bookmark" if isinstance(spec, str) else "wand",
            faults=self._faults[str(place)],
            off=bool(meta.get("disabled")),
            saved=isinstance(spec, str),
            number=place.index + 1,
        )

    def _readable(self, text: str) -> str:
        """A text with the names of what is not saved yet."""
        for identifier, name in self._names.items():
            text = text.replace(identifier, name)
        return text


PRESETS = (
    ("Every minute", "* * * * *"),
    ("Every 5 minutes", "*/5 * * * *"),
    ("Every hour", "0 * * * *"),
    ("Every night at 3", "0 3 * * *"),
    ("Weekdays at 8", "0 8 * * mon-fri"),
)
"""Times that are often chosen."""
MINUTES = re.compile(r"\*/(\d+) \* \* \* \*")


def called_at(webhook: Part) -> str:
    """Where it is called; its page has the whole address."""
    if webhook.is_new or webhook.data.get("by_token"):
        return "Whenever it is called"
    return f"Called at {PREFIX}{webhook.identifier}"


def admits_nobody(webhook: Part) -> bool:
    """Whether it lets no call in: a validator that is switched off is none."""
    validators = webhook.data.get("validators") or []
    return all((each.get("meta") or {}).get("disabled") for each in validators)


def in_words(expression: str) -> str:
    """A cron expression that is often chosen in words, any other as it is."""
    known = {cron: words for words, cron in PRESETS}
    minutes = MINUTES.fullmatch(expression)
    return known.get(expression) or (f"Every {minutes[1]} minutes" if minutes else expression)


def shared_with(part: Part, route: Part) -> list[str]:
    """The names of the other routes that use this incoming or outgoing."""
    if part.is_new:
        return []
    rows = Route.objects.filter(**{f"{part.kind}__identifier": part.identifier})
    return list(rows.exclude(identifier=route.identifier).values_list("name", flat=True))


JOBS = {"trigger": Kind.IMPORT, "scheduler": Kind.EXPORT}
"""What a scheduled job runs that is added at this place of the line."""
