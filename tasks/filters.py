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
from tasks.status import Status


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


class TaskFilter(Filter):
    """The filters of Alumio's task list (reference §15.2): text equals or contains."""

    status = ChoicesField("status", Status.choices)
    route = ReferencesField(Route)
    cause = CauseField()
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
        "identifier__contains": "identifier__icontains",
        "entity_schema__contains": "entity_schema__icontains",
        "entity_identifier__contains": "entity_identifier__icontains",
    }
