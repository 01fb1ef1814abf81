"""How pages write moments, durations and numbers. Moments are in UTC; browsers make them local."""

import math
from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html

register = template.Library()

UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@register.filter
def moment(value: datetime | None):
    """Date and time to the minute; the seconds are in the tooltip."""
    return _time(value, f"{value.astimezone(UTC):%Y-%m-%d %H:%M}", "moment") if value else "–"


@register.filter
def clock(value: datetime | None):
    """Date and time to the second, for logs."""
    return _time(value, f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}", "clock") if value else "–"


@register.filter
def ago(value: datetime | None):
    """“5 min ago” or “in 5 min”, kept up to date by the browser."""
    return _time(value, relative(value), "ago") if value else "–"


@register.filter
def due(value: datetime | None):
    """“in 5 min”, or “due now” once the moment has come."""
    if value is None:
        return "–"
    return _time(value, relative(value) if value > timezone.now() else "due now", "due")


def _time(value: datetime, text: str, kind: str):
    utc = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-time="{}" title="{}">{}</time>',
        utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        kind,
        f"{utc:%Y-%m-%d %H:%M:%S} UTC",
        text,
    )


def relative(value: datetime, now: datetime | None = None) -> str:
    seconds = ((now or timezone.now()) - value).total_seconds()
    if abs(seconds) < 5:
        return "now"
    size, unit = next((u for u in UNITS if abs(seconds) >= 2 * u[0]), UNITS[-1])
    number = math.floor(abs(seconds) / size)
    return f"{number} {unit} ago" if seconds > 0 else f"in {number} {unit}"


@register.filter
def duration(value: timedelta | float | None) -> str:
    """Seconds or a timedelta in at most two units: “840 ms”, “12 s”, “4 min 10 s”, “3 h 5 min”."""
    if value is None:
        return "–"
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    place = next(i for i, (size, _) in enumerate(UNITS) if whole >= size)
    parts = []
    for size, unit in UNITS[place : place + 2]:
        parts += [f"{whole // size} {unit}"] if whole // size else []
        whole %= size
    return " ".join(parts)


@register.filter
def thousands(value) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value if value is not None else "–")
