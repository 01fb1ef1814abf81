"""Which tasks: the one filter of the task list, the REST API and the bulk actions.

    chosen = TaskFilter(request.GET, besides=("cursor", "page_size"))   # or a plain dict
    if chosen.is_valid():
        tasks = chosen.apply(Task.objects.all())
    else:
        problems = chosen.located_errors()                              # or {{ chosen.errors }}

It is a Django form, so a page can draw its fields (`{{ chosen.status }}`). `chosen.criteria()` is
what was really asked for, as JSON: {} when every task is meant.
"""

from django import forms

from alumio.filters import ChoicesField, Filter, MomentField, ReferencesField, TextField
from routes.models import Route
from tasks import schemas
from tasks.reach import Reach
from tasks.status import Status

FOUND_AT_ONCE = {"identifier", "entity_identifier", "delivery"}
"""What so few tasks have in common that an index of its own leads to them."""
UNTIL = ("created_at__lt", "updated_at__lt")
"""A task was created before it was updated."""
COUNTED = {"route__in", "status__in"}
"""What counters are kept of."""


class CauseField(forms.IntegerField):
    """A cause, by its number: the `id` of a group of errors."""

    def __init__(self):
        super().__init__(
            label="Cause",
            required=False,
            min_value=1,
            max_value=2**63 - 1,
            error_messages={"invalid": "Give the number of a cause."},
            help_text="The “id” of a group of errors.",
        )


class DeliveryField(forms.IntegerField):
    """A delivery of a webhook, by its number."""

    def __init__(self):
        super().__init__(
            label="Delivery",
            required=False,
            min_value=1,
            max_value=2**63 - 1,
            error_messages={"invalid": "Give the number of a delivery."},
            help_text="The “id” of a delivery of a webhook.",
        )


class TaskFilter(Filter):
    """The filters of Alumio's task list (reference §15.2): text equals or contains."""

    status = ChoicesField("status", Status.choices)
    route = ReferencesField(Route)
    cause = CauseField()
    delivery = DeliveryField()
    created_after = MomentField(label="Created from")
    created_before = MomentField(label="Created until", through=True)
    updated_after = MomentField(label="Updated from")
    updated_before = MomentField(label="Updated until", through=True)
    identifier = TextField("Identifier is")
    identifier__contains = TextField("Identifier contains")
    entity_schema = TextField("Entity schema is")
    entity_schema__contains = TextField("Entity schema contains")
    entity_identifier = TextField("Entity identifier is")
    entity_identifier__contains = TextField("Entity identifier contains")

    lookups = {
        "status": "status__in",
        "route": "route__in",
        "created_after": "created_at__gte",
        "created_before": "created_at__lt",
        "updated_after": "updated_at__gte",
        "updated_before": "updated_at__lt",
        "entity_identifier__contains": "entity_identifier__icontains",
    }

    def apply(self, queryset):
        if not self.is_valid():
            return queryset.none()
        conditions = self.conditions()
        if conditions.get("entity_schema__in") == []:
            return queryset.none()
        tasks = queryset.filter(**conditions)
        if conditions and not FOUND_AT_ONCE & conditions.keys():
            tasks.reach = self._reach(conditions)
        return tasks

    def conditions(self) -> dict:
        """As told by `lookups`, in the words that cost the database least."""
        conditions = super().conditions()
        if routes := conditions.get("route__in"):
            conditions["route__in"] = [route.pk for route in routes]
        if part := conditions.get("identifier__contains"):
            conditions["identifier__contains"] = part.upper()
        if part := conditions.pop("entity_schema__contains", ""):
            conditions["entity_schema__in"] = schemas.containing(part)
        part = conditions.get("entity_identifier__icontains", "")
        if part and part.upper() == part.lower():
            conditions["entity_identifier__contains"] = part
            del conditions["entity_identifier__icontains"]
        return conditions

    def _reach(self, conditions: dict) -> Reach:
        """What the conditions say of where the tasks are."""
        names = conditions.get("entity_schema__in", [])
        names = [conditions["entity_schema"]] if "entity_schema" in conditions else names
        ends = [conditions[name] for name in UNTIL if name in conditions]
        return Reach(
            routes=tuple(conditions.get("route__in", ())),
            statuses=tuple(conditions.get("status__in", ())),
            schemas=tuple(names),
            after=conditions.get("created_at__gte"),
            before=min(ends, default=None),
            needle=self.cleaned_data["entity_identifier__contains"].upper(),
            fragment=self.cleaned_data["identifier__contains"].upper(),
            counted=len(conditions) if conditions.keys() <= COUNTED else 0,
        )
