"""An oracle for cron expressions that shares nothing with what it judges: the plainest reading of
crontab(5), asked for every minute, and Debian's rule for clocks that jump."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
NAMES = (
    "",
    "",
    "",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "sun mon tue wed thu fri sat",
)
MINUTE = timedelta(minutes=1)
HALF_DAY = timedelta(hours=12)
BEFORE = 240
"""Minutes before a window that are looked at: what the wall clock has shown there already."""


def values_of(field: int, text: str) -> set[int]:
    """What a field stands for, by the plainest reading of crontab(5)."""
    low, high = LIMITS[field]
    for number, name in enumerate(NAMES[field].split()):
        text = text.replace(name, str(number + low))
    found = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start, end = (low, high) if span == "*" else (int(first), int(last or first))
        found |= set(range(start, end + 1, int(step or 1)))
    return {value % 7 for value in found} if field == 4 else found


def matcher(expression: str) -> Callable[[datetime], bool]:
    """Whether a wall-clock time fits, by the plainest reading of crontab(5)."""
    texts = expression.split()
    minute, hour, day, month, weekday = (values_of(i, text) for i, text in enumerate(texts))
    either = texts[2] != "*" and texts[4] != "*"

    def fits(wall: datetime) -> bool:
        days = (wall.day in day, wall.isoweekday() % 7 in weekday)
        in_time = wall.minute in minute and wall.hour in hour and wall.month in month
        return in_time and (any(days) if either else all(days))

    return fits


class Span:
    """What a zone's wall clock shows from `start` for so many minutes, one by one."""

    def __init__(self, zone: ZoneInfo, start: datetime, minutes: int):
        steps = range(-BEFORE, minutes + 1)
        self.instants = [start + step * MINUTE for step in steps]
        self.walls = [now.astimezone(zone).replace(tzinfo=None) for now in self.instants]

    def due(self, expression: str) -> list[datetime]:
        """What Debian's cron does: a fixed time runs when the wall clock first reaches or jumps
        over it; anything else runs when the wall clock shows it."""
        fits, found = matcher(expression), []
        fixed = not any(text.startswith("*") for text in expression.split()[:2])
        highest = max(self.walls[: BEFORE + 1])
        for now, wall in list(zip(self.instants, self.walls, strict=True))[BEFORE + 1 :]:
            passed = (wall - highest) // MINUTE if fixed else 1
            if any(fits(wall - back * MINUTE) for back in range(max(0, passed))):
                found.append(now)
            highest = max(highest, wall)
        return found


def changes(zone: ZoneInfo, years: Iterable[int]) -> list[tuple[datetime, timedelta, timedelta]]:
    """Each jump of a zone's clock: the minute before which it happens, the offset before it and
    after it."""
    found = []
    for year in years:
        half_days = [datetime(year, 1, 1, tzinfo=UTC) + HALF_DAY * n for n in range(732)]
        offsets = [half_day.astimezone(zone).utcoffset() for half_day in half_days]
        for n in range(730):
            if offsets[n] != offsets[n + 1]:
                found.append((_minute_of_change(zone, half_days[n]), offsets[n], offsets[n + 1]))
    return found


def _minute_of_change(zone: ZoneInfo, low: datetime) -> datetime:
    offset, high = low.astimezone(zone).utcoffset(), low + HALF_DAY
    while high - low > MINUTE:
        middle = low + (high - low) // MINUTE // 2 * MINUTE
        low, high = (
            (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
        )
    return high
