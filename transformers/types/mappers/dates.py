"""Mapper: a date in another format."""

from datetime import UTC

from django import forms

from transformers.dates import format_date, parse_format, zone_named
from transformers.errors import TransformError
from transformers.fields import checked
from transformers.kinds import Mapper
from transformers.numbers import describe
from transformers.placeholders import render
from transformers.registries import mappers
from transformers.relative_dates import parse_date


class ZoneField(forms.CharField):
    """The name of a time zone."""

    def clean(self, value):
        value = super().clean(value)
        if value:
            checked(zone_named, value)
        return value


@mappers.register
class FormatDate(Mapper):
    prototype, label = "format-date", "Format a date"
    help = (
        "Reads a date and writes it in PHP's format. It understands 2026-01-31 10:00:00, Unix "
        "times, “tomorrow”, “-1 day” and the like; null and empty mean now."
    )

    class Parameters(forms.Form):
        toFormat = forms.CharField(label="Format", help_text="For example Y-m-d H:i:s")
        fromFormat = forms.CharField(
            required=False,
            label="Format of the value",
            help_text="For example d/m/Y. Empty: whatever it understands.",
        )
        outputTimezone = ZoneField(
            required=False,
            label="Time zone",
            help_text="For example Europe/Amsterdam. Empty keeps the one of the value.",
        )
        inputTimezone = ZoneField(
            required=False,
            label="Time zone of the value",
            help_text="Counts where the value does not say one. Empty means UTC.",
        )

    def setup(self):
        given, wanted = self.parameters["inputTimezone"], self.parameters["outputTimezone"]
        self.given = zone_named(given) if given else UTC
        self.wanted = zone_named(wanted) if wanted else None

    def map(self, value, context):
        moment = self._read(value, context)
        if self.wanted:
            moment = moment.astimezone(self.wanted)
        return format_date(moment, self.parameters["toFormat"])

    def _read(self, value, context):
        known = self.parameters["fromFormat"]
        if not known or value in (None, ""):
            return parse_date(value, self.given, context.now().astimezone(self.given))
        if isinstance(value, bool | list | dict):
            raise TransformError(f"{describe(value)} is not a date.")
        return parse_format(render(value), known, self.given)
