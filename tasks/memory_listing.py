"""The list of remembered entities as its page shows it."""

from functools import cached_property

from django.http import QueryDict

from alumio import database, keyset
from alumio.listing import Listing
from routes.models import Route, Unchanged
from tasks import memories
from tasks.memories import MemoryFilter
from tasks.models import Memory


class MemoryList(Listing):
    """One request's view of the memory. `params` is the query of the address."""

    place, filter_class = "memories:list", MemoryFilter

    def __init__(self, params: QueryDict):
        super().__init__(params)
        self.until = database.now().isoformat()

    @property
    def order(self) -> str:
        return self.filter.order

    @cached_property
    def chosen(self):
        return self.filter.apply(memories.memories())

    @cached_property
    def page(self) -> keyset.Page:
        page = self.paged(self.chosen)
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
    def total(self) -> str:
        number, exact = keyset.bounded_count(self.chosen)
        return f"{number:,}" if exact else f"more than {number:,}"

    @property
    def remembering(self) -> bool:
        """Whether any route compares what comes with what it sent."""
        return any(route.unchanged != Unchanged.SEND for route in self.routes.values())

    # -- links and the filter bar ---------------------------------------------------------------

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

    def last_sent(self) -> dict:
        return self.moments("Last sent", "seen_after", "seen_before")
