"""Handshakes: who asks first is answered, deliveries pass, and browsers find nothing to run."""

import hashlib
import hmac
import json

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.webhooks.kinds import Refused
from scheduler.webhooks.registries import handshakes
from tests.webhooks.judging import make_call, make_handshake
from tests.webhooks.senders import NEW

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
META = {
    "parameter": "hub.challenge",
    "tokenParameter": "hub.verify_token",
    "token": "meatyhamhock",
}
OKTA = {"header": "X-Okta-Verification-Challenge", "field": "verification"}


def told(handshake, call) -> tuple | None:
    """Type and body of the answer; None: the call is a delivery."""
    answer = handshake.answer(call)
    if answer is None:
        return None
    assert answer.status == 200
    return answer.headers.get("Content-Type"), answer.body


def post(document, **parts):
    return make_call(json.dumps(document).encode(), **parts)


def get(query: str = "", **parts):
    return make_call(b"", method="GET", query=query, **parts)


# -- a challenge in the body --------------------------------------------------------------------


def test_slacks_challenge_is_said_back():
    asked = {
        "token": "Jhj5dZrVaK7ZwHHjRyZWjbDl",
        "challenge": "3eZbrw1a",
        "type": "url_verification",
    }

    assert told(make_handshake("challenge-echo"), post(asked)) == (
        JSON,
        b'{"challenge":"3eZbrw1a"}',
    )
    as_text = make_handshake("challenge-echo", answer="text")
    assert told(as_text, post(asked)) == (TEXT, b"3eZbrw1a")


def test_a_challenge_that_stands_alone_is_said_back_under_its_own_name():
    assert told(make_handshake("challenge-echo"), post({"challenge": "ü"})) == (
        JSON,
        '{"challenge":"ü"}'.encode(),
    )
    named = make_handshake("challenge-echo", field="check")
    assert told(named, post({"check": "1"})) == (JSON, b'{"check":"1"}')


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"challenge",
        b'{"challenge": ',
        b'["challenge"]',
        b'{"challenge": 7}',
        b'{"challenge": null}',
        b'{"challenge": "x", "sku": "A"}',
        b'{"challenge": "x", "type": "order"}',
        b'{"type": "url_verification"}',
        b'{"data": {"challenge": "x"}}',
        b'{"challenge": "x", "challenge": "y"}',
        b'{"challenge": "' + b"x" * 20_000 + b'"}',
        b"[" * 20_000,
        b"\xff\xfe",
    ],
)
def test_a_record_that_only_resembles_a_challenge_is_a_delivery(body):
    assert make_handshake("challenge-echo").answer(make_call(body)) is None


# -- a challenge in the address -----------------------------------------------------------------


def test_microsoft_graphs_token_is_said_back_decoded():
    query = "validationToken=Validation%3A+Testing+client+application+reachability%20%C3%BC"

    graph = make_handshake("query-echo")

    said = "Validation: Testing client application reachability ü".encode()
    assert told(graph, make_call(b"", query=query)) == (TEXT, said)
    assert told(graph, get(query)) == (TEXT, said)
    assert told(graph, post({"value": []}, query=query)) is None
    assert told(graph, make_call(b"", query="validationToken=")) is None


def test_metas_challenge_is_said_back_to_who_knows_the_token(monkeypatch):
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="

    assert told(make_handshake("query-echo", **META), get(query + "meatyhamhock")) == (
        TEXT,
        b"1158201444",
    )
    for wrong in ("", "meatyhamhoc", "MEATYHAMHOCK", "%ff"):
        with pytest.raises(Refused, match="missing or wrong"):
            make_handshake("query-echo", **META).answer(get(query + wrong))
    gone = make_handshake("query-echo", **(META | {"token": "${META_TOKEN}"}))
    with pytest.raises(Refused, match="META_TOKEN is not set"):
        gone.answer(get(query))
    monkeypatch.setenv("ALUMIO_VAR_META_TOKEN", "secret")
    assert told(gone, get(query + "secret")) == (TEXT, b"1158201444")


def test_adobes_challenge_is_said_back_as_json():
    adobe = make_handshake("query-echo", parameter="challenge", answer="json")

    assert told(adobe, get("challenge=8ec8d794")) == (JSON, b'{"challenge":"8ec8d794"}')


def test_a_token_and_its_parameter_belong_together():
    for half in ({"tokenParameter": "hub.verify_token"}, {"token": "x"}):
        with pytest.raises(ValidationError, match="both the token and its parameter"):
            make_handshake("query-echo", **half)


def test_the_token_of_a_handshake_is_never_shown():
    shown = handshakes.mask(handshakes.clean({"prototype": "query-echo", "parameters": META}))

    assert "meatyhamhock" not in str(shown)


# -- others -------------------------------------------------------------------------------------


def test_a_status_check_is_answered_with_nothing():
    check = make_handshake("status-check")

    assert told(check, get()) == (None, b"")
    assert told(check, make_call(b"", method="HEAD")) == (None, b"")
    assert told(check, make_call(b"{}")) is None
    assert {"GET", "HEAD"} <= set(check.methods)


def test_asanas_secret_is_said_back_in_its_header():
    asana, secret = make_handshake("header-echo"), "b537207f20cbfa02357cf448134da559"

    answer = asana.answer(make_call(b"{}", {"X-Hook-Secret": secret}))

    assert (answer.status, dict(answer.headers)) == (200, {"X-Hook-Secret": secret})
    assert asana.answer(make_call(b"{}")) is None
    assert asana.answer(post({"events": [1]}, headers={"X-Hook-Secret": secret})) is None


