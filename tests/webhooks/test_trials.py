"""An editor sends a test call from the webhook's page, and sees whether it works."""

import pytest

from alumio.models import AuditEntry, Role, User
from scheduler.models import Delivery, RefusedCall, Webhook
from scheduler.webhooks import trial_page
from tests.webhooks.calling import make_receiver, make_webhook, read_all
from tests.webhooks.rows import make_delivery
from tests.world import data_of, make_route

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SECRET = "correct-horse-battery-staple"
STANDARD = "whsec_Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ=="
SLACK = {
    "header": "X-Slack-Signature",
    "prefix": "v0=",
    "timestampHeader": "X-Slack-Request-Timestamp",
    "signed": "v0:{timestamp}:{body}",
    "secret": SECRET,
}
HUBSPOT = {
    "header": "X-HubSpot-Signature-v3",
    "encoding": "base64",
    "timestampHeader": "X-HubSpot-Request-Timestamp",
    "timestampUnit": "milliseconds",
    "signed": "{method}{url}{body}{timestamp}",
    "secret": SECRET,
}
SIGNED_HEADERS = {
    "header": "X-Sign",
    "algorithm": "sha512",
    "encoding": "base64url",
    "signed": "{header X-Topic}{header Content-Type}{body}",
    "secret": SECRET,
}
VALIDATORS = {
    "open": {},
    "header-secret": {"header": "X-Secret", "secret": SECRET},
    "query-secret": {"parameter": "a token", "secret": "two words & more"},
    "basic": {"username": "shöp", "password": "pässword"},
    "bearer": {"token": SECRET},
    "standard-webhooks": {"secret": STANDARD},
    "github": {"secret": "gehëim"},
    "shopify": {"secret": SECRET},
    "stripe": {"secret": SECRET},
    "woocommerce": {"secret": SECRET},
    "ip-ranges": {"ranges": ["127.0.0.0/8"]},
}
WAYS = [
    *([name, settings] for name, settings in VALIDATORS.items()),
    *(["hmac", settings] for settings in (SLACK, HUBSPOT, SIGNED_HEADERS)),
    ["hmac", {"header": "X-Sign", "secret": SECRET}],
]


def sign_in(client, role: str):
    client.force_login(User.objects.create_user(f"{role}@example.com", role=role))
    return client


@pytest.fixture
def editor(client):
    return sign_in(client, Role.EDITOR)


def spec(prototype: str, parameters: dict) -> dict:
    return {"prototype": prototype, "parameters": parameters}


def send(client, webhook, body='{"sku": "A"}', content_type="application/json", **more) -> str:
    data = {"method": "POST", "content_type": content_type, "body": body} | more
    return client.post(f"/webhooks/{webhook.identifier}/test-call/", data).content.decode()


@pytest.mark.parametrize(("prototype", "parameters"), WAYS)
def test_a_test_call_satisfies_every_kind_of_validator(editor, prototype, parameters):
    route = make_route(incoming=make_receiver())
    webhook = make_webhook(route.incoming, validators=[spec(prototype, parameters)])

    page = send(editor, webhook)
    read_all()

    delivery = Delivery.objects.get()
    assert "Answered 202" in page
    assert f"/deliveries/{delivery.identifier}/" in page
    assert [data_of(task) for task in route.tasks.all()] == [{"sku": "A"}]
    kept = f"{delivery.headers} {delivery.query}"
    assert not any(str(value) in kept for value in (SECRET, "gehëim", "two+words", STANDARD))


def test_it_satisfies_several_at_once_where_one_signs_what_another_adds(editor):
    webhook = make_webhook(
        make_receiver(),
        validators=[
            spec("hmac", HUBSPOT),
            spec("query-secret", {"parameter": "token", "secret": SECRET}),
            spec("basic", {"username": "shop", "password": SECRET}),
        ],
    )

    assert "Answered 202" in send(editor, webhook)


def test_the_delivery_and_the_audit_trail_name_who_sent_it(editor):
    webhook = make_webhook(make_receiver())

    send(editor, webhook)

    delivery = Delivery.objects.get()
    entry = AuditEntry.objects.get(action="test-call")
    assert delivery.headers["user-agent"] == "Test call by editor@example.com"
    assert (entry.who, entry.identifier) == ("editor@example.com", webhook.identifier)
    assert delivery.identifier in entry.note


def test_a_call_that_is_refused_says_why_and_is_among_the_refused(editor):
    webhook = make_webhook(
        make_receiver(), validators=[spec("ip-ranges", {"ranges": ["192.0.2.0/24"]})]
    )

    before = editor.get(f"/webhooks/{webhook.identifier}/").content.decode()
    page = send(editor, webhook)

    assert "a test call comes from yours, 127.0.0.1" in before
    assert "Answered 401" in page
    assert "127.0.0.1 is in none of the ranges" in page
    assert RefusedCall.objects.get().answered == 401
    assert not Delivery.objects.exists()
    assert "401" in AuditEntry.objects.get(action="test-call").note


