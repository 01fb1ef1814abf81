"""Cron expressions on the days on which clocks change, in every zone of the tz database."""

from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from scheduler.cron import due_between
from tests.scheduler.crontab import MINUTE, Span, changes

YEARS = (2026, 2027)
AROUND = timedelta(hours=12)
EXPRESSIONS = (
    "30 2 * * *",
    "0,30 0-3 * * *",
    "1-59/7 1-4 * * *",
    "0 0 * * *",
    "59 23 * * sat,sun",
    "15 2 25-31 3,10 *",
    "0 3 29 * 0",
    "*/20 * * * *",
    "15 * * * *",
    "*/30 2 * * *",
    "* 0-1 * * *",
)
"""Fixed times, which no jump may lose or double, and times that follow elapsed time."""


def zones_by_changes() -> dict[tuple, list[str]]:
    """The names of the zones whose clocks jump at the same moments from and to the same offsets:
    to an expression they are one."""
    groups = defaultdict(list)
    for name in sorted(available_timezones()):
        if jumps := changes(ZoneInfo(name), YEARS):
            groups[tuple(jumps)].append(name)
    return groups


def differences(zone: ZoneInfo, jumps: tuple) -> list[tuple]:
    """Where an expression is due at other minutes than the oracle says."""
    found = []
    for moment, *_ in jumps:
        start, end = moment - AROUND, moment + AROUND
        span = Span(zone, start, (end - start) // MINUTE)
        for expression in EXPRESSIONS:
            if due_between(expression, zone, start, end) != span.due(expression):
                found.append((str(zone), moment, expression))
    return found


def test_changes_of_the_clock_are_met_in_all_zones_as_debian_cron_meets_them():
    groups = zones_by_changes()

    changing = {name for names in groups.values() for name in names}
    found = {names[0]: differences(ZoneInfo(names[0]), jumps) for jumps, names in groups.items()}

    assert {"Europe/Amsterdam", "Australia/Lord_Howe", "Antarctica/Troll"} <= changing
    assert {name: different for name, different in found.items() if different} == {}
