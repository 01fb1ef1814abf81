"""Filters of lists: one form for page, REST API and bulk actions, so that all mean the same rows.

class TaskFilter(Filter):
    status = ...
    lookups = {"status": "status__in"}

chosen = TaskFilter(request.GET, besides=("cursor", "page_size"))   # or a plain dict
if chosen.is_valid():
    tasks = chosen.apply(Task.objects.all())
else:
    problems = chosen.located_errors()                              # or {{ chosen.errors }}
"""

import re
from datetime import UTC, datetime, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from alumio.configuration import Configuration
from alumio.located import Located

LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
AGO = re.compile(r"-(\d{1,4})(min|h|d|w)")
UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Many(forms.SelectMultiple):
    """Several values: repeated, separated by commas, or a JSON list."""

    def value_from_datadict(self, data, files, name):
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        values = values if isinstance(values, list) else [values]
        parts = [p for v in values if v is not None for p in str(v).split(",")]
        return [part.strip() for part in parts if part.strip()]


class ChoicesField(forms.MultipleChoiceField):
    """Some of the words of a status or another fixed list."""

    def __init__(self, noun: str, choices, **kwargs):
        super().__init__(
            choices=choices,
            required=False,
            widget=Many(choices=choices),
            error_messages={"invalid_choice": f"There is no {noun} “%(value)s”."},
            help_text="Several: repeated or separated by commas.",
            **kwargs,
        )


class ReferencesField(forms.ModelMultipleChoiceField):
    """Some configurations, by identifier."""

    def __init__(self, model: type[Configuration], **kwargs):
        noun = model._meta.verbose_name
        super().__init__(
            model.objects.all(),
            to_field_name="identifier",
            required=False,
            widget=Many,
            error_messages={"invalid_choice": f"There is no {noun} called “%(value)s”."},
            help_text="Identifiers; several: repeated or separated by commas.",
            **kwargs,
        )


class TextField(forms.CharField):
    """A text that equals or is contained, as its lookup says."""

    def __init__(self, label: str, **kwargs):
        super().__init__(label=label, required=False, max_length=255, **kwargs)


class YesNoField(forms.NullBooleanField):
    """true, false, or not asked."""

    def to_python(self, value):
        words = {"true": True, "false": False, "": None, "unknown": None}
        word = "" if value is None else str(value).lower()
        if word not in words:
            raise Located("Say true or false.")
        return words[word]

    def __init__(self, **kwargs):
        choices = [("", "Any"), ("true", "Yes"), ("false", "No")]
        super().__init__(required=False, widget=forms.Select(choices=choices), **kwargs)


class MomentField(forms.DateTimeField):
    """A moment in ISO 8601, in UTC where it names no zone. Of a bare date, its first instant, or,
    with `through`, the end of that day. “-24h” is so long ago (min, h, d, w)."""

    def __init__(self, *, through=False, **kwargs):
        self.through = through
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}))
        text = "Before this moment; a date counts whole." if through else "At this moment or later."
        super().__init__(required=False, help_text=text, **kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return self._read(LOST_PLUS.sub("+", str(value).strip()))
        except (ValueError, OverflowError):
            raise Located(
                f"“{value}” is not a moment. Write it like 2026-01-31T13:45:00Z or 2026-01-31, "
                "or like -24h for 24 hours ago."
            ) from None

    def _read(self, text: str) -> datetime:
        if ago := AGO.fullmatch(text):
            return timezone.now() - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        day = parse_date(text) if len(text) == 10 else None
        if day is not None:
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return midnight + timedelta(days=1) if self.through else midnight
        moment = parse_datetime(text)
        if moment is None:
            raise ValueError(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)


class Filter(forms.Form):
    """Different fields narrow (AND), several values of one field widen (OR).

    `lookups` names the lookup of a field where it is not the field's own name.
    """

    lookups: dict[str, str] = {}

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
        """The rows of the queryset that match; none while the filter has errors."""
        return queryset.filter(**self.conditions()) if self.is_valid() else queryset.none()

    def conditions(self) -> dict:
        """The lookups that a valid filter stands for."""
        chosen = {name: v for name, v in self.cleaned_data.items() if _is_given(v)}
        return {self.lookups.get(name, name): v for name, v in chosen.items()}

    def criteria(self) -> dict:
        """What was really asked for, as JSON: {} when every row is meant, and a valid filter again
        when given back. Call it on a valid filter only."""
        return {name: _as_json(v) for name, v in self.cleaned_data.items() if _is_given(v)}

    def located_errors(self) -> list[Located]:
        """All errors, each at the parameter it belongs to."""
        return [
            _placed(name, part) for name, parts in self.errors.as_data().items() for part in parts
        ]


def _placed(name: str, part) -> Located:
    if isinstance(part, Located) and part.path:
        return part
    reason = part.reason if isinstance(part, Located) else part.messages[0]
    return Located(reason, () if name == "__all__" else (name,))


def _is_given(value) -> bool:
    return value is False or bool(value)


def _as_json(value):
    if isinstance(value, datetime):
        return value.isoformat()
    return [row.identifier for row in value] if isinstance(value, QuerySet) else value


class ConfigurationFilter(Filter):
    """What every list of configurations can be asked for."""

    name__contains = TextField("Name contains")
    identifier = TextField("Identifier is")
    identifier__contains = TextField("Identifier contains")
    enabled = YesNoField(label="Enabled")
    updated_after = MomentField(label="Updated from")
    updated_before = MomentField(label="Updated until", through=True)

    lookups = {
        "name__contains": "name__icontains",
        "identifier__contains": "identifier__icontains",
        "updated_after": "updated_at__gte",
        "updated_before": "updated_at__lt",
    }


def in_words(text: str) -> str:
    """“24 hours ago” for “-24h”; nothing for other moments."""
    ago = AGO.fullmatch(text.strip())
    if ago is None:
        return ""
    number, unit = int(ago[1]), UNITS[ago[2]]
    return f"{number} {unit.removesuffix('s') if number == 1 else unit} ago"
