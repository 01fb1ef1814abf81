"""The list of remembered entities as its page shows it."""

from datetime import datetime
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse

from alumio import database, keyset
from alumio.located import Located
from routes.models import Route, Unchanged
from tasks import memories
from tasks.memories import MemoryFilter
from tasks.models import Memory

SIZE = 50
PRESETS = (("Last hour", "-1h"), ("Last 24 hours", "-24h"), ("Last 7 days", "-7d"))


class MemoryList:
    """One request's view of the memory. `params` is the query of the address."""

    def __init__(self, params: QueryDict):
        self.params = params.copy()
        for name in [name for name in self.params if not any(self.params.getlist(name))]:
            del self.params[name]
        self.filter = MemoryFilter(self.params, besides=("cursor",))
        self.faults = [] if self.filter.is_valid() else self.filter.located_errors()
        self.until = database.now().isoformat()

    @cached_property
    def chosen(self):
        return self.filter.apply(memories.memories())

    @cached_property
    def page(self) -> keyset.Page:
        order = self.filter.order
        try:
            page = keyset.page(self.chosen, order, SIZE, self.params.get("cursor"))
        except Located:
            page = keyset.page(self.chosen, order, SIZE)
        return page._replace(rows=[self.dressed(row) for row in page.rows])

    def dressed(self, memory: Memory) -> Memory:
        memory.shown_route = self.routes[memory.route_id]
        memory.counts = memories.counts(memory)
        memory.route_url = self.url(route=memory.shown_route.identifier)
        return memory

    @cached_property
    def routes(self) -> dict[int, Route]:
        return memories.route_names()

    @cached_property
    def criteria(self) -> dict:
        return {} if self.faults else self.filter.criteria()

    @cached_property
    def total(self) -> str:
        number, exact = keyset.bounded_count(self.chosen)
        return f"{number:,}" if exact else f"more than {number:,}"

    @property
    def remembering(self) -> bool:
        """Whether any route compares what comes with what it sent."""
        return any(route.unchanged != Unchanged.SEND for route in self.routes.values())

    # -- links and the filter bar ---------------------------------------------------------------

    def url(self, **changes) -> str:
        """This list with other parameters, from its first page; None takes one away."""
        query = self.params.copy()
        query.pop("cursor", None)
        for name, value in changes.items():
            query.pop(name, None)
            if isinstance(value, list):
                query.setlist(name, value)
            elif value is not None:
                query[name] = value
        return f"{reverse('memories:list')}?{query.urlencode()}".rstrip("?")

    def next_url(self) -> str | None:
        return self.url(cursor=self.page.next) if self.page.next else None

    def previous_url(self) -> str | None:
        return self.url(cursor=self.page.previous) if self.page.previous else None

    def filter_query(self) -> str:
        """The filter alone, as forgetting all that match takes it."""
        query = self.params.copy()
        query.pop("cursor", None)
        return query.urlencode()

    def text(self) -> dict:
        """The field of the entity identifier: contains, or is."""
        name = "entity_identifier"
        value = self.params.get(name) or self.params.get(f"{name}__contains", "")
        return {
            "name": name,
            "label": "Entity identifier",
            "equals": bool(self.params.get(name)),
            "value": value,
        }

    def presets(self) -> list[tuple[str, str]]:
        return [(text, self.url(seen_after=ago, seen_before=None)) for text, ago in PRESETS]

    def chips(self) -> list[dict]:
        """What narrows the list, each with the address of the list without it."""
        return [chip for name in self.criteria for chip in self._chips(name)]

    def _chips(self, name: str) -> list[dict]:
        value, label = self.filter.cleaned_data[name], self.filter.fields[name].label
        if name != "route":
            is_moment = isinstance(value, datetime)
            text = value if is_moment else f"“{value}”"
            return [
                {"label": label, "text": text, "moment": is_moment, "url": self.url(**{name: None})}
            ]
        chosen = [route.identifier for route in value]
        return [
            {
                "label": "Route",
                "text": route.name,
                "url": self.url(route=[i for i in chosen if i != route.identifier] or None),
            }
            for route in value
        ]
