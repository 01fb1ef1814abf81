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
        "route": "route__in",
        "entity_identifier__contains": "entity_identifier__icontains",
        "seen_after": "seen_at__gte",
        "seen_before": "seen_at__lt",
    }

    def apply(self, queryset):
        """An entity alone is looked for on each route: that is what the index is made for."""
        rows = super().apply(queryset)
        if self.is_valid() and self._names_an_entity_alone():
            return rows.filter(route__in=list(Route.objects.values_list("pk", flat=True)))
        return rows

    def _names_an_entity_alone(self) -> bool:
        return bool(self.cleaned_data["entity_identifier"]) and not self.cleaned_data["route"]

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
