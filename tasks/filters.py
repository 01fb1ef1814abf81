"""Which tasks: the one filter of the task list, the REST API and the bulk actions.

    chosen = TaskFilter(request.GET, besides=("cursor", "page_size"))   # or a plain dict
    if chosen.is_valid():
        tasks = chosen.apply(Task.objects.all())
    else:
        problems = chosen.located_errors()                              # or {{ chosen.errors }}

It is a Django form, so a page can draw its fields (`{{ chosen.status }}`). Different fields narrow
(AND), several values of one field widen (OR). `chosen.criteria()` is what was really asked for, as
JSON: empty when every task is meant, and a valid filter again when given back.
"""

import re
from datetime import UTC, datetime, timedelta

from django import forms
from django.utils.dateparse import parse_date, parse_datetime

from alumio.located import Located
from routes.models import Route
from tasks.status import Status

LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


class Many(forms.SelectMultiple):
    """Several values: repeated, separated by commas, or a JSON list."""

    def value_from_datadict(self, data, files, name):
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        values = values if isinstance(values, list) else [values]
        parts = [p for v in values if v is not None for p in str(v).split(",")]
        return [part.strip() for part in parts if part.strip()]


class MomentField(forms.DateTimeField):
    """A moment in ISO 8601, in UTC where it names no zone. Of a bare date, its first instant, or,
    with `through`, the end of that day."""

    def __init__(self, *, through=False, **kwargs):
        self.through = through
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}))
        super().__init__(required=False, **kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return self._read(LOST_PLUS.sub("+", str(value).strip()))
        except (ValueError, OverflowError):
            raise Located(
                f"“{value}” is not a moment. Write it like 2026-01-31T13:45:00Z or 2026-01-31."
            ) from None

    def _read(self, text: str) -> datetime:
        if (day := _bare_date(text)) is not None:
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return midnight + timedelta(days=1) if self.through else midnight
        moment = parse_datetime(text)
        if moment is None:
            raise ValueError(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bare_date(text: str):
    return parse_date(text) if len(text) == 10 else None


def text(label: str, **kwargs) -> forms.CharField:
    return forms.CharField(required=False, max_length=255, label=label, **kwargs)


class TaskFilter(forms.Form):
    """The filters of Alumio's task list (reference §15.2): text equals or contains."""

    status = forms.MultipleChoiceField(
        choices=Status.choices,
        required=False,
        widget=Many(choices=Status.choices),
        error_messages={"invalid_choice": "There is no status “%(value)s”."},
        help_text="Several: repeated or separated by commas.",
    )
    route = forms.ModelMultipleChoiceField(
        Route.objects.all(),
        to_field_name="identifier",
        required=False,
        widget=Many,
        error_messages={"invalid_choice": "There is no route called “%(value)s”."},
        help_text="Identifiers of routes; several: repeated or separated by commas.",
    )
    created_after = MomentField(label="Created from", help_text="At this moment or later.")
    created_before = MomentField(
        label="Created until", through=True, help_text="Before this moment; a date counts whole."
    )
    updated_after = MomentField(label="Updated from", help_text="At this moment or later.")
    updated_before = MomentField(
        label="Updated until", through=True, help_text="Before this moment; a date counts whole."
    )
    identifier = text("Identifier is")
    identifier__contains = text("Identifier contains")
    entity_schema = text("Entity schema is")
    entity_schema__contains = text("Entity schema contains")
    entity_identifier = text("Entity identifier is")
    entity_identifier__contains = text("Entity identifier contains")

    LOOKUPS = {
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

    def __init__(self, data, *, besides: tuple[str, ...] = (), **kwargs):
        """`data`: a QueryDict or a plain dict; `besides`: parameters that are not the filter's."""
        super().__init__(data, **kwargs)
        self.besides = besides

    def clean(self):
        for name in self.data:
            if name not in self.fields and name not in self.besides:
                self.add_error(None, Located(f"There is no filter “{name}”.", (name,)))
            elif self._said_twice(name):
                self.add_error(name, Located("Give this once."))
        return super().clean()

    def _said_twice(self, name: str) -> bool:
        if name not in self.fields or isinstance(self.fields[name].widget, Many):
            return False
        if hasattr(self.data, "getlist"):
            return len(self.data.getlist(name)) > 1
        return isinstance(self.data[name], list | dict)

    def apply(self, queryset):
        """The tasks of the queryset that match; none while the filter has errors."""
        if not self.is_valid():
            return queryset.none()
        chosen = {name: v for name, v in self.cleaned_data.items() if _is_given(v)}
        return queryset.filter(**{self.LOOKUPS.get(name, name): v for name, v in chosen.items()})

    def criteria(self) -> dict:
        """What was asked for, as JSON; {} means every task. Call it on a valid filter only."""
        return {name: _as_json(v) for name, v in self.cleaned_data.items() if _is_given(v)}

    def located_errors(self) -> list[Located]:
        """All errors, each at the parameter it belongs to."""
        found = []
        for name, parts in self.errors.as_data().items():
            found += [_placed(name, part) for part in parts]
        return found


def _placed(name: str, part) -> Located:
    if isinstance(part, Located) and part.path:
        return part
    reason = part.reason if isinstance(part, Located) else part.messages[0]
    return Located(reason, () if name == "__all__" else (name,))


def _is_given(value) -> bool:
    return bool(value) if not hasattr(value, "exists") else bool(list(value))


def _as_json(value):
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | list) else [route.identifier for route in value]
