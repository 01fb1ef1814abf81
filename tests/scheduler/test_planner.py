"""The planner's sums: volumes to schedules, the load of a week, and jobs that start together."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import cron, together, week
from scheduler.calculator import Schedule
from scheduler.models import ScheduledJob

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
EXPRESSIONS = (
    "* * * * *",
    "*/7 1-5 * * *",
    "30 2 * * mon,thu",
    "0 9-17/2 1-15 jun *",
    "5 0 3 * sat",
)


def job(pk, expression, zone="UTC"):
    return ScheduledJob(pk=pk, name=f"Job {pk}", expression=expression, time_zone=zone)


def test_the_sums_of_the_article_on_schedules():
    pulling, pushing = Schedule(35_000, 100), Schedule(35_000, 500)

    assert (pulling.runs, pulling.per_hour, pulling.expression) == (350, 15, "*/4 * * * *")
    assert (pushing.runs, pushing.per_hour, pushing.expression) == (70, 3, "*/20 * * * *")


def test_what_no_schedule_can_do_is_said_with_what_would_be_needed():
    too_much = Schedule(1_000_000, 100)

    assert not too_much.fits
    assert too_much.capacity == 144_000
    assert Schedule(1_000_000, too_much.least_per_run).fits


@given(st.integers(1, 10**7), st.integers(1, 10**5))
def test_a_schedule_that_fits_copes_with_all_records(records, per_run):
    schedule = Schedule(records, per_run)

    cron.parse(schedule.expression)
    assert schedule.fits == (schedule.capacity >= records or schedule.per_hour <= 60)
    if schedule.fits:
        assert schedule.capacity >= records


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"])
def test_the_week_counts_every_start_that_the_clock_would_make(expression, zone):
    expected = [0] * week.HOURS
    until = MONDAY + timedelta(days=7) - timedelta(minutes=1)
    for instant in cron.due_between(expression, zone, MONDAY - timedelta(minutes=1), until):
        expected[int((instant - MONDAY).total_seconds()) // week.HOUR] += 1

    cells = week.load([job(1, expression, zone)], {}, "UTC", MONDAY)

    assert [cell.starts for day in cells for cell in day] == expected


def test_work_that_lasts_falls_into_the_hours_after_its_start():
    cells = week.load([job(1, "30 22 * * sun")], {1: 2.5 * week.HOUR}, "UTC", MONDAY)

    assert [round(cell.seconds / week.HOUR, 1) for cell in cells[6][22:]] == [0.5, 1.0]
    assert cells[0][0].seconds == week.HOUR
    assert cells[0][1].level == 0


def test_all_work_of_a_week_is_in_its_cells():
    cells = week.load(
        [job(1, "*/10 * * * *"), job(2, "0 4 * * *")], {1: 90, 2: 9_000}, "UTC", MONDAY
    )

    total = sum(cell.seconds for day in cells for cell in day)

    assert total == pytest.approx(7 * 144 * 90 + 7 * 9_000)


def test_three_jobs_of_every_third_minute_are_spread_over_the_three():
    jobs = [job(n, "*/3 * * * *") for n in (1, 2, 3)]

    advice = together.advise(jobs, MONDAY)

    spread = {1: "*/3 * * * *"} | {a.job.pk: a.expression for a in advice}
    assert sorted(spread.values()) == ["*/3 * * * *", "1-59/3 * * * *", "2-59/3 * * * *"]
    [crowd] = together.crowds(jobs, MONDAY)
    assert crowd.minutes == list(range(0, 7 * 1440, 3))
    assert (crowd.first, crowd.times, crowd.is_daily) == (["00:00", "00:03", "00:06"], 480, True)


def test_jobs_of_a_fixed_time_are_spread_within_their_hour():
    jobs = [job(n, "0 3 * * *") for n in (1, 2)] + [job(n, "55 * * * *") for n in (3, 4)]

    advice = together.advise(jobs, MONDAY)

    assert [(a.expression, a.shared, a.then) for a in advice] == [
        ("5 3 * * *", 7, 0),
        ("50 * * * *", 168, 0),
    ]


def test_jobs_of_different_weekdays_do_not_start_together():
    jobs = [job(1, "0 3 * * mon"), job(2, "0 3 * * tue"), job(3, "0 3 * * mon-fri")]

    crowds = together.crowds(jobs, MONDAY)

    assert [[j.pk for j in crowd.jobs] for crowd in crowds] == [[1, 3], [2, 3]]
    assert [(crowd.first, crowd.times) for crowd in crowds] == [
        (["Mon 03:00"], 1),
        (["Tue 03:00"], 1),
    ]
    assert together.advise(jobs[:2], MONDAY) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(["*/2", "1-59/2", "*/3", "*/5", "*/15", "0", "*"]), max_size=6))
def test_advice_never_makes_more_jobs_start_together(minutes):
    jobs = [job(n, f"{minute} * * * *") for n, minute in enumerate(minutes)]
    before = shared_starts(jobs)

    for advice in together.advise(jobs, MONDAY):
        advice.job.expression = advice.expression

    assert shared_starts(jobs) <= before


def shared_starts(jobs):
    """Pairs of starts of a day that coincide."""
    starts = Counter()
    for job in jobs:
        starts.update(together.starts(job.expression, job.time_zone, MONDAY))
    return sum(here * (here - 1) for here in starts.values())


@pytest.mark.parametrize(
    "minute", ["*/20", "7", "0,30", "0-10", "10-20", "*/7", "1-59/2", "59", "5-50/7", "*"]
)
def test_a_shift_keeps_how_often_a_job_runs_and_its_hours(minute):
    expression = f"{minute} 3 * * mon"

    for other in together.shifted(expression):
        assert cron.parse(other) == other != expression
        assert other.split()[1:] == expression.split()[1:]
        assert len(cron.values(other)[0]) == len(cron.values(expression)[0])
    assert bool(together.shifted(expression)) == (minute != "*")


def test_jobs_of_other_zones_meet_at_the_same_instant():
    here = together.starts("0 12 * * *", "Europe/Amsterdam", MONDAY)

    assert here == together.starts("0 10 * * *", "UTC", MONDAY)
    assert ZoneInfo("Europe/Amsterdam").utcoffset(MONDAY) == timedelta(hours=2)
