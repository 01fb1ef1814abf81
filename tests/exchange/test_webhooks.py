"""Webhooks go out and come back with all their settings, and without their secrets."""

import pytest

from alumio import jsontext
from alumio.exchange.exporting import export
from alumio.exchange.importing import import_configurations
from alumio.exchange.reading import Contents, read_lines
from scheduler.models import Webhook
from tests.webhooks.calling import Caller, make_receiver, make_webhook

pytestmark = pytest.mark.django_db


def taken_again(lines: list[str]) -> None:
    contents = Contents()
    read_lines([line.encode() for line in lines], "again.ndjson", contents)
    done = import_configurations(contents)
    assert done.ok, done


def test_every_setting_of_a_webhook_goes_out_and_comes_back():
    webhook = make_webhook(
        make_receiver(),
        make_receiver(),
        description="d",
        enabled=False,
        handshake={"prototype": "status-check", "parameters": {}},
        answer="process",
        wait_seconds=20,
        methods=["POST", "PUT"],
        content_types=["text/csv"],
        max_bytes=5_000,
        calls_per_second=7,
        max_waiting=100,
        key_header="x-id",
        key_path="event.id",
        key_hours=5,
        logging=False,
    )
    before = webhook.content()
    same = {
        n for n in Webhook.content_fields if before[n] == Webhook._meta.get_field(n).get_default()
    }
    assert same <= {"by_token"}
    lines = list(export(types=["webhook"]))
    webhook.delete()

    taken_again(lines)

    assert Webhook.objects.get().content() == before


def test_a_secret_leaves_as_a_variable_by_which_it_is_known_again(monkeypatch):
    secret = {"header": "X-Key", "secret": "horse", "previousSecret": "donkey"}
    webhook = make_webhook(
        make_receiver(), validators=[{"prototype": "header-secret", "parameters": secret}]
    )
    [line] = export(identifiers=[webhook.identifier])
    webhook.delete()
    given = jsontext.loads(line)["object"]["parameters"]["requestValidators"][0]["parameters"]

    taken_again([line])
    monkeypatch.setenv("ALUMIO_VAR_" + given["secret"][2:-1], "horse")
    caller = Caller()

    assert "horse" not in line
    assert "donkey" not in line
    assert caller.call(webhook, json={}, headers={"x-key": "horse"}).status_code == 202
    assert caller.call(webhook, json={}, headers={"x-key": "donkey"}).status_code == 401


def test_a_token_stays_here_and_an_imported_webhook_has_another():
    webhook = make_webhook(make_receiver(), by_token=True)
    token = webhook.token
    lines = list(export(identifiers=[webhook.identifier]))
    webhook.delete()

    taken_again(lines)

    assert token not in lines[0]
    assert Webhook.objects.get().token not in (None, token)


def test_a_webhook_that_is_imported_over_another_keeps_its_address():
    webhook = make_webhook(make_receiver(), by_token=True)
    lines = list(export(identifiers=[webhook.identifier]))

    taken_again(lines)

    assert Webhook.objects.get().token == webhook.token
