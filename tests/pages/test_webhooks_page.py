"""The pages of webhooks: addresses, how to call them, who reads, and how much they are called."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduler.models import Delivery, Reading, RefusedCall, Webhook
from tests.pages.conftest import signed_in
from tests.webhooks.calling import Caller, make_receiver, make_webhook
from tests.webhooks.rows import count_refused, make_delivery, make_reading, make_refused
from tests.world import make_route, make_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def caller() -> Caller:
    return Caller()


def rows(person) -> dict:
    return {row["it"].name: row for row in person.client.get("/webhooks/").context["rows"]}


def test_the_list_shows_the_address_and_how_much_each_webhook_is_called(viewer):
    busy, quiet = make_webhook(make_receiver()), make_webhook()
    make_delivery(busy, "received")
    make_delivery(busy)
    make_delivery(busy, received_at=timezone.now() - timedelta(hours=2))
    count_refused(3, busy)
    count_refused(4, busy, ago=timedelta(hours=3))

    found = rows(viewer)

    numbers = found[busy.name]["numbers"]
    assert (numbers.waiting, numbers.hour, numbers.refused) == (1, 2, 3)
    assert found[busy.name]["last"] == Delivery.objects.order_by("-id").first().received_at
    assert found[quiet.name]["last"] is None
    text = viewer.open("/webhooks/").text
    assert f'data-copy="http://testserver/api/v1/webhook/{busy.identifier}"' in text


def test_the_list_asks_as_much_of_the_database_for_many_as_for_one(
    viewer, django_assert_max_num_queries
):
    for _ in range(8):
        make_delivery(make_webhook(make_receiver()))
    viewer.open("/webhooks/")

    with django_assert_max_num_queries(40):
        viewer.open("/webhooks/")


def test_a_webhook_is_switched_off_by_a_click(editor):
    webhook = make_webhook(make_receiver())

    answer = editor.client.post(
        f"/webhooks/{webhook.identifier}/switch/", {"enabled": "0"}, headers={"HX-Request": "true"}
    )

    webhook.refresh_from_db()
    assert not webhook.enabled
    assert f'id="row-{webhook.identifier}"' in answer.content.decode()


def test_the_page_has_the_address_lines_to_call_it_who_reads_and_the_last_calls(viewer):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    secret = {"prototype": "header-secret", "parameters": {"header": "X-Key", "secret": "horse"}}
    webhook = make_webhook(incoming, validators=[secret])
    delivery = make_delivery(webhook)
    make_reading(delivery, incoming, {"new": 2})
    make_refused(webhook, reason="The header X-Key is missing.")
    make_delivery(make_webhook())

    page = viewer.open(f"/webhooks/{webhook.identifier}/")

    assert f"http://testserver/api/v1/webhook/{webhook.identifier}" in page.text
    assert "X-Key: $SECRET" in page.text
    assert "horse" not in page.text
    assert route.name in page.text
    assert "2 tasks" in page.text
    assert "The header X-Key is missing." in page.text
    assert page.response.context["shown"].calls == [delivery]


def test_a_webhook_that_nobody_may_call_says_so_instead_of_how_to_call_it(viewer):
    webhook = make_webhook(make_receiver(), validators=[])

    text = viewer.open(f"/webhooks/{webhook.identifier}/").text

    assert "Nobody may call this webhook yet" in text
    assert "Call it from a shell" not in text


def test_a_token_is_shown_to_editors_and_to_nobody_else(viewer, editor):
    webhook = make_webhook(make_receiver(), by_token=True)

    for path in ("/webhooks/", f"/webhooks/{webhook.identifier}/"):
        assert webhook.token in editor.open(path).text
        assert webhook.token not in viewer.open(path).text


def test_a_new_address_takes_the_place_of_the_old_one(editor, caller):
    webhook = make_webhook(make_receiver(), by_token=True)
    old = webhook.token

    editor.post(f"/webhooks/{webhook.identifier}/renew/")

    webhook.refresh_from_db()
    assert webhook.token != old
    assert caller.call(old, json={}).status_code == 404
    assert caller.call(webhook.token, json={}).status_code == 202


def test_every_page_of_a_webhook_leads_to_the_others(editor):
    webhook = make_webhook(make_receiver())
    own = f"/webhooks/{webhook.identifier}/"

    for page in ("", "edit/", "history/"):
        text = editor.open(own + page).text
        for other in ("", "edit/", "history/"):
            assert f'href="{own}{other}"' in text, (page, other)


# ---------------------------------------------------------------- deleting


def test_a_webhook_with_unread_calls_is_kept(editor):
    webhook = make_webhook(make_receiver())
    make_delivery(webhook, "received")

    page = editor.open(f"/webhooks/{webhook.identifier}/delete/")
    answer = editor.client.post(page.url)

    assert "1 call that waits to be read" in page.text
    assert answer.status_code == 409
    assert Webhook.objects.filter(pk=webhook.pk).exists()


def test_a_webhook_goes_with_what_was_read_and_the_tasks_stay(editor):
    incoming = make_receiver()
    webhook, other = make_webhook(incoming), make_webhook(incoming)
    delivery, kept = make_delivery(webhook), make_delivery(other)
    make_delivery(webhook, replay_of=delivery)
    make_reading(delivery, incoming)
    make_refused(webhook)
    (task,) = make_tasks(make_route(), "new", delivery=delivery.pk)

    page = editor.open(f"/webhooks/{webhook.identifier}/delete/")
    assert "2 deliveries" in page.text
    editor.post(page.url)

    assert list(Delivery.objects.all()) == [kept]
    assert not Reading.objects.exists()
    assert not RefusedCall.objects.exists()
    task.refresh_from_db()
    assert "which was removed since" in editor.open(f"/tasks/{task.identifier}/").text


def test_viewers_change_nothing():
    person = signed_in("viewer")
    webhook = make_webhook(make_receiver(), by_token=True)

    for page in ("renew/", "switch/", "edit/", "delete/"):
        answer = person.client.post(f"/webhooks/{webhook.identifier}/{page}")
        assert answer.status_code == 403, page
