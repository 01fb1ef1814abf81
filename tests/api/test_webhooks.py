"""REST: webhooks with their addresses, what was delivered, replays, refused calls, retention."""

import base64
from datetime import timedelta

import jsonschema
import pytest
from django.utils import timezone

from scheduler.models import Delivery, Webhook
from scheduler.webhooks import replay
from tests.webhooks.calling import OPEN, Caller, make_receiver, make_webhook, read_all
from tests.webhooks.rows import make_delivery, make_reading, make_refused
from tests.world import make_route, make_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def caller() -> Caller:
    return Caller()


def fits(viewer, answer: dict, name: str) -> None:
    """Fails unless the answer is as the description of the API says."""
    description = viewer.get("schema/?format=json").body
    shapes = {"$defs": {}, "components": description["components"]}
    jsonschema.validate(answer, shapes | {"$ref": f"#/components/schemas/{name}"})


# ---------------------------------------------------------------- webhooks


def test_a_webhook_that_was_made_over_rest_can_be_called_at_the_url_it_answers(editor, caller):
    incoming = make_receiver()
    make_route(incoming=incoming)

    made = editor.post(
        "webhooks",
        {
            "name": "Orders",
            "identifier": "orders",
            "incomings": [incoming.identifier],
            "validators": [OPEN],
        },
    )

    assert made.status_code == 201
    assert made.body["url"] == "http://testserver/api/v1/webhook/orders"
    answer = caller.call("orders", json={"sku": "A"})
    assert answer.status_code == 202
    read_all()
    delivered = editor.get(f"deliveries/{answer.json()['delivery']}").body
    assert (delivered["status"], delivered["tasks"]) == ("processed", 1)


def test_the_url_is_answered_and_what_was_answered_can_be_sent_back(editor, viewer):
    webhook = make_webhook(make_receiver())

    body = viewer.get(f"webhooks/{webhook.identifier}").body
    sent = editor.put(f"webhooks/{webhook.identifier}", body | {"description": "Another"})

    assert sent.status_code == 200
    assert sent.body["url"].endswith(f"/{webhook.identifier}")
    fits(viewer, body, "WebhookWithAddress")


def test_a_token_is_answered_to_editors_only(editor, viewer):
    webhook = make_webhook(make_receiver(), by_token=True)

    for path in ("webhooks", f"webhooks/{webhook.identifier}"):
        assert webhook.token in editor.get(path).content.decode()
        assert webhook.token not in viewer.get(path).content.decode()


def test_a_webhook_with_unread_calls_is_not_deleted(editor):
    webhook = make_webhook(make_receiver())
    make_delivery(webhook, "received")
    make_delivery(webhook, "received")

    answer = editor.delete(f"webhooks/{webhook.identifier}")

    assert answer.status_code == 409
    assert "still has 2 calls that wait to be read" in answer.body["detail"]


def test_a_call_that_comes_in_while_a_webhook_is_deleted_keeps_it(editor, monkeypatch):
    webhook = make_webhook(make_receiver())
    monkeypatch.setattr(Webhook, "unfinished", lambda self: [])
    make_delivery(webhook, "received")

    answer = editor.delete(f"webhooks/{webhook.identifier}")

    assert answer.status_code == 409
    assert Delivery.objects.exists()


# ---------------------------------------------------------------- deliveries


def test_a_delivery_is_answered_with_what_arrived_and_what_came_of_it(viewer, caller):
    incoming = make_receiver()
    route = make_route(incoming=incoming)
    webhook = make_webhook(incoming, key_header="x-id")
    headers = {"x-id": "7", "authorization": "Bearer horse"}
    sent = caller.call(webhook, json={"sku": "Grüße"}, params={"a": "1"}, headers=headers).json()
    read_all()

    body = viewer.get(f"deliveries/{sent['delivery']}").body

    fits(viewer, body, "DeliveryInFull")
    assert (body["webhook"], body["status"], body["key"]) == (webhook.identifier, "processed", "7")
    assert (body["query"], body["body"]) == ("a=1", '{"sku":"Grüße"}')
    assert base64.b64decode(body["body_base64"]).decode() == body["body"]
    assert "horse" not in str(body)
    (reading,) = body["readings"]
    assert (reading["incoming"], reading["counts"]["new"]) == (incoming.identifier, 1)
    (task,) = body["made"]
    assert task["route"] == route.identifier
    assert viewer.get(f"tasks/{task['identifier']}").body["delivery"] == body["id"]
    assert viewer.get(f"tasks?delivery={body['id']}").body["count"] == 1


def test_a_body_that_is_no_text_is_answered_in_base64_alone(viewer):
    delivery = make_delivery(make_webhook(), body=b"\xff\x00")

    body = viewer.get(f"deliveries/{delivery.identifier}").body

    assert (body["body"], body["body_base64"]) == (None, "/wA=")


