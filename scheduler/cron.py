"""Cron expressions: the strict grammar in which all engines agree, and when an expression is due.

Five fields of numbers, three-letter names, `*`, `*/n`, `a-b`, `a-b/n` and lists of numbers and
ranges. What other engines read in different ways is refused by name instead of guessed: seconds,
`@hourly`, `L`, `?`, `5/15`, `fri-mon`, `1-1`, `*` inside a list, a date that never comes.

Daylight saving follows Debian's cron. Where neither minute nor hour begins with `*`, the time is
fixed: inside the gap of spring it runs right after the gap, inside the fold of autumn once. Other
expressions follow elapsed time: nothing inside the gap, twice inside the fold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
PART = re.compile(r"([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?(?:/([0-9]{1,2}))?")
STARRED = re.compile(r"\*(?:/([0-9]{1,2}))?")
MINUTE = timedelta(minutes=1)
FOUR_CENTURIES = timedelta(days=146_097)


class CronError(ValueError):
    """What is wrong: `field` is the field's name or "expression", `reason` is for people."""

    def __init__(self, field: str, reason: str):
        self.field, self.reason = field, reason
        super().__init__(reason if field == "expression" else f"{field.capitalize()}: {reason}")


@dataclass(frozen=True)
class Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def fault(self, reason: str) -> CronError:
        return CronError(self.name, reason)

    def number(self, text: str) -> int:
        """The value of a number or a name, checked against the field's limits."""
        if text in self.names:
            return self.names.index(text) + self.low
        if not text.isdigit():
            allowed = f", or a name such as {self.names[0]}" if self.names else ""
            raise self.fault(f"“{text}” is not a number from {self.low} to {self.high}{allowed}.")
        if not self.low <= int(text) <= self.high:
            raise self.fault(f"{int(text)} is not between {self.low} and {self.high}.")
        return int(text)

    def step(self, text: str) -> int:
        if not 1 <= int(text) <= self.high:
            raise self.fault(f"the step /{text} is not between 1 and {self.high}.")
        return int(text)


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("weekday", 0, 7, WEEKDAYS),
)


# ---------------------------------------------------------------- reading


def parse(expression: str) -> str:
    """The normalised text of an expression, or CronError saying which field is wrong and why."""
    if not expression.isascii():
        raise CronError("expression", "Use plain digits, letters and * , - / only.")
    texts = expression.lower().split()
    if expression.strip().startswith("@"):
        raise CronError("expression", "Names like @hourly are not known here: write five fields.")
    if len(texts) != 5:
        raise CronError(
            "expression",
            "Five fields are needed (minute, hour, day of month, month, weekday), "
            f"not {len(texts)}.",
        )
    read = [_read_field(field, text) for field, text in zip(FIELDS, texts, strict=True)]
    normalised = [text for text, _ in read]
    _check_days(normalised, [values for _, values in read])
    return " ".join(normalised)


def _read_field(field: Field, text: str) -> tuple[str, set[int]]:
    """The normalised text of one field and the values it stands for."""
    starred = STARRED.fullmatch(text)
    if starred:
        step = field.step(starred[1]) if starred[1] else 1
        return (f"*/{step}" if starred[1] else "*"), set(range(field.low, field.high + 1, step))
    parts = [_read_part(field, part) for part in text.split(",")]
    return ",".join(part for part, _ in parts), set().union(*(values for _, values in parts))


def _read_part(field: Field, text: str) -> tuple[str, set[int]]:
    match = PART.fullmatch(text)
    if match is None:
        raise field.fault(_why_unreadable(field, text))
    first, last, step = match.groups()
    low = field.number(first)
    if last is None:
        if step:
            raise field.fault(f"“{text}”: a step needs a range, such as {low}-{field.high}/{step}.")
        return _plain(first), {low}
    high = field.number(last)
    if low >= high:
        raise field.fault(_why_not_rising(field, text, low, high))
    stride = field.step(step) if step else 1
    written = f"{_plain(first)}-{_plain(last)}" + (f"/{stride}" if step else "")
    return written, set(range(low, high + 1, stride))


