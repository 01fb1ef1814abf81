"""The map: systems, incomings, routes and outgoings as a graph of five columns.

graph = Map(Wanted(words="shop"))
graph.columns          # five lists of nodes, each node with its row and what it leads to
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.utils import timezone

from alumio.configuration import Configuration
from alumio.overview import layout, timetable
from alumio.overview.health import Health
from alumio.overview.routes import judged
from alumio.overview.systems import ENDS, System, Systems
from alumio.overview.triggers import Trigger, triggers
from alumio.pages import edit_url
from connectors.models import Incoming, Outgoing
from routes.models import Route
from scheduler.models import Process
from scheduler.status import Status as ProcessStatus
from tasks import counts
from tasks.status import OPEN, Status

COLUMNS = (
    ("source", "From"),
    ("incoming", "Incoming"),
    ("route", "Routes"),
    ("outgoing", "Outgoing"),
    ("target", "To"),
)
ICONS = {"incoming": "database-import", "route": "route", "outgoing": "database-export"}


@dataclass
class Node:
    """`numbers` are of all routes that it belongs to; `next` are the nodes to the right."""

    key: str
    column: str
    name: str
    icon: str
    url: str
    identifier: str = ""
    off: bool = False
    triggers: list[Trigger] = field(default_factory=list)
    health: Health | None = None
    numbers: Counter = field(default_factory=Counter)
    running: bool = False
    next: list["Node"] = field(default_factory=list)
    before: list["Node"] = field(default_factory=list)
    row: int = 0

    @property
    def system(self) -> str:
        """Of a system its key, which it has in both columns alike; else ""."""
        return "" if self.identifier else self.key.partition(":")[2]

    @property
    def open(self) -> int:
        return sum(self.numbers[status] for status in OPEN)

    @property
    def failed(self) -> int:
        return self.numbers[Status.FAILED]

    @property
    def words(self) -> str:
        """What a search looks through."""
        return " ".join([self.name, self.identifier, *(t.name for t in self.triggers)]).casefold()


@dataclass(frozen=True)
class Wanted:
    """What to show: words that a name along the way holds, the key of a system, a colour."""

    words: str = ""
    system: str = ""
    colour: str = ""

    @property
    def is_all(self) -> bool:
        return not (self.words or self.system or self.colour)


class Map:
    """The nodes that are wanted. A route is shown with all that it joins; what no route joins is
    shown where it matches by itself."""

    def __init__(self, wanted: Wanted = Wanted()):
        self.wanted = wanted
        self.nodes: dict[str, Node] = {}
        self._build()
        self.whole = len(self.nodes)
        self.systems = sorted(
            {(node.system, node.name) for node in self._of("source", "target")},
            key=lambda system: system[1].casefold(),
        )
        if not wanted.is_all:
            self._keep({key for way in self._ways() if self._fits(way) for key in way})
        self._place()

    @cached_property
    def columns(self) -> list[tuple[str, str, list[Node]]]:
        """(name, title, nodes from top to bottom)."""
        return [
            (name, title, sorted(self._of(name), key=lambda node: node.row))
            for name, title in COLUMNS
        ]

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        ends = {model: list(_ends(model)) for model in (Incoming, Outgoing)}
        routes = list(_routes(ends))
        self._triggers = triggers()
        self._running = _running()
        systems = Systems()
        for end in ends[Incoming]:
            self._join(self._system("source", systems.of(end)), self._own(end))
        for end in ends[Outgoing]:
            self._join(self._own(end), self._system("target", systems.of(end)))
        for route in routes:
            node = self._own(route)
            self._join(self.nodes[key_of(route.incoming)], node)
            self._join(node, self.nodes[key_of(route.outgoing)])
        self._count(routes)

    def _own(self, configuration: Configuration) -> Node:
        kind, identifier = configuration.kind, configuration.identifier
        node = Node(
            key=key_of(configuration),
            column=kind,
            name=configuration.name,
            icon=ICONS[kind],
            url=edit_url(configuration),
            identifier=identifier,
            off=not configuration.enabled,
            triggers=self._triggers.get((kind, identifier), []),
            running=(kind, configuration.pk) in self._running,
        )
        return self.nodes.setdefault(node.key, node)

    def _system(self, column: str, system: System) -> Node:
        node = Node(f"{column}:{system.key}", column, system.name, system.icon, system.url)
        return self.nodes.setdefault(node.key, node)

    @staticmethod
    def _join(left: Node, right: Node) -> None:
        left.next.append(right)
        right.before.append(left)

    def _count(self, routes: list[Route]) -> None:
        """Give each route its numbers and health, and all that leads to it or from it the sum."""
        now, numbers = timezone.now(), counts.by_route()
        runs = timetable.runs_of(routes, timetable.enabled_jobs(), now)
        health = judged(routes, numbers, runs, now)
        for route in routes:
            node, own = self.nodes[key_of(route)], numbers.get(route.pk, Counter())
            node.health = health[route.pk]
            for each in (node, *self._beside(node)):
                each.numbers = each.numbers + own

    @staticmethod
    def _beside(route: Node) -> list[Node]:
        """The incoming, the outgoing and the two systems of a route."""
        ends = [*route.before, *route.next]
        return [*ends, *route.before[0].before, *route.next[0].next]

    # -- choosing -------------------------------------------------------------------------------

    def _ways(self) -> list[set[str]]:
        """What belongs together: each route with its ends, and each end that has no route."""
        ways = [{r.key, *(n.key for n in self._beside(r))} for r in self._of("route")]
        lonely = [n for n in self._of("incoming") if not n.next]
        lonely += [n for n in self._of("outgoing") if not n.before]
        return ways + [{n.key, *(o.key for o in (*n.before, *n.next))} for n in lonely]

    def _fits(self, way: set[str]) -> bool:
        nodes, wanted = [self.nodes[key] for key in way], self.wanted
        words = " ".join(node.words for node in nodes)
        colours = {node.health.colour for node in nodes if node.health}
        systems = {node.system for node in nodes}
        return (
            all(word in words for word in wanted.words.casefold().split())
            and (not wanted.colour or wanted.colour in colours)
            and (not wanted.system or wanted.system in systems)
        )

    def _keep(self, keys: set[str]) -> None:
        self.nodes = {key: node for key, node in self.nodes.items() if key in keys}
        for node in self.nodes.values():
            node.next = [other for other in node.next if other.key in keys]
            node.before = [other for other in node.before if other.key in keys]

    # -- placing --------------------------------------------------------------------------------

    def _of(self, *columns: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.column in columns]

    def _place(self) -> None:
        """Routes stand in the order of their sources; the rest beside what it belongs to."""
        routes = sorted(self._of("route"), key=self._order)
        rows = {node.key: row for row, node in enumerate(routes)}
        for name, side in (("incoming", "next"), ("outgoing", "before")):
            beside = {n.key: [o.key for o in getattr(n, side)] for n in self._of(name)}
            rows |= layout.column(rows, beside, len(routes))
        for name, side in (("source", "next"), ("target", "before")):
            beside = {n.key: [o.key for o in getattr(n, side)] for n in self._of(name)}
            rows |= layout.column(rows, beside, len(routes))
        for key, node in self.nodes.items():
            node.row = rows[key]

    @staticmethod
    def _order(route: Node) -> tuple:
        incoming = route.before[0]
        source = incoming.before[0]
        return source.name.casefold(), source.key, incoming.name.casefold(), route.name.casefold()


def _ends(model):
    """Incomings or outgoings, with what tells their system and no more of their settings."""
    setting, _ = ENDS[model.kind]
    return model.objects.order_by("name").only("name", "identifier", "enabled", setting)


def _routes(ends: dict) -> Iterator[Route]:
    """All routes, joined to the ends that were read already."""
    incomings, outgoings = ({end.pk: end for end in ends[m]} for m in (Incoming, Outgoing))
    columns = ("name", "identifier", "enabled", "realtime", "incoming_id", "outgoing_id")
    for route in Route.objects.order_by("name").only(*columns):
        if route.incoming_id in incomings and route.outgoing_id in outgoings:
            route.incoming = incomings[route.incoming_id]
            route.outgoing = outgoings[route.outgoing_id]
            yield route


def key_of(configuration: Configuration) -> str:
    return f"{configuration.kind}:{configuration.identifier}"


def _running() -> set[tuple[str, int]]:
    """(kind, primary key) of what runs now."""
    rows = Process.objects.filter(status=ProcessStatus.RUNNING).values_list("incoming", "route")
    found = defaultdict(set)
    for incoming, route in rows:
        found["incoming"].add(incoming)
        found["route"].add(route)
    return {(kind, key) for kind, keys in found.items() for key in keys if key}