@pytest.mark.parametrize(
    ("fields", "sent", "told"),
    [
        ({"enabled": False}, {}, "The webhook is disabled."),
        ({"validators": []}, {}, "Nobody may call this webhook"),
        ({"max_bytes": 3}, {}, "The body is too large"),
        ({"content_types": ["text/csv"]}, {}, "is not taken here"),
        ({}, {"content_type": "application/json; charset=klingon"}, "is not an encoding"),
        (
            {"validators": [spec("bearer", {"token": "${NOT_SET}"})]},
            {},
            "The secret&#x27;s variable NOT_SET is not set.",
        ),
    ],
)
def test_what_keeps_calls_out_is_told(editor, fields, sent, told):
    webhook = make_webhook(make_receiver(), **fields)

    assert told in send(editor, webhook, **sent)


def test_a_handshake_answers_a_test_call_as_any_other(editor):
    webhook = make_webhook(make_receiver(), handshake=spec("challenge-echo", {}))

    page = send(editor, webhook, '{"type": "url_verification", "challenge": "abc"}')

    assert "Answered 200" in page
    assert "its handshake answered" in page
    assert not Delivery.objects.exists()


def test_a_known_key_makes_it_a_repeat_and_says_so(editor):
    webhook = make_webhook(make_receiver(), key_path="sku")

    send(editor, webhook)
    page = send(editor, webhook)

    assert "a repeat of" in page
    assert Delivery.objects.count() == 1


def test_the_form_begins_with_the_newest_call_or_with_a_sample(editor):
    webhook = make_webhook(make_receiver(), content_types=["text/csv"])
    address = f"/webhooks/{webhook.identifier}/"

    assert "sku,stock" in editor.get(address).content.decode()

    send(editor, webhook, "sku,price\r\nB,7", "text/csv")

    assert bytes(Delivery.objects.get().body) == b"sku,price\nB,7"
    assert "sku,price\nB,7</textarea>" in editor.get(address).content.decode()


def test_a_body_is_sent_in_the_character_set_that_its_content_type_tells(editor):
    webhook, kind = make_webhook(make_receiver()), "text/csv; charset=iso-8859-1"

    send(editor, webhook, "sku\nnaïve", kind)
    page = send(editor, webhook, "sku\n価格", kind)

    assert bytes(Delivery.objects.get().body) == "sku\nnaïve".encode("latin-1")
    assert "There is no “価” in iso8859-1." in page
    assert "naïve</textarea>" in editor.get(f"/webhooks/{webhook.identifier}/").content.decode()


def test_a_webhook_whose_validator_is_gone_says_so(editor):
    webhook = make_webhook(make_receiver())
    Webhook.objects.update(validators=[spec("gone", {})])

    page = send(editor, webhook)

    assert "The webhook cannot be called" in page
    assert "gone" in page
    assert "Answered" not in page


def test_only_the_last_calls_are_looked_at_for_one_to_begin_with(editor):
    webhook = make_webhook(make_receiver())
    make_delivery(webhook, body=b'{"sku": "OLD"}')
    large = b'"' + b"x" * trial_page.LARGEST_SHOWN + b'"'
    for _ in range(trial_page.LOOKED_AT - 1):
        make_delivery(webhook, body=large)
    address = f"/webhooks/{webhook.identifier}/"

    assert "OLD" in editor.get(address).content.decode().partition('id="trial-body"')[2]

    make_delivery(webhook, body=large)

    assert "OLD" not in editor.get(address).content.decode().partition('id="trial-body"')[2]


def test_what_is_wrong_in_the_form_is_told_and_nothing_is_sent(editor):
    webhook = make_webhook(make_receiver())

    page = send(editor, webhook, content_type="text/plain\nX-Injected: 1")

    assert "signs without accents" in page
    assert not Delivery.objects.exists()
    assert not AuditEntry.objects.filter(action="test-call").exists()


def test_asked_for_by_htmx_only_the_form_comes_back(editor):
    webhook = make_webhook(make_receiver())
    data = {"method": "POST", "content_type": "application/json", "body": "{}"}
    address = f"/webhooks/{webhook.identifier}/test-call/"

    page = editor.post(address, data, headers={"HX-Request": "true"}).content.decode()

    assert page.lstrip().startswith("<details")
    assert "Answered 202" in page


def test_behind_https_a_test_call_has_travelled_as_its_sender_has(editor, settings):
    settings.ALUMIO_HTTPS = True
    settings.SECURE_SSL_REDIRECT = False
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    webhook = make_webhook(make_receiver(), validators=[spec("hmac", HUBSPOT)])
    data = {"method": "POST", "content_type": "application/json", "body": "{}"}
    address = f"/webhooks/{webhook.identifier}/test-call/"

    page = editor.post(address, data, headers={"X-Forwarded-Proto": "https"})

    assert "Answered 202" in page.content.decode()


def test_viewers_neither_see_the_form_nor_send(client):
    viewer = sign_in(client, Role.VIEWER)
    webhook = make_webhook(make_receiver())

    assert "Send a test call" not in viewer.get(f"/webhooks/{webhook.identifier}/").content.decode()
    assert viewer.post(f"/webhooks/{webhook.identifier}/test-call/", {}).status_code == 403
    assert not Delivery.objects.exists()
