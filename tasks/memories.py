"""The memory of unchanged entities as people see it: which entities each route remembers."""

from django.db.models import QuerySet

from alumio.filters import Filter, MomentField, ReferencesField, TextField
from routes.models import Route
from tasks.models import Memory
from tasks.unchanged import NOT_DELIVERED

SHOWN = ("route_id", "entity_identifier", "digest", "seen_at", "task__identifier", "task__status")


class MemoryFilter(Filter):
    """Which remembered entities."""

    route = ReferencesField(Route)
    entity_identifier = TextField("Entity identifier is")
    entity_identifier__contains = TextField("Entity identifier contains")
    seen_after = MomentField(label="Last sent from")
    seen_before = MomentField(label="Last sent until", through=True)

    lookups = {
        "entity_identifier__contains": "entity_identifier__icontains",
        "seen_after": "seen_at__gte",
        "seen_before": "seen_at__lt",
    }

    def apply(self, queryset):
        """Routes go by key, so that the index of (route, entity) gives the rows in order; for an
        entity alone all routes are named, since that index begins with the route."""
        if not self.is_valid():
            return queryset.none()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        routes = given.pop("route", None)
        if routes is None and "entity_identifier" in given:
            routes = Route.objects.all()
        rows = queryset.filter(**{self.lookups.get(n, n): value for n, value in given.items()})
        if routes is None:
            return rows
        return rows.filter(route__in=list(routes.values_list("pk", flat=True)))

    @property
    def order(self) -> str:
        """By entity within one route, as the index has them; else the newest to be remembered
        first."""
        return "entity_identifier" if self._is_of_one_route() else "-id"

    def _is_of_one_route(self) -> bool:
        return self.is_valid() and len(self.criteria().get("route", ())) == 1


def memories() -> QuerySet:
    """Memories with the status of the task that each was last sent with, and no data."""
    return Memory.objects.select_related("task").only(*SHOWN)


def counts(memory: Memory) -> bool:
    """Whether the memory counts: what was not delivered is sent again."""
    return memory.task is None or memory.task.status not in NOT_DELIVERED


def route_names() -> dict[int, Route]:
    """All routes by their key, without their settings."""
    return {r.pk: r for r in Route.objects.only("id", "identifier", "name", "unchanged")}
