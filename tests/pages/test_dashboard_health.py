"""How a route is: green, amber, red or grey, with the reason in words."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from alumio.overview.routes import route_lines
from scheduler.models import ScheduledJob
from tests.pages.rows import make_process, make_task
from tests.webhooks.calling import Caller, make_receiver, make_webhook, read_all
from tests.world import make_route

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return Caller()


def health(route):
    cache.clear()
    return next(line.health for line in route_lines() if line.route.pk == route.pk)


def scheduled(route, expression="* * * * *"):
    ScheduledJob(name="J", job="export", route=route, expression=expression).store()
    return route


def ago(**span):
    return {"updated_at": timezone.now() - timedelta(**span)}


def test_a_route_that_delivers_is_green():
    route = scheduled(make_route())
    make_process(route, "finished")
    make_task(route, "finished")

    assert health(route).colour == "green"
    assert health(route).reasons == ()


def test_a_route_that_never_ran_is_grey():
    assert health(make_route()).reasons == ("Never ran.",)
    assert health(make_route()).colour == "grey"


def test_a_disabled_route_is_grey_whatever_failed_on_it():
    route = make_route(enabled=False)
    make_process(route, "failed")

    assert health(route).colour == "grey"


def test_a_run_that_failed_makes_it_red_until_one_goes_well():
    route = scheduled(make_route())
    make_process(route, "failed", result="The target is down.")

    assert health(route).colour == "red"
    assert health(route).reasons[0] == "The last export failed: The target is down."

    make_process(route, "finished")

    assert health(route).colour == "green"


def test_a_run_under_way_does_not_hide_that_the_last_one_failed():
    route = scheduled(make_route())
    make_process(route, "failed", result="Lost.")
    make_process(route, "running", slot=0, heartbeat_at=timezone.now())

    assert health(route).colour == "red"


def test_a_failed_import_makes_all_its_routes_red():
    first = scheduled(make_route())
    second = scheduled(make_route(incoming=first.incoming))
    make_process(first.incoming, "failed", result="The source is down.")

    assert [health(route).colour for route in (first, second)] == ["red", "red"]


def test_a_failed_run_of_a_webhook_makes_the_routes_that_it_feeds_red(caller):
    incoming = make_receiver()
    route = scheduled(make_route(incoming=incoming))
    webhook = make_webhook(incoming)
    incoming.subscriber = incoming.subscriber | {"prototype": "gone"}
    incoming.store()

    caller.call(webhook, json={"sku": "A"})
    read_all()

    assert health(route).colour == "red"


def test_a_process_without_a_sign_of_life_makes_it_red():
    route = scheduled(make_route())
    silent = timezone.now() - timedelta(minutes=5)
    process = make_process(route, "running", slot=0, heartbeat_at=silent)

    assert health(route).colour == "red"
    assert f"Process {process.pk}" in health(route).reasons[0]


def test_three_failures_since_the_last_delivery_are_red_and_two_are_amber():
    route = scheduled(make_route())
    make_task(route, "finished")
    for _ in range(2):
        make_task(route, "failed")

    assert health(route).colour == "amber"
    assert health(route).reasons == ("2 tasks are failed, the last one within a day.",)

    make_task(route, "failed")

    assert health(route).colour == "red"


def test_three_failures_before_a_delivery_are_amber():
    route = scheduled(make_route())
    for status in ("failed", "failed", "failed", "finished"):
        make_task(route, status)

    assert health(route).colour == "amber"


def test_failures_of_other_days_are_forgiven_once_something_was_delivered():
    route = scheduled(make_route())
    make_task(route, "failed", **ago(days=2))
    make_task(route, "finished")

    assert health(route).colour == "green"


@pytest.mark.parametrize("status", ["retry", "rejected"])
def test_what_waits_for_another_try_or_was_rejected_makes_it_amber(status):
    route = scheduled(make_route())
    make_task(route, status)

    assert health(route).colour == "amber"
    assert len(health(route).reasons) == 1


def test_tasks_that_nothing_exports_make_it_amber():
    route = make_route()
    make_task(route, "new")

    assert health(route).reasons == ("1 task waits and no scheduled job exports them.",)

    scheduled(route)

    assert health(route).colour == "green"


def test_a_route_that_a_job_runs_after_another_has_a_schedule():
    route, other = make_route(), make_route()
    make_task(route, "new")
    then = [{"job": "export", "route": route.identifier}]
    ScheduledJob(name="J", job="export", route=other, expression="* * * * *", then=then).store()

    assert health(route).colour == "green"


def test_a_real_time_route_needs_no_schedule():
    route = make_route(realtime=True)
    make_task(route, "new")

    assert health(route).colour == "green"


def test_new_tasks_may_wait_twice_as_long_as_the_schedule_pauses():
    hourly, daily = scheduled(make_route(), "0 * * * *"), scheduled(make_route(), "0 3 * * *")
    for route in (hourly, daily):
        make_task(route, "new", **ago(hours=5))

    assert health(hourly).reasons == ("The oldest new task has waited for 5 hours.",)
    assert health(daily).colour == "green"


def test_a_decision_that_nobody_takes_for_a_day_makes_it_amber():
    route = scheduled(make_route(waiting_status=True))
    make_task(route, "waiting", **ago(hours=3))

    assert health(route).colour == "green"

    make_task(make_route(), "new")
    old = make_task(scheduled(make_route()), "waiting", **ago(days=3))

    assert health(old.route).colour == "amber"


def test_an_end_that_is_disabled_makes_it_amber_and_is_named():
    route = scheduled(make_route())
    make_task(route, "finished")
    route.outgoing.enabled = False
    route.outgoing.store()

    assert health(route).colour == "amber"
    assert route.outgoing.name in health(route).reasons[0]


def test_the_dashboard_says_the_reason_and_shows_the_worst_first(viewer):
    well, ill = scheduled(make_route()), scheduled(make_route())
    make_task(well, "finished")
    make_process(ill, "failed", result="The target is down.")

    response = viewer.client.get("/")

    assert [line.route.pk for line in response.context["routes"]] == [ill.pk, well.pk]
    assert "The last export failed: The target is down." in response.content.decode()
