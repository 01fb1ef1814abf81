"""The form of a scheduled job."""

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.choices import CallableChoiceIterator

from alumio.fields import RowsField
from alumio.forms import ConfigurationForm, ReferenceField
from alumio.located import Located, under
from connectors.models import Incoming
from routes.models import Route
from scheduler import cron
from scheduler.models import CHORES, FLOWS, SCHEDULABLE, Kind, Priority, ScheduledJob

NOT_PLACES = ("Etc/", "SystemV/", "posix/", "right/")
JOBS = [(kind.value, kind.label) for kind in SCHEDULABLE]
OTHER_ENDS = {
    Kind.IMPORT: ("route", "number_of_tasks"),
    Kind.EXPORT: ("incoming",),
    **dict.fromkeys(CHORES, ("incoming", "route", "number_of_tasks")),
}


def time_zones() -> list[tuple[str, str]]:
    """UTC first, then the places of the tz database by name."""
    places = (name for name in available_timezones() if "/" in name)
    kept = sorted(name for name in places if not name.startswith(NOT_PLACES))
    return [(name, name.replace("_", " ")) for name in ("UTC", *kept)]


class ExpressionInput(forms.TextInput):
    """The field of a cron expression, which says what it means while it is typed."""

    template_name = "scheduled_jobs/expression-input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["preview_url"] = reverse_lazy("scheduled-jobs:preview")
        return context


class ExpressionField(forms.CharField):
    """A cron expression in its plain form."""

    widget = ExpressionInput

    def clean(self, value):
        text = super().clean(value)
        try:
            return cron.parse(text) if text else text
        except cron.CronError as error:
            raise ValidationError(str(error)) from error


def one_of(model) -> forms.Select:
    """A list of configurations by name, which gives the identifier."""

    def named() -> list[tuple[str, str]]:
        return [("", "Choose…"), *model.objects.order_by("name").values_list("identifier", "name")]

    return forms.Select(choices=CallableChoiceIterator(named))


class NextJobForm(forms.Form):
    """One of the jobs that follow."""

    job = forms.ChoiceField(choices=JOBS, initial=Kind.EXPORT)
    incoming = forms.CharField(required=False, widget=one_of(Incoming))
    route = forms.CharField(required=False, widget=one_of(Route))
    number_of_tasks = forms.IntegerField(
        required=False, min_value=1, max_value=2_147_483_647, label="Number of tasks"
    )


class ThenField(RowsField):
    """Jobs in order, each with what it needs and nothing else."""

    def __init__(self, **kwargs):
        super().__init__(NextJobForm, **kwargs)

    def clean(self, value) -> list[dict]:
        rows, errors = super().clean(value), []
        for index, row in enumerate(rows):
            for name in OTHER_ENDS[row.setdefault("job", Kind.EXPORT)]:
                row.pop(name, None)
            try:
                self._check(row)
            except ValidationError as error:
                errors += under([error], index, f"row {index + 1}")
        if errors:
            raise ValidationError(errors)
        return [{name: value for name, value in row.items() if value} for row in rows]

    @staticmethod
    def _check(row: dict) -> None:
        if row["job"] not in FLOWS:
            return
        name, model = ("incoming", Incoming) if row["job"] == Kind.IMPORT else ("route", Route)
        identifier = row.get(name, "")
        if not model.objects.filter(identifier=identifier).exists():
            noun = model._meta.verbose_name
            text = f"There is no {noun} called “{identifier}”." if identifier else "Name one."
            raise Located(text, (name,), (name.capitalize(),))


class ScheduledJobForm(ConfigurationForm):
    job = forms.ChoiceField(choices=JOBS, initial=Kind.IMPORT)
    incoming = ReferenceField(
        Incoming, required=False, empty_label="Choose…", help_text="What is fetched."
    )
    route = ReferenceField(
        Route, required=False, empty_label="Choose…", help_text="Whose tasks are delivered."
    )
    number_of_tasks = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2_147_483_647,
        label="Number of tasks to export",
        help_text="The next so many due tasks, oldest first. Empty means all.",
    )
    then = ThenField(
        label="Jobs in order",
    )
    expression = ExpressionField(
        max_length=255,
        initial="*/5 * * * *",
        label="Cron expression",
        help_text="Minute, hour, day of month, month, weekday.",
    )
    time_zone = forms.ChoiceField(choices=time_zones, initial="UTC")
    priority = forms.TypedChoiceField(
        choices=Priority.choices,
        coerce=int,
        initial=Priority.MEDIUM,
        help_text="Which waiting process starts first.",
    )

    class Meta:
        model = ScheduledJob
        fields = (*ConfigurationForm.base_names, *ScheduledJob.content_fields)

    def clean(self):
        cleaned = super().clean()
        job = cleaned.get("job")
        for name in OTHER_ENDS.get(job, ()):
            cleaned[name] = None
        if job not in FLOWS:
            return cleaned
        needed = "incoming" if job == Kind.IMPORT else "route"
        if not cleaned.get(needed) and needed not in self.errors:
            noun = "an incoming" if needed == "incoming" else "a route"
            label = self.fields[needed].label or needed.capitalize()
            self.add_error(needed, Located(f"Choose {noun} to run.", (needed,), (label,)))
        return cleaned
