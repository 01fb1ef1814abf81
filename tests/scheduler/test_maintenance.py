"""Maintenance windows: what is due waits until they end; what runs goes on."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alumio import database
from scheduler import queue
from scheduler.execution import execute
from scheduler.maintenance import WEEKDAYS, Hold, current, following
from scheduler.models import Kind, Maintenance
from tests.scheduler.running import make_job, queued, route_with_tasks, started
from tests.world import make_incoming, statuses

NOW = datetime(2026, 6, 3, 21, 30, tzinfo=UTC)  # a Wednesday


def window(**fields) -> Maintenance:
    return Maintenance(**{"name": "Window", "start": "22:00", "minutes": 120} | fields)


def once(start="22:00", **fields):
    return window(repeats="once", date="2026-06-03", start=start, **fields)


def open_now(**fields) -> Maintenance:
    """A stored window that began a minute ago."""
    began = database.now().astimezone(UTC) - timedelta(minutes=1)
    at = {"date": f"{began:%Y-%m-%d}", "start": f"{began:%H:%M}"}
    return window(repeats="once", **at, **fields).store()


def test_a_window_lasts_from_its_first_minute_to_before_its_last():
    maintenance = once()
    begin = datetime(2026, 6, 3, 22, tzinfo=UTC)

    assert current(maintenance, begin - timedelta(seconds=1)) is None
    assert current(maintenance, begin).end == begin + timedelta(hours=2)
    assert current(maintenance, begin + timedelta(minutes=119, seconds=59))
    assert current(maintenance, begin + timedelta(hours=2)) is None
    assert following(maintenance, NOW).begin == begin
    assert following(maintenance, begin) is None


def test_a_weekly_window_lasts_over_midnight_into_another_day():
    maintenance = window(repeats="weekly", weekdays=["wed"], start="23:00")

    assert current(maintenance, datetime(2026, 6, 4, 0, 30, tzinfo=UTC))
    assert not current(maintenance, datetime(2026, 6, 3, 0, 30, tzinfo=UTC))
    assert following(maintenance, NOW).begin == datetime(2026, 6, 3, 23, tzinfo=UTC)


@pytest.mark.parametrize(("month", "last"), [(1, 31), (2, 28), (4, 30)])
def test_a_window_of_the_31st_comes_on_the_last_day_of_shorter_months(month, last):
    maintenance = window(repeats="monthly", day=31, start="00:00")

    assert current(maintenance, datetime(2026, month, last, 1, tzinfo=UTC))
    assert not current(maintenance, datetime(2026, month, last - 1, 1, tzinfo=UTC))


def test_a_window_goes_by_its_own_clock():
    maintenance = once(time_zone="America/New_York")

    assert current(maintenance, datetime(2026, 6, 4, 2, 30, tzinfo=UTC))
    assert not current(maintenance, datetime(2026, 6, 3, 22, 30, tzinfo=UTC))


@given(
    weekday=st.sampled_from(WEEKDAYS),
    hour=st.integers(0, 23),
    minutes=st.integers(1, 7 * 24 * 60),
    minute=st.integers(0, 14 * 24 * 60),
    zone=st.sampled_from(["UTC", "Asia/Kolkata", "Pacific/Auckland"]),
)
def test_a_moment_is_inside_if_and_only_if_a_start_lies_so_long_before(
    weekday, hour, minutes, minute, zone
):
    maintenance = window(
        repeats="weekly", weekdays=[weekday], start=f"{hour:02}:00", minutes=minutes, time_zone=zone
    )
    moment = NOW + timedelta(minutes=minute)

    inside = any(
        (moment - timedelta(minutes=ago)).astimezone(ZoneInfo(zone)).strftime("%a %H:%M").lower()
        == f"{weekday} {hour:02}:00"
        for ago in range(minutes)
    )

    assert bool(current(maintenance, moment)) == inside


@pytest.mark.django_db
@pytest.mark.database
def test_what_comes_due_in_a_window_waits_and_starts_after_it():
    route = route_with_tasks(1)
    maintenance = open_now()
    process = queued(route)

    assert queue.start_next("worker") is None
    assert Hold().window_of(process).maintenance == maintenance

    maintenance.enabled = False
    maintenance.store()
    execute(queue.start_next("worker"))
    assert statuses(route) == ["finished"]


@pytest.mark.django_db
def test_what_runs_when_a_window_begins_goes_on():
    route = route_with_tasks(1)
    process = started(route)
    open_now()

    execute(process)

    assert statuses(route) == ["finished"]


@pytest.mark.django_db
def test_a_window_for_chosen_jobs_holds_only_what_these_queue():
    held, free, by_hand = (make_incoming([{"sku": n}]) for n in range(3))
    job, other = make_job(held), make_job(free)
    queue.enqueue(held, "schedule", scheduled_job=job)
    queue.enqueue(free, "schedule", scheduled_job=other)
    queue.enqueue(by_hand, "person")

    open_now(jobs=[job.identifier])

    assert queue.start_next("worker").incoming == free
    assert queue.start_next("worker").incoming == by_hand
    assert queue.start_next("worker") is None


@pytest.mark.django_db
def test_a_repair_is_never_held():
    open_now()
    queue.enqueue_chore(Kind.REPAIR, "person")

    assert queue.start_next("worker").job == Kind.REPAIR
