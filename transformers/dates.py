"""Dates in the formats of PHP's date(), written and read: "Y-m-d H:i:s"."""

import re
from calendar import isleap, monthrange
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from transformers.errors import TransformError
from transformers.numbers import shorten

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

# -- writing ------------------------------------------------------------------------------------


def _offset(moment: datetime, separator: str) -> str:
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{separator}{abs(minutes) % 60:02}"


def _ordinal(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _zone(moment: datetime) -> str:
    if moment.tzinfo is UTC:
        return "UTC"
    return getattr(moment.tzinfo, "key", None) or _offset(moment, ":")


def _abbreviation(moment: datetime) -> str:
    name = moment.tzname() or ""
    return name if name and not name.startswith(("UTC+", "UTC-")) else _offset(moment, ":")


_LETTERS = {
    "d": lambda m: f"{m.day:02}",
    "D": lambda m: DAYS[m.weekday()][:3].title(),
    "j": lambda m: str(m.day),
    "l": lambda m: DAYS[m.weekday()].title(),
    "N": lambda m: str(m.isoweekday()),
    "S": lambda m: _ordinal(m.day),
    "w": lambda m: str(m.isoweekday() % 7),
    "z": lambda m: str(m.timetuple().tm_yday - 1),
    "W": lambda m: f"{m.isocalendar().week:02}",
    "F": lambda m: MONTHS[m.month - 1].title(),
    "m": lambda m: f"{m.month:02}",
    "M": lambda m: MONTHS[m.month - 1][:3].title(),
    "n": lambda m: str(m.month),
    "t": lambda m: str(monthrange(m.year, m.month)[1]),
    "L": lambda m: str(int(isleap(m.year))),
    "o": lambda m: str(m.isocalendar().year),
    "Y": lambda m: f"{m.year:04}",
    "y": lambda m: f"{m.year % 100:02}",
    "a": lambda m: "am" if m.hour < 12 else "pm",
    "A": lambda m: "AM" if m.hour < 12 else "PM",
    "g": lambda m: str(m.hour % 12 or 12),
    "G": lambda m: str(m.hour),
    "h": lambda m: f"{m.hour % 12 or 12:02}",
    "H": lambda m: f"{m.hour:02}",
    "i": lambda m: f"{m.minute:02}",
    "s": lambda m: f"{m.second:02}",
    "u": lambda m: f"{m.microsecond:06}",
    "v": lambda m: f"{m.microsecond // 1000:03}",
    "e": _zone,
    "T": _abbreviation,
    "O": lambda m: _offset(m, ""),
    "P": lambda m: _offset(m, ":"),
    "p": lambda m: "Z" if m.utcoffset() == timedelta() else _offset(m, ":"),
    "Z": lambda m: str(int((m.utcoffset() or timedelta()).total_seconds())),
    "U": lambda m: str(int(m.timestamp())),
    "c": lambda m: format_date(m, "Y-m-d\\TH:i:sP"),
    "r": lambda m: format_date(m, "D, d M Y H:i:s O"),
}


def format_date(moment: datetime, pattern: str) -> str:
    """A moment in a format of PHP's date(): "Y-m-d H:i:s". A backslash takes a letter as it is."""
    written = []
    letters = iter(pattern)
    for letter in letters:
        if letter == "\\":
            written.append(next(letters, ""))
        else:
            written.append(_LETTERS[letter](moment) if letter in _LETTERS else letter)
    return "".join(written)


# -- reading ------------------------------------------------------------------------------------

_READ = {
    "d": r"(?P<d>\d{2})",
    "j": r"(?P<d>\d{1,2})",
    "m": r"(?P<m>\d{2})",
    "n": r"(?P<m>\d{1,2})",
    "M": r"(?P<M>[A-Za-z]{3})",
    "F": r"(?P<M>[A-Za-z]+)",
    "D": r"[A-Za-z]{3}",
    "l": r"[A-Za-z]+",
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "H": r"(?P<H>\d{2})",
    "G": r"(?P<H>\d{1,2})",
    "h": r"(?P<h>\d{2})",
    "g": r"(?P<h>\d{1,2})",
    "i": r"(?P<i>\d{2})",
    "s": r"(?P<s>\d{2})",
    "u": r"(?P<u>\d{1,6})",
    "v": r"(?P<u>\d{3})",
    "A": r"(?P<A>[AaPp][Mm])",
    "a": r"(?P<A>[AaPp][Mm])",
    "U": r"(?P<U>-?\d+)",
    "O": r"(?P<P>[+-]\d{2}:?\d{2}|Z)",
    "P": r"(?P<P>[+-]\d{2}:?\d{2}|Z)",
    "p": r"(?P<P>[+-]\d{2}:?\d{2}|Z)",
    "e": r"(?P<e>[A-Za-z]+(?:/[A-Za-z_]+)*)",
    "T": r"(?P<e>[A-Za-z]+(?:/[A-Za-z_]+)*)",
    "!": "",
    "|": "",
}


def parse_format(text: str, pattern: str, zone: tzinfo) -> datetime:
    """A text in a format of PHP. What the format does not name is zero. Raises TransformError."""
    found = re.fullmatch(_reader(pattern), text.strip(), re.ASCII)
    if not found:
        raise TransformError(f"“{shorten(text)}” is not a date of the form “{pattern}”.")
    part = {name: value for name, value in found.groupdict().items() if value}
    if "U" in part:
        return from_unix(int(part["U"]))
    try:
        year = int(part["Y"]) if "Y" in part else _century(int(part.get("y", 70)))
        return datetime(
            year,
            _month(part),
            int(part.get("d", 1)),
            _hour(part),
            int(part.get("i", 0)),
            int(part.get("s", 0)),
            int(part.get("u", "0").ljust(6, "0")),
            zone_of(part, zone),
        )
    except (ValueError, KeyError):
        raise TransformError(f"“{shorten(text)}” is no date there is.") from None


def _reader(pattern: str) -> str:
    regex, letters, seen = [], iter(pattern), set()
    for letter in letters:
        if letter == "\\":
            regex.append(re.escape(next(letters, "")))
        elif letter in _READ:
            name = re.match(r"\(\?P<(\w)>", _READ[letter])
            if name and name[1] in seen:
                raise TransformError(f"The format “{pattern}” names the same part twice.")
            seen.add(name and name[1])
            regex.append(_READ[letter])
        else:
            regex.append(re.escape(letter))
    return "".join(regex)


def _century(year: int) -> int:
    return year + (1900 if year >= 70 else 2000)


def _month(part: dict) -> int:
    if "M" not in part:
        return int(part.get("m", 1))
    return [month[:3] for month in MONTHS].index(part["M"].lower()[:3]) + 1


def _hour(part: dict) -> int:
    if "h" not in part:
        return int(part.get("H", 0))
    return int(part["h"]) % 12 + (12 if part.get("A", "am").lower() == "pm" else 0)


def zone_of(part: dict, zone: tzinfo) -> tzinfo:
    if "e" in part:
        return zone_named(part["e"])
    if "P" not in part:
        return zone
    if part["P"] == "Z":
        return UTC
    digits = part["P"].replace(":", "")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-offset if digits[0] == "-" else offset)


def zone_named(name: str) -> tzinfo:
    """A time zone such as Europe/Amsterdam. Raises TransformError."""
    try:
        return UTC if name.upper() in ("UTC", "Z", "GMT") else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise TransformError(f"There is no time zone “{name}”.") from None


def from_unix(seconds) -> datetime:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise TransformError(f"{seconds} is no Unix time.") from None
