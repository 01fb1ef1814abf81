"""The form, the pages and the doors of maintenance windows."""

import re
from datetime import date

from django import forms

from alumio import database
from alumio.configuration_api import ConfigurationViewSet
from alumio.forms import ConfigurationForm
from alumio.located import Located
from alumio.pages import Notice, Pages, Section, register
from scheduler.forms import time_zones
from scheduler.maintenance import LONGEST, WEEKDAYS, current, following
from scheduler.models import Maintenance, Repeats, ScheduledJob

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
NEEDED = {Repeats.ONCE: "date", Repeats.WEEKLY: "weekdays", Repeats.MONTHLY: "day"}
MISSING = {
    "date": "Say on which day, such as 2026-12-24.",
    "weekdays": "Choose at least one weekday.",
    "day": "Say on which day of the month.",
}


class JobsField(forms.ModelMultipleChoiceField):
    """Some scheduled jobs, as a list of their identifiers."""

    json = True

    def __init__(self, **kwargs):
        super().__init__(ScheduledJob.objects.all(), to_field_name="identifier", **kwargs)

    def clean(self, value) -> list[str]:
        return [job.identifier for job in super().clean(value)]


class MaintenanceForm(ConfigurationForm):
    repeats = forms.ChoiceField(choices=Repeats.choices, initial=Repeats.ONCE)
    date = forms.CharField(
        required=False,
        help_text="Year, month and day, such as 2026-12-24; where it happens once.",
        widget=forms.TextInput(attrs={"placeholder": "2026-12-24"}),
    )
    weekdays = forms.MultipleChoiceField(
        choices=list(zip(WEEKDAYS, DAYS, strict=True)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Where it repeats every week.",
    )
    day = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=31,
        label="Day of the month",
        help_text="Where it repeats every month; 31 is the last day of shorter months, too.",
    )
    start = forms.CharField(
        label="Begins at",
        help_text="Hour and minute, such as 22:30.",
        widget=forms.TextInput(attrs={"placeholder": "22:30"}),
    )
    minutes = forms.IntegerField(
        min_value=1, max_value=LONGEST, initial=60, label="Lasts", help_text="Minutes."
    )
    time_zone = forms.ChoiceField(choices=time_zones, initial="UTC")
    jobs = JobsField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Scheduled jobs",
    )

    class Meta:
        model = Maintenance
        fields = (*ConfigurationForm.base_names, *Maintenance.content_fields)

    def clean_start(self):
        start = self.cleaned_data["start"].strip()
        if not CLOCK.fullmatch(start):
            raise Located("Write hour and minute with two digits each, such as 04:30.")
        return start

    def clean_date(self):
        text = self.cleaned_data["date"].strip()
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError as error:
            raise Located(f"There is no day “{text}”. Write it like 2026-12-24.") from error

    def clean(self):
        cleaned = super().clean()
        for repeats, name in NEEDED.items():
            if cleaned.get("repeats") != repeats:
                cleaned[name] = [] if name == "weekdays" else None if name == "day" else ""
            elif not cleaned.get(name) and name not in self.errors:
                self.add_error(name, Located(MISSING[name], (name,), (name.capitalize(),)))
        return cleaned


def line(maintenance: Maintenance) -> str:
    """When it is, and what it holds."""
    scope = f"{len(maintenance.jobs)} jobs" if maintenance.jobs else "everything"
    return f"{when(maintenance)} {maintenance.start}, {maintenance.minutes} min · {scope}"


def when(maintenance: Maintenance) -> str:
    if maintenance.repeats == Repeats.ONCE:
        return maintenance.date
    if maintenance.repeats == Repeats.MONTHLY:
        return f"Day {maintenance.day} of each month"
    return ", ".join(DAYS[WEEKDAYS.index(day)] for day in maintenance.weekdays)


def notices(maintenance: Maintenance) -> list[Notice]:
    """Whether it lasts now, or when it comes next."""
    if not maintenance.enabled:
        return []
    now = database.now()
    if window := current(maintenance, now):
        return [Notice(f"It lasts now, until {window.end:%Y-%m-%d %H:%M} UTC.", "warning")]
    if window := following(maintenance, now):
        return [Notice(f"It begins next at {window.begin:%Y-%m-%d %H:%M} UTC.", "info")]
    return [Notice("It is over and does not repeat.", "info")]


PAGES = register(
    Pages(
        form=MaintenanceForm,
        namespace="maintenance",
        noun="maintenance window",
        plural="Maintenance",
        icon="tool",
        about="In a maintenance window nothing new starts: what comes due waits on the Processes "
        "page and starts when the window ends. What runs already goes on.",
        sections=(
            Section(
                "When", ("repeats", "date", "weekdays", "day", "start", "minutes", "time_zone")
            ),
            Section(
                "What waits",
                ("jobs",),
                "The chosen jobs; where none is chosen, everything that talks to other systems.",
            ),
        ),
        line=line,
        notices=notices,
        group="Monitoring",
    )
)


class Maintenances(ConfigurationViewSet):
    form = MaintenanceForm
