"""Dates as PHP writes and reads them (reference §9.3)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from transformers.dates import format_date, parse_format
from transformers.errors import TransformError
from transformers.relative_dates import parse_date

WEDNESDAY = datetime(2026, 11, 18, 10, 30, 15, 123456, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("Y-m-d H:i:s", "2026-11-18 10:30:15"),
        ("D, d M Y", "Wed, 18 Nov 2026"),
        ("l jS F y", "Wednesday 18th November 26"),
        ("N w z t L W o", "3 3 321 30 0 47 2026"),
        ("g:i a G h A", "10:30 am 10 10 AM"),
        ("v u", "123 123456"),
        ("c", "2026-11-18T10:30:15+00:00"),
        ("e T O P p Z U", "UTC UTC +0000 +00:00 Z 0 1794997815"),
        (r"Y \y\e\a\r", "2026 year"),
    ],
)
def test_dates_are_written(pattern, written):
    assert format_date(WEDNESDAY, pattern) == written


def test_offsets_and_abbreviations_of_a_zone():
    summer = datetime(2026, 7, 1, tzinfo=AMSTERDAM)

    assert format_date(summer, "e T P") == "Europe/Amsterdam CEST +02:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", "2026-11-18 10:30:15"),
        ("today", "2026-11-18 00:00:00"),
        ("tomorrow", "2026-11-19 00:00:00"),
        ("yesterday noon", "2026-11-17 12:00:00"),
        ("-1 day", "2026-11-17 10:30:15"),
        ("2 hours ago", "2026-11-18 08:30:15"),
        ("+1 week 2 days", "2026-11-27 10:30:15"),
        ("Monday next week", "2026-11-23 00:00:00"),
        ("saturday this week", "2026-11-21 00:00:00"),
        ("next wednesday", "2026-11-25 00:00:00"),
        ("wednesday", "2026-11-18 00:00:00"),
        ("last friday", "2026-11-13 00:00:00"),
        ("first day of next month", "2026-12-01 10:30:15"),
        ("last day of", "2026-11-30 10:30:15"),
        ("+3 weekdays", "2026-11-23 10:30:15"),
        ("2026-01-31 +1 month", "2026-03-03 00:00:00"),
        ("2026-01-31T10:00:00+02:00", "2026-01-31 10:00:00"),
        ("2026-01-31 9:05", "2026-01-31 09:05:00"),
        ("20260131", "2026-01-31 00:00:00"),
        ("2026-01-31T10:00:00.123456789Z", "2026-01-31 10:00:00"),
        ("@0", "1970-01-01 00:00:00"),
        ("1700000000", "2023-11-14 22:13:20"),
        (1700000000, "2023-11-14 22:13:20"),
        (None, "2026-11-18 10:30:15"),
    ],
)
def test_dates_are_read(text, moment):
    assert format_date(parse_date(text, UTC, WEDNESDAY), "Y-m-d H:i:s") == moment


def test_a_date_without_a_zone_is_in_the_given_one():
    assert parse_date("2026-07-01 10:00", AMSTERDAM, WEDNESDAY).utcoffset().seconds == 7200


def test_hours_are_added_on_the_real_clock_across_daylight_saving():
    before = datetime(2026, 3, 29, 1, 30, tzinfo=AMSTERDAM)

    assert format_date(parse_date("+1 hour", AMSTERDAM, before), "H:i P") == "03:30 +02:00"


@pytest.mark.parametrize("text", ["2026-02-30", "soon", "2026-13-01", "+999999 years", True, {}])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(TransformError):
        parse_date(text, UTC, WEDNESDAY)


@pytest.mark.parametrize(
    ("text", "pattern", "moment"),
    [
        ("31/01/2026", "d/m/Y", "2026-01-31 00:00"),
        ("5 Feb 99 7:05 pm", "j M y g:i A", "1999-02-05 19:05"),
        ("12:00 am 1.1.2026", "h:i a j.n.Y", "2026-01-01 00:00"),
        ("at 2026-01-31", r"\a\t Y-m-d", "2026-01-31 00:00"),
        ("1700000000", "U", "2023-11-14 22:13"),
    ],
)
def test_dates_are_read_in_a_format(text, pattern, moment):
    assert format_date(parse_format(text, pattern, UTC), "Y-m-d H:i") == moment


@pytest.mark.parametrize(
    ("text", "pattern"), [("2026-01-31", "d/m/Y"), ("31/02/2026", "d/m/Y"), ("x", "Y Y")]
)
def test_a_text_of_another_form_is_refused(text, pattern):
    with pytest.raises(TransformError):
        parse_format(text, pattern, UTC)