def test_deliveries_are_listed_by_the_filters_of_the_page(viewer):
    incoming = make_receiver()
    hook = make_webhook(incoming)
    old = make_delivery(hook, "failed", received_at=timezone.now() - timedelta(days=2))
    new = make_delivery(make_webhook(incoming), key="7")
    make_reading(new, incoming, {"new": 2, "records": 2})

    def found(query):
        return [each["identifier"] for each in viewer.get(f"deliveries{query}").body["results"]]

    assert found("") == [new.identifier, old.identifier]
    assert found("?status=failed") == [old.identifier]
    assert found(f"?webhook={hook.identifier}") == [old.identifier]
    assert found("?received_after=-24h") == found("?key=7") == [new.identifier]
    first = viewer.get("deliveries").body["results"][0]
    assert first["tasks"] == 2
    fits(viewer, first, "Delivery")
    assert viewer.get("deliveries?status=lost").status_code == 400
    assert viewer.get("deliveries/01NOTHING").status_code == 404


def test_the_list_asks_as_much_of_the_database_for_many_as_for_one(
    viewer, django_assert_num_queries
):
    for _ in range(5):
        make_delivery(make_webhook())
    viewer.get("deliveries")

    with django_assert_num_queries(4):
        viewer.get("deliveries")


# ---------------------------------------------------------------- replays


def test_one_is_replayed(editor):
    delivery = make_delivery(make_webhook())

    answer = editor.post(f"deliveries/{delivery.identifier}/replay")

    assert answer.status_code == 202
    copied = editor.get(f"deliveries/{answer.body['delivery']}").body
    assert (copied["replay_of"], copied["status"]) == (delivery.identifier, "received")
    again = editor.get(f"deliveries/{delivery.identifier}").body
    assert again["replays"] == [copied["identifier"]]
    assert editor.post(f"deliveries/{copied['identifier']}/replay").status_code == 409


def test_several_are_replayed_by_identifiers_or_by_filter(editor):
    hook = make_webhook()
    one, _, waiting = make_delivery(hook), make_delivery(hook), make_delivery(hook, "received")

    named = editor.post(
        "deliveries/replay", {"identifiers": [one.identifier, waiting.identifier, one.identifier]}
    )
    matching = editor.post("deliveries/replay", {"filter": {"status": ["processed"]}})

    assert named.body == {"replayed": 1, "unread": 1}
    assert matching.body == {"replayed": 2, "unread": 0}


def test_many_are_replayed_by_a_process(editor, monkeypatch):
    monkeypatch.setattr(replay, "MOST_AT_ONCE", 1)
    hook = make_webhook()
    make_delivery(hook)
    make_delivery(hook)

    answer = editor.post("deliveries/replay", {"filter": {"all": True}})

    assert answer.status_code == 202
    process = editor.get(f"processes/{answer.body['process']}").body
    assert (process["job"], process["title"]) == ("replay", "Replay 2 calls")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"filter": {}},
        {"filter": {"status": "lost"}},
        {"filter": {"all": False}},
        {"filter": []},
        {"identifiers": "01"},
        {"identifiers": ["a b"]},
        {"identifiers": [], "filter": {"all": True}},
    ],
)
def test_a_replay_of_nothing_in_particular_is_refused(editor, body):
    make_delivery(make_webhook())

    assert editor.post("deliveries/replay", body).status_code == 400
    assert Delivery.objects.count() == 1


def test_viewers_read_and_do_not_replay(viewer):
    delivery = make_delivery(make_webhook())

    assert viewer.get(f"deliveries/{delivery.identifier}").status_code == 200
    assert viewer.post(f"deliveries/{delivery.identifier}/replay").status_code == 403
    assert viewer.post("deliveries/replay", {"filter": {"all": True}}).status_code == 403


# ---------------------------------------------------------------- what stands beside


def test_refused_calls_are_listed(viewer, caller):
    hook = make_webhook(make_receiver(), validators=[])
    caller.call(hook, json={})
    make_refused(None, 404, called="nothing")

    body = viewer.get("refused-calls").body

    unknown, mine = body["results"]
    fits(viewer, mine, "RefusedCall")
    assert (mine["webhook"], mine["answered"]) == (hook.identifier, 401)
    assert "Nobody may call" in mine["reason"]
    assert (unknown["webhook"], unknown["called"]) == (None, "nothing")
    assert viewer.get("refused-calls?answered=404").body["count"] == 1


def test_a_process_that_reads_calls_names_its_webhook(viewer, caller):
    incoming = make_receiver()
    make_route(incoming=incoming)
    hook = make_webhook(incoming)
    caller.call(hook, json={"sku": "A"})
    (process,) = read_all()

    body = viewer.get(f"processes/{process.pk}").body

    assert (body["webhook"], body["title"]) == (hook.identifier, hook.name)
    assert (body["job"], body["trigger"]) == ("webhook", "webhook")
    assert viewer.get(f"processes?webhook={hook.identifier}").body["count"] == 1


def test_the_days_of_deliveries_are_a_rule_of_retention(administrator):
    assert administrator.get("retention").body["deliveries"] == 30

    answer = administrator.patch("retention", {"deliveries": 7})

    assert answer.body["deliveries"] == 7


def test_the_tasks_of_a_removed_delivery_still_name_it(viewer):
    (task,) = make_tasks(make_route(), "new", delivery=4711)

    assert viewer.get("tasks?delivery=4711").body["results"][0]["identifier"] == task.identifier
    assert viewer.get("tasks?delivery=x").status_code == 400
