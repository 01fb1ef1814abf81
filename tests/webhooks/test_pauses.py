"""An incoming that cannot be run is tried seldom; calls wait for it, and pages say why."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alumio import database
from alumio.models import Role, User
from connectors.models import Incoming
from scheduler.models import Delivery, Pause, Process
from scheduler.webhooks import pauses
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.webhooks.test_reading import break_off
from tests.world import make_incoming, make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def broken():
    incoming = make_receiver()
    make_route(incoming=incoming)
    break_off(incoming)
    return incoming


@pytest.fixture
def as_viewer(client):
    client.force_login(User.objects.create_user("viewer@example.com", role=Role.VIEWER))
    return client


def failed() -> int:
    return Process.objects.filter(status="failed").count()


def test_each_try_that_fails_makes_the_pause_longer_up_to_an_hour(caller, broken):
    caller.call(make_webhook(broken), json={"sku": "A"})
    lengths = []

    for _ in range(10):
        began = database.now()
        read_all()
        pause = Pause.objects.get()
        lengths.append(round((pause.until - began).total_seconds() / 30))
        read_all()
        Pause.objects.update(until=began)

    assert lengths == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]
    assert failed() == 10
    assert Delivery.objects.get().status == "received"


def test_two_processes_that_fail_on_one_incoming_at_the_same_moment_note_one_pause(
    caller, broken, monkeypatch
):
    for _ in range(2):
        caller.call(make_webhook(broken), json={"sku": "A"})
    length = pauses.length

    def length_while_another_notes_the_same(tries):
        monkeypatch.setattr(pauses, "length", length)
        pauses.begin(broken.identifier, "The other one.", None)
        return length(tries)

    monkeypatch.setattr(pauses, "length", length_while_another_notes_the_same)
    process, *_ = read_all()

    pause = Pause.objects.get()
    assert (pause.process, pause.tries) == (process.pk, 1)
    assert "gone" in pause.error


def test_an_incoming_that_can_be_run_has_no_pause_to_end(caller):
    with CaptureQueriesContext(connection) as asked:
        route = make_route(incoming=make_receiver())
        caller.call(make_webhook(route.incoming), json={"sku": "A"})
        read_all()

    assert route.tasks.count() == 1
    assert not [q for q in asked if q["sql"].startswith('DELETE FROM "scheduler_pause"')]


def test_while_it_pauses_the_other_incomings_read_every_call_at_once(caller, broken):
    whole = make_receiver()
    route = make_route(incoming=whole)
    webhook = make_webhook(broken, whole)

    for number in range(5):
        caller.call(webhook, json={"sku": number})
        read_all()

    assert route.tasks.count() == 5
    assert failed() == 1
    assert set(Delivery.objects.values_list("status", flat=True)) == {"received"}


def test_a_saved_configuration_ends_the_pause_at_once_and_the_calls_are_read(caller, broken):
    caller.call(make_webhook(broken), json={"sku": "A"})
    read_all()
    Pause.objects.update(tries=9, until=database.now() + pauses.LONGEST)

    read_all()
    assert failed() == 1

    broken.refresh_from_db()
    broken.transformers = []
    broken.store()
    read_all()

    assert Delivery.objects.get().status == "processed"
    assert not Pause.objects.exists()


def test_another_saved_configuration_ends_it_as_well_because_it_may_have_been_the_cause(
    caller, broken
):
    caller.call(make_webhook(broken), json={"sku": "A"})
    read_all()

    make_incoming()
    read_all()

    assert failed() == 2
    assert Pause.objects.get().tries == 2


def test_the_pages_say_why_calls_wait(caller, broken, as_viewer):
    webhook = make_webhook(broken)
    caller.call(webhook, json={"sku": "A"})
    read_all()
    delivery = Delivery.objects.get()

    for address in (
        f"/webhooks/{webhook.identifier}/",
        f"/deliveries/?webhook={webhook.identifier}",
        "/deliveries/",
        f"/deliveries/{delivery.identifier}/",
    ):
        text = as_viewer.get(address).content.decode()
        assert "cannot be run" in text, address
        assert "Located" not in text, address
        assert "gone" in text, address
        assert "Tried again within a minute" in text, address


def test_a_list_of_other_webhooks_says_nothing_of_it(caller, broken, as_viewer):
    caller.call(make_webhook(broken), json={"sku": "A"})
    other = make_webhook(make_receiver())
    read_all()

    text = as_viewer.get(f"/deliveries/?webhook={other.identifier}").content.decode()

    assert "cannot be run" not in text


def test_nothing_is_said_once_the_incoming_can_be_run(caller, broken, as_viewer):
    webhook = make_webhook(broken)
    caller.call(webhook, json={"sku": "A"})
    read_all()
    Incoming.objects.update(transformers=[])
    Pause.objects.update(until=database.now())
    read_all()

    text = as_viewer.get(f"/webhooks/{webhook.identifier}/").content.decode()

    assert "cannot be run" not in text