def _plain(text: str) -> str:
    return str(int(text)) if text.isdigit() else text


def _why_unreadable(field: Field, text: str) -> str:
    if not text:
        return "there is nothing between two commas."
    if text.startswith("*"):
        return f"“{text}” cannot stand in a list; * and */n stand alone."
    return f"“{text}” is none of 5, 1-5, 1-5/2, *, */2, or a list of numbers and ranges."


def _why_not_rising(field: Field, text: str, low: int, high: int) -> str:
    if low == high:
        return f"“{text}” is a single value: write {low}."
    if field.name == "weekday" and high == 0:
        return f"“{text}” does not rise: write {low}-7, where 7 is Sunday."
    return f"“{text}” does not rise: write it as a list of two ranges."


def _check_days(texts: list[str], values: list[set[int]]) -> None:
    day, weekday = texts[2], texts[4]
    both = day != "*" and weekday != "*"
    if both and (day.startswith("*") or weekday.startswith("*")):
        name = "day of month" if day.startswith("*") else "weekday"
        raise CronError(name, "*/n cannot be combined with the other day field; write a range.")
    if not both and not any(min(values[2]) <= DAYS_IN_MONTH[month - 1] for month in values[3]):
        raise CronError("day of month", "this date never comes in the chosen months.")


def values(expression: str) -> list[set[int]]:
    """What each field of a normalised expression stands for; Sunday is 0."""
    texts = expression.split()
    found = [_read_field(field, text)[1] for field, text in zip(FIELDS, texts, strict=True)]
    found[4] = {day % 7 for day in found[4]}
    return found


def either_day(expression: str) -> bool:
    """Whether both day fields are restricted: then a day that fits either of them is due."""
    fields = expression.split()
    return fields[2] != "*" and fields[4] != "*"


# ---------------------------------------------------------------- when it is due


def due_between(
    expression: str, zone: str | ZoneInfo, after: datetime, until: datetime
) -> list[datetime]:
    """The instants (UTC, rising, each once) with after < instant <= until.

    `expression` is normalised text of parse(); `zone` a name of the tz database; `after` and
    `until` are aware.
    """
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    instants = set()
    for wall in _wall_times(expression, *_wall_window(zone, after, until)):
        instants.update(_instants(wall, zone, is_fixed_time(expression)))
    return sorted(instant for instant in instants if after < instant <= until)


def upcoming(expression: str, zone: str | ZoneInfo, after: datetime, count: int) -> list[datetime]:
    """The next `count` instants (UTC)."""
    window, found = timedelta(hours=1), []
    while len(found) < count and window < FOUR_CENTURIES:
        found = due_between(expression, zone, after, after + window)
        window *= 4
    return found[:count]


def is_fixed_time(expression: str) -> bool:
    minute, hour, *_ = expression.split()
    return not (minute.startswith("*") or hour.startswith("*"))


def _wall_window(zone: ZoneInfo, after: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The wall-clock times that can become instants of the window, wider where the clock jumps."""
    first, last = after.astimezone(zone), until.astimezone(zone)
    margin = abs(last.utcoffset() - first.utcoffset())
    if until - after > timedelta(days=1):
        margin = timedelta(days=1)
    walls = first.replace(tzinfo=None), last.replace(tzinfo=None)
    return min(walls) - margin, max(walls) + margin


def _wall_times(expression: str, low: datetime, high: datetime) -> Iterator[datetime]:
    """Wall-clock times that match, as if clocks never jumped."""
    matches = croniter(expression, low - MINUTE)
    while (wall := matches.get_next(datetime)) <= high:
        yield wall


def _instants(wall: datetime, zone: ZoneInfo, fixed: bool) -> list[datetime]:
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return [first]
    if first < second:
        return [first] if fixed else [first, second]
    return [_end_of_gap(wall, zone)] if fixed else []


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after the jump that skips this wall-clock time."""
    while True:
        wall += MINUTE
        instant = wall.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            return instant
