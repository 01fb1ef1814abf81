"""Dates read as PHP reads them: ISO 8601, Unix times, and relative text.

Relative text is "now", "tomorrow", "-1 day", "Monday next week", "first day of next month" and the
like, alone or after a date: "2026-01-31 +1 week".
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo

from transformers.dates import DAYS, from_unix, zone_of
from transformers.errors import TransformError
from transformers.numbers import describe, exact, is_number, shorten

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2}|\d{8})"
    r"(?:[T ]\s*(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2}|UTC)?)?",
    re.IGNORECASE | re.ASCII,
)


def parse_date(value, zone: tzinfo, now: datetime) -> datetime:
    """The moment a value names, as PHP would read it. Raises TransformError."""
    if value in (None, ""):
        return now
    if is_number(value):
        return from_unix(exact(value))
    if not isinstance(value, str):
        raise TransformError(f"{describe(value)} is not a date.")
    text = value.strip()
    if re.fullmatch(r"@-?\d+(\.\d+)?|\d{9,11}", text, re.ASCII):
        return from_unix(text.lstrip("@"))
    found = _ISO.match(text)
    moment = _iso(found, zone) if found else now
    rest = text[found.end() :] if found else text
    return shift(moment, rest, value) if rest.strip() else moment


def _iso(found: re.Match, zone: tzinfo) -> datetime:
    day, time, offset = found.groups()
    if len(day) == 8:
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    try:
        hours = datetime.fromisoformat(f"{day}T{_clock(time or '00:00')}")
    except ValueError:
        raise TransformError(f"“{found[0]}” is no date there is.") from None
    return hours.replace(tzinfo=zone_of({"P": _sign(offset)} if offset else {}, zone))


def _clock(time: str) -> str:
    """A time with two digits for the hour and at most six for the fraction."""
    time = time.replace(",", ".").zfill(len(time) + (time[1] == ":"))
    whole, dot, fraction = time.partition(".")
    return f"{whole}.{fraction[:6].ljust(6, '0')}" if dot else whole


def _sign(offset: str) -> str:
    return "Z" if offset.upper() in ("Z", "UTC") else offset


# -- relative text ------------------------------------------------------------------------------

_UNITS = r"(sec|second|min|minute|hour|day|weekday|week|fortnight|month|year)s?"
_NUMBERS = {"last": -1, "previous": -1, "this": 0, "next": 1}
_NAMES = "|".join(f"{day}|{day[:3]}" for day in DAYS)


def _plain_weekday(moment: datetime, found: re.Match) -> datetime:
    return _weekday(moment, found[2], found[1])


_TOKENS = [
    (re.compile(r"now"), lambda m, f: m),
    (re.compile(r"today|midnight"), lambda m, f: _midnight(m)),
    (re.compile(r"noon"), lambda m, f: _midnight(m).replace(hour=12)),
    (re.compile(r"tomorrow"), lambda m, f: _midnight(m) + timedelta(days=1)),
    (re.compile(r"yesterday"), lambda m, f: _midnight(m) - timedelta(days=1)),
    (
        re.compile(r"(first|last) day of( (?:last|previous|this|next) (?:month|year))?"),
        lambda m, f: _edge_of_month(m, f[1], f[2]),
    ),
    (
        re.compile(r"([+-]?)\s*(\d{1,6})\s*" + _UNITS + r"( ago)?\b"),
        lambda m, f: _move(m, int(f[2]) * (-1 if (f[1] == "-") != bool(f[4]) else 1), f[3]),
    ),
    (
        re.compile(rf"({_NAMES})\s+(last|previous|this|next)\s+week\b"),
        lambda m, f: _day_of_week(m, f[1], _NUMBERS[f[2]]),
    ),
    (
        re.compile(r"(last|previous|this|next)\s+" + _UNITS + r"\b"),
        lambda m, f: _move(m, _NUMBERS[f[1]], f[2]),
    ),
    (
        re.compile(rf"(?:(last|previous|this|next)\s+)?({_NAMES})\b"),
        _plain_weekday,
    ),
    (
        re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?"),
        lambda m, f: _midnight(m).replace(hour=int(f[1]), minute=int(f[2]), second=int(f[3] or 0)),
    ),
]


def shift(moment: datetime, text: str, whole: str) -> datetime:
    """A moment moved by relative text, read from the left. Weekdays count after the other words."""
    text = text.lower().strip(" ,")
    late = []
    try:
        while text:
            found, change = _token(text)
            if found is None:
                raise TransformError(
                    f"“{shorten(whole)}” is not understood as a date; give its format."
                )
            if change is _plain_weekday:
                late.append((found, change))
            else:
                moment = change(moment, found)
            text = text[found.end() :].strip(" ,")
        for found, change in late:
            moment = change(moment, found)
    except (ValueError, OverflowError):
        raise TransformError(f"“{shorten(whole)}” is no date there is.") from None
    return moment


def _token(text: str):
    for regex, change in _TOKENS:
        if found := regex.match(text):
            return found, change
    return None, None


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


_SECONDS = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600}
_LENGTHS = {"day": 1, "weekday": 1, "week": 7, "fortnight": 14}


def _move(moment: datetime, count: int, unit: str) -> datetime:
    if unit in _SECONDS:
        moved = moment.astimezone(UTC) + timedelta(seconds=count * _SECONDS[unit])
        return moved.astimezone(moment.tzinfo)
    if unit == "weekday":
        return _move_weekdays(moment, count)
    if unit in _LENGTHS:
        return moment + timedelta(days=count * _LENGTHS[unit])
    return _move_months(moment, count * (12 if unit == "year" else 1))


def _move_weekdays(moment: datetime, count: int) -> datetime:
    if abs(count) > 10_000:
        raise OverflowError
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        moment += step
        if moment.weekday() < 5:
            count -= 1 if count > 0 else -1
    return moment


def _move_months(moment: datetime, count: int) -> datetime:
    """As PHP: 31 January + 1 month runs over into March."""
    months = moment.year * 12 + moment.month - 1 + count
    first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
    return first + timedelta(days=moment.day - 1)


def _edge_of_month(moment: datetime, edge: str, which: str | None) -> datetime:
    if which:
        word, unit = which.split()
        moment = _move_months(moment.replace(day=1), _NUMBERS[word] * (12 if unit == "year" else 1))
    last = monthrange(moment.year, moment.month)[1]
    return moment.replace(day=1 if edge == "first" else last)


def _day_of_week(moment: datetime, name: str, weeks: int) -> datetime:
    """Such a day in this week (from Monday on) or in another."""
    ahead = [day[:3] for day in DAYS].index(name[:3]) - moment.weekday()
    return _midnight(moment) + timedelta(days=ahead + 7 * weeks)


def _weekday(moment: datetime, name: str, which: str | None) -> datetime:
    """The next such day, today included; with “next” not today, with “last” before today."""
    wanted = [day[:3] for day in DAYS].index(name[:3])
    ahead = (wanted - moment.weekday()) % 7
    if which == "next":
        ahead = ahead or 7
    elif which in ("last", "previous"):
        ahead = ahead - 7
    return _midnight(moment) + timedelta(days=ahead)
