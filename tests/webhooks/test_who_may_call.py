"""At the door: who may call is let in, all others are told nothing, handshakes are answered."""

import time

import pytest

from alumio.components import MASK
from scheduler.models import Delivery, RefusedCall, RefusedCount
from scheduler.webhooks.head import PREFIX
from tests.webhooks.calling import OPEN, Caller, make_webhook
from tests.webhooks.senders import EVERY, NEW, OLD, OTHER, SIGNING

pytestmark = pytest.mark.django_db

BODY = '{"sku": "ä"}'.encode()
REFUSED = {"detail": "This call was not let in."}

every = pytest.mark.parametrize("sender", EVERY.values(), ids=EVERY)


def spec(prototype: str, **parameters) -> dict:
    return {"prototype": prototype, "parameters": parameters}


def requested(sender, secret: str) -> dict:
    """The body and headers of a request by this sender, now."""
    headers = sender.sign(secret, BODY, int(time.time()))
    return {"content": BODY, "headers": headers}


def reasons() -> list[str]:
    return list(RefusedCall.objects.order_by("id").values_list("reason", flat=True))


@pytest.mark.parametrize(
    "sender",
    [sender for name, sender in EVERY.items() if name != "hubspot"],  # it signs the address
    ids=[name for name in EVERY if name != "hubspot"],
)
def test_a_call_that_proves_itself_is_taken_and_no_other(sender, caller):
    validator = spec(sender.prototype, **sender.parameters(NEW, OLD))
    webhook = make_webhook(validators=[validator])

    answers = [caller.call(webhook, **requested(sender, secret)) for secret in (NEW, OLD, OTHER)]
    nothing = caller.call(webhook, content=BODY)

    assert [answer.status_code for answer in answers] == [202, 202, 401]
    assert answers[2].json() == nothing.json() == REFUSED
    assert Delivery.objects.count() == 2
    kept = str(list(Delivery.objects.values_list("headers", "query")))
    assert NEW not in kept
    assert OLD not in kept
    caller.door.refused_calls.write()
    assert len(reasons()) == 2
    assert OTHER not in str(list(RefusedCall.objects.values()))
    assert sum(RefusedCount.objects.values_list("number", flat=True)) == 2


def test_a_signature_over_the_address_fits_the_address_that_was_called(caller):
    import base64
    import hashlib
    import hmac

    sender = SIGNING["hubspot"]
    webhook = make_webhook(validators=[spec("hmac", **sender.parameters(NEW))])
    url, now = f"http://platform.example{PREFIX}{webhook.address}?shop=1", f"{time.time():.0f}000"
    digest = hmac.new(NEW.encode(), f"POST{url}".encode() + BODY + now.encode(), hashlib.sha256)
    headers = {
        "X-HubSpot-Signature-v3": base64.b64encode(digest.digest()).decode(),
        "X-HubSpot-Request-Timestamp": now,
    }

    right = caller.call(webhook, content=BODY, headers=headers, params={"shop": "1"})
    wrong = caller.call(webhook, content=BODY, headers=headers, params={"shop": "2"})

    assert (right.status_code, wrong.status_code) == (202, 401)


def test_nobody_may_call_a_webhook_for_which_nobody_was_chosen(caller):
    answer = caller.call(make_webhook(validators=[]), json={})

    assert (answer.status_code, answer.json()) == (401, REFUSED)
    caller.door.refused_calls.write()
    assert reasons()[0].startswith("Nobody may call this webhook until")


def test_secret_and_address_can_both_be_required():
    secret = spec("query-secret", parameter="k", secret=NEW)
    webhook = make_webhook(validators=[secret, spec("ip-ranges", ranges=["203.0.113.0/24"])])
    inside, outside = Caller("203.0.113.9"), Caller("198.51.100.9")

    statuses = [
        caller.call(webhook, json={}, params={"k": value}).status_code
        for caller in (inside, outside)
        for value in (NEW, OTHER)
    ]

    assert statuses == [202, 401, 401, 401]
    assert Delivery.objects.get().query == f"k={MASK}"