def test_oktas_challenge_is_said_back_in_json():
    asked = get(headers={"X-Okta-Verification-Challenge": "challenge-7"})

    assert told(make_handshake("header-echo", **OKTA), asked) == (
        JSON,
        b'{"verification":"challenge-7"}',
    )


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\nb", "\x00", "ü", "☃", "x" * 1_025])
def test_no_header_that_could_become_two_is_said_back(value):
    with pytest.raises(Refused, match="is not answered"):
        make_handshake("header-echo").answer(make_call(b"", {"X-Hook-Secret": value}))


def test_zooms_token_is_said_back_with_its_signature():
    asked = {
        "event": "endpoint.url_validation",
        "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"},
    }

    _, body = told(make_handshake("zoom", secret=NEW), post(asked))

    signature = hmac.new(NEW.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256).hexdigest()
    assert json.loads(body) == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": signature,
    }
    assert told(make_handshake("zoom", secret=NEW), post({"event": "meeting.started"})) is None
    assert told(make_handshake("zoom", secret=NEW), post([])) is None


def test_nobody_gets_a_delivery_signed_by_zooms_handshake():
    zoom = make_handshake("zoom", secret=NEW)
    wished = {"event": "endpoint.url_validation", "payload": {"plainToken": "v0:1700000000:{}"}}

    assert not zoom.comes_first
    for token in ("v0:1700000000:{}", "", 7, None, "x" * 201):
        wished["payload"]["plainToken"] = token
        with pytest.raises(Refused, match="missing or unusual"):
            zoom.answer(post(wished))


def test_event_grids_validation_is_answered_and_its_events_are_deliveries():
    grid = make_handshake("event-grid")
    event = {
        "id": "2d1781af",
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": "512d38b6", "validationUrl": "https://grid.example"},
    }

    assert told(grid, post([event])) == (JSON, b'{"validationResponse":"512d38b6"}')
    assert told(grid, post([event, event])) is None
    assert told(grid, post([event | {"eventType": "Order"}])) is None
    assert told(grid, post([event | {"data": None}])) is None
    assert told(grid, post([7])) is None


def test_cloud_events_may_be_delivered_by_who_asks():
    events = make_handshake("cloud-events")
    asked = make_call(b"", {"WebHook-Request-Origin": "eventgrid.azure.net"}, method="OPTIONS")

    answer = events.answer(asked)

    assert answer.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert events.methods == ("OPTIONS",)
    for origin in ("", "a\r\nX: y", "<b>", "x" * 254):
        odd = make_call(b"", {"WebHook-Request-Origin": origin}, method="OPTIONS")
        assert events.answer(odd) is None
    assert events.answer(post({"id": 1}, headers={"WebHook-Request-Origin": "a.example"})) is None


def test_woocommerces_unsigned_ping_is_answered_and_nothing_more():
    ping = make_handshake("woocommerce-ping")

    assert told(ping, make_call(b"webhook_id=15")) == (None, b"")
    for body in (
        b"",
        b"webhook_id=",
        b"webhook_id=1&sku=A",
        b'{"webhook_id": 1}',
        b"webhook_id=1\n",
    ):
        assert told(ping, make_call(body)) is None


def test_githubs_ping_is_answered_once_it_was_let_in():
    ping = make_handshake("ping")

    assert told(ping, post({"zen": "…"}, headers={"X-GitHub-Event": "ping"})) == (None, b"")
    assert told(ping, post({"ref": "…"}, headers={"X-GitHub-Event": "push"})) is None
    assert told(ping, post({"ref": "…"})) is None
    assert not ping.comes_first


# -- what all have in common --------------------------------------------------------------------

ECHOES = {
    "body": (make_handshake("challenge-echo"), lambda text: post({"challenge": text})),
    "body as text": (
        make_handshake("challenge-echo", answer="text"),
        lambda text: post({"challenge": text}),
    ),
    "header": (
        make_handshake("header-echo", **OKTA),
        lambda text: get(headers={OKTA["header"]: text}),
    ),
    "event grid": (
        make_handshake("event-grid"),
        lambda text: post(
            [
                {
                    "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
                    "data": {"validationCode": text},
                }
            ]
        ),
    ),
}


@pytest.mark.parametrize(("handshake", "ask"), ECHOES.values(), ids=ECHOES)
def test_a_page_that_is_said_back_is_no_page_and_never_long(handshake, ask):
    kind, body = told(handshake, ask("<script>alert(1)</script>"))

    assert kind in (TEXT, JSON)
    assert b"<script>" in body  # harmless: no browser runs what is plain text or JSON
    assert told(handshake, ask("x" * 1_024))
    with pytest.raises(Refused, match=r"more than 1,024 signs"):
        handshake.answer(ask("x" * 1_025))


@pytest.mark.parametrize("handshake", list(handshakes), ids=lambda handshake: handshake.prototype)
@settings(deadline=None)
@given(
    body=st.binary() | st.recursive(st.text(), lambda inner: st.dictionaries(
        st.sampled_from(["challenge", "type", "event", "payload", "plainToken", "data"]), inner
    ) | st.lists(inner, max_size=2)).map(json.dumps).map(str.encode),
    query=st.text(),
    headers=st.dictionaries(
        st.sampled_from(["x-hook-secret", "x-github-event", "webhook-request-origin"]), st.text()
    ),
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS"]),
)  # fmt: skip
def test_whatever_is_called_a_handshake_answers_or_refuses_or_passes(
    handshake, body, query, headers, method
):
    needs = {"secret": NEW} if handshake.prototype == "zoom" else {}
    made = make_handshake(handshake.prototype, **needs)

    try:
        answer = made.answer(make_call(body, headers, query=query, method=method))
    except Refused:
        return

    if answer:
        assert answer.status == 200
        assert len(answer.body) <= 8_192
        assert "html" not in answer.headers.get("Content-Type", "")
        assert all(value.isascii() and value.isprintable() for value in answer.headers.values())
