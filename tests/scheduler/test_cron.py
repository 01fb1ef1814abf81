"""Cron expressions: what is read, what is refused, and when what is read comes due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.cron import CronError, due_between, either_day, parse, upcoming
from tests.scheduler.crontab import LIMITS, NAMES, matcher

AMSTERDAM = "Europe/Amsterdam"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walls(expression, after, until, zone=AMSTERDAM):
    """Local times of what is due, with the offset that tells the two passes of a fold apart."""
    found = due_between(expression, zone, utc(after), utc(until))
    return [instant.astimezone(ZoneInfo(zone)).strftime("%H:%M%z") for instant in found]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1-59/3 * * * *", "1-59/3 * * * *"),
        ("  05  0 1,15  *\t*  ", "5 0 1,15 * *"),
        ("0 9 * JAN-mar MON-Fri", "0 9 * jan-mar mon-fri"),
        ("*/20 8-18 * * 5-7", "*/20 8-18 * * 5-7"),
        ("0 0 13 * 5", "0 0 13 * 5"),
        ("0 0 29 2 *", "0 0 29 2 *"),
        ("0 0 31 4 1", "0 0 31 4 1"),
    ],
)
def test_an_expression_is_kept_in_its_plain_form(typed, kept):
    assert parse(typed) == kept


@pytest.mark.parametrize(
    ("expression", "field", "reason"),
    [
        ("* * * *", "expression", "not 4"),
        ("0 * * * * *", "expression", "not 6"),
        ("", "expression", "not 0"),
        ("@hourly", "expression", "@hourly"),
        ("٣ * * * *", "expression", "plain digits"),
        ("60 * * * *", "minute", "60 is not between 0 and 59"),
        ("* 24 * * *", "hour", "24"),
        ("* * 0 * *", "day of month", "0 is not between 1 and 31"),
        ("* * * 13 *", "month", "13"),
        ("* * * * 8", "weekday", "8"),
        ("5/15 * * * *", "minute", "5-59/15"),
        ("*/0 * * * *", "minute", "step"),
        ("*/60 * * * *", "minute", "step"),
        ("*,5 * * * *", "minute", "cannot stand in a list"),
        ("1,,2 * * * *", "minute", "between two commas"),
        ("+5 * * * *", "minute", "none of"),
        ("1-2-3 * * * *", "minute", "none of"),
        ("? * * * *", "minute", "none of"),
        ("0 0 L * *", "day of month", "none of"),
        ("0 0 15w * *", "day of month", "none of"),
        ("0 0 * * 5#3", "weekday", "none of"),
        ("0 0 * * sunday", "weekday", "none of"),
        ("0 0 * * foo", "weekday", "or a name such as sun"),
        ("0 9 * * 1-1", "weekday", "write 1"),
        ("0 9 * * fri-sun", "weekday", "write 5-7"),
        ("0 22-3 * * *", "hour", "does not rise"),
        ("0 0 */2 * 1", "day of month", "cannot be combined"),
        ("0 0 1 * */2", "weekday", "cannot be combined"),
        ("0 0 31 4,6 *", "day of month", "never comes"),
        ("0 0 30-31 2 *", "day of month", "never comes"),
    ],
)
def test_what_engines_read_differently_is_refused_with_the_field_and_the_reason(
    expression, field, reason
):
    with pytest.raises(CronError) as caught:
        parse(expression)

    assert caught.value.field == field
    assert reason in caught.value.reason


def test_two_restricted_day_fields_mean_either_of_them():
    assert either_day("0 0 13 * 5")
    assert not either_day("0 0 13 * *")


def test_a_fixed_time_inside_the_gap_runs_once_right_after_it():
    night = ("2026-03-28T22:00", "2026-03-29T10:00")

    assert walls("30 2 * * *", *night) == ["03:00+0200"]
    assert walls("0,30 2 * * *", *night) == ["03:00+0200"]


def test_a_fixed_time_inside_the_fold_runs_once():
    assert walls("30 2 * * *", "2026-10-24T22:00", "2026-10-25T10:00") == ["02:30+0200"]


def test_starred_times_follow_elapsed_time():
    spring = walls("*/30 * * * *", "2026-03-29T00:00", "2026-03-29T02:00")
    autumn = walls("*/30 * * * *", "2026-10-24T23:45", "2026-10-25T01:30")

    assert spring == ["01:30+0100", "03:00+0200", "03:30+0200", "04:00+0200"]
    assert autumn == ["02:00+0200", "02:30+0200", "02:00+0100", "02:30+0100"]


def test_a_window_that_begins_or_ends_inside_a_fold_misses_nothing():
    first, last = utc("2026-10-24T20:00"), utc("2026-10-25T06:00")
    for expression in ("*/7 * * * *", "13 * * * *", "40 2 * * *", "10,50 1-3 * * *"):
        whole = due_between(expression, AMSTERDAM, first, last)

        pieces, cut = [], first
        while cut < last:
            pieces += due_between(expression, AMSTERDAM, cut, cut + timedelta(minutes=1))
            cut += timedelta(minutes=1)

        assert pieces == whole


def test_the_window_excludes_its_beginning_and_includes_its_end():
    assert due_between("* * * * *", "UTC", utc("2026-01-01T00:00"), utc("2026-01-01T00:02")) == [
        utc("2026-01-01T00:01"),
        utc("2026-01-01T00:02"),
    ]


def test_the_next_runs_are_found_however_rare_they_are():
    assert [day.year for day in upcoming("0 0 29 2 *", "UTC", utc("2026-01-01"), 3)] == [
        2028,
        2032,
        2036,
    ]
    assert len(upcoming("* * * * *", "Asia/Kathmandu", utc("2026-01-01"), 5)) == 5


# ---------------------------------------------------------------- against a brute-force matcher


def read(expression: str) -> tuple[str, str]:
    """The kept text, or the reason of the refusal."""
    try:
        return parse(expression), ""
    except CronError as error:
        return "", error.reason


def brute_force(expression: str, start: datetime, minutes: int) -> list[datetime]:
    fits = matcher(expression)
    every = (start + timedelta(minutes=step) for step in range(1, minutes + 1))
    return [now for now in every if fits(now)]


@st.composite
def field_texts(draw, field: int):
    low, high = LIMITS[field]
    names = NAMES[field].split()

    def written(value):
        in_names = names and value - low < len(names)
        return names[value - low] if in_names and draw(st.booleans()) else str(value)

    def part():
        first = draw(st.integers(low, high))
        if first == high or draw(st.booleans()):
            return written(first)
        last = draw(st.integers(first + 1, high))
        step = draw(st.sampled_from(["", "", f"/{draw(st.integers(1, high))}"]))
        return f"{written(first)}-{last}{step}"

    shape = draw(st.sampled_from(["*", "*", "*/n", "list"]))
    if shape == "*/n":
        return f"*/{draw(st.integers(1, high))}"
    return "*" if shape == "*" else ",".join(part() for _ in range(draw(st.integers(1, 3))))


expressions = st.tuples(*(field_texts(field) for field in range(5))).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(expression=expressions, day=st.integers(0, 800))
def test_every_expression_that_is_read_is_due_when_a_brute_force_matcher_says(expression, day):
    text, reason = read(expression)
    if reason:
        assert "cannot be combined" in reason or "never comes" in reason
        return
    start = utc("2026-01-01") + timedelta(days=day)
    minutes = 2 * 24 * 60

    found = due_between(text, "UTC", start, start + timedelta(minutes=minutes))

    assert parse(text) == text
    assert found == brute_force(expression, start, minutes)


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="0123456789*/,-? LW#@adefimnorstuв", max_size=30))
def test_any_text_is_either_read_or_refused(text):
    kept, reason = read(text)

    assert bool(kept) != bool(reason)
    assert not kept or parse(kept) == kept