def test_a_variable_that_is_gone_closes_the_door(caller, monkeypatch):
    webhook = make_webhook(validators=[spec("bearer", token="${HOOK_TOKEN}")])
    headers = {"Authorization": f"Bearer {NEW}"}

    monkeypatch.setenv("ALUMIO_VAR_HOOK_TOKEN", NEW)
    assert caller.call(webhook, json={}, headers=headers).status_code == 202

    monkeypatch.delenv("ALUMIO_VAR_HOOK_TOKEN")
    assert caller.call(webhook, json={}, headers=headers).status_code == 401


# -- handshakes ---------------------------------------------------------------------------------


def test_a_challenge_is_answered_before_anybody_is_let_in_and_stores_nothing(caller):
    secret = spec("bearer", token=NEW)
    webhook = make_webhook(validators=[secret], handshake=spec("challenge-echo", answer="text"))

    answer = caller.call(webhook, json={"challenge": "<script>alert(1)</script>"})

    assert (answer.status_code, answer.text) == (200, "<script>alert(1)</script>")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert caller.call(webhook, json={"challenge": "x", "sku": "A"}).status_code == 401
    assert not Delivery.objects.exists()


def test_a_status_check_is_answered_and_deliveries_keep_their_method(caller):
    webhook = make_webhook(handshake=spec("status-check"))

    assert [caller.call(webhook, method).status_code for method in ("GET", "HEAD")] == [200, 200]
    assert caller.call(webhook, "HEAD").content == b""
    assert caller.call(webhook, json={}).status_code == 202
    assert caller.call(webhook, "PUT", json={}).status_code == 405
    assert caller.call(make_webhook(), "GET").status_code == 405


def test_metas_token_is_refused_like_any_other_secret(caller):
    names = {"parameter": "hub.challenge", "tokenParameter": "hub.verify_token"}
    webhook = make_webhook(validators=[], handshake=spec("query-echo", **names, token=NEW))

    def answered(token: str):
        return caller.call(webhook, "GET", params={"hub.challenge": "7", "hub.verify_token": token})

    assert (answered(NEW).status_code, answered(NEW).text) == (200, "7")
    assert (answered(OTHER).status_code, answered(OTHER).json()) == (401, REFUSED)
    caller.door.refused_calls.write()
    assert NEW not in str(list(RefusedCall.objects.values()))


@pytest.mark.parametrize("meta", [{}, {"meta": {"disabled": True}}])
def test_the_token_of_a_handshake_is_kept_of_no_call_under_whatever_name(caller, meta):
    names = {"parameter": "challenge", "tokenParameter": "proof"}
    shake = spec("query-echo", **names, token=NEW) | meta
    webhook = make_webhook(validators=[OPEN], handshake=shake)

    stored = caller.call(webhook, json={}, params={"proof": NEW})
    refused = caller.call(webhook, "PUT", params={"proof": NEW})

    assert (stored.status_code, refused.status_code) == (202, 405)
    caller.door.refused_calls.write()
    assert Delivery.objects.get().query == RefusedCall.objects.get().query == f"proof={MASK}"


def test_a_ping_is_answered_only_to_who_is_let_in(caller):
    github = EVERY["github"]
    validator = spec("github", **github.parameters(NEW))
    webhook = make_webhook(validators=[validator], handshake=spec("ping"))

    def status(secret: str, event: str) -> int:
        request = requested(github, secret)
        request["headers"]["X-GitHub-Event"] = event
        return caller.call(webhook, **request).status_code

    assert [status(NEW, "ping"), status(NEW, "push"), status(OTHER, "ping")] == [200, 202, 401]
    assert Delivery.objects.count() == 1


def test_a_disabled_handshake_answers_nobody(caller):
    shake = spec("status-check") | {"meta": {"disabled": True}}
    webhook = make_webhook(validators=[OPEN], handshake=shake)

    assert caller.call(webhook, "GET").status_code == 405
