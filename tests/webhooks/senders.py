"""Senders of every scheme: their settings here, and how they sign there.

Where a sender's own library signs, it is that library; the others are what their documentation
says in one line.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import slack_sdk.signature
import standardwebhooks
import stripe

OLD, NEW, OTHER = "old-secret-4f1d", "new-secret-93ab", "other-secret-77"


def whsec(secret: str) -> str:
    return "whsec_" + base64.b64encode(secret.encode()).decode()


@dataclass(frozen=True)
class Sender:
    """`sign(secret, body, time)` gives the headers of a call; `written(secret)` is what an operator
    types in."""

    prototype: str
    sign: Callable[[str, bytes, int], dict[str, str]]
    settings: dict = field(default_factory=dict)
    written: Callable[[str], str] = str
    timed: bool = False
    secret: str = "secret"
    """The name of the setting."""

    def parameters(self, present: str, previous: str | None = None) -> dict:
        name = self.secret[:1].upper() + self.secret[1:]
        given = {self.secret: self.written(present)} | self.settings
        return given | ({f"previous{name}": self.written(previous)} if previous else {})


def by_standard_webhooks(secret: str, body: bytes, time: int, start="webhook") -> dict:
    signer = standardwebhooks.Webhook(whsec(secret))
    signature = signer.sign("msg_1", datetime.fromtimestamp(time, UTC), body.decode())
    return {
        f"{start}-id": "msg_1",
        f"{start}-timestamp": str(time),
        f"{start}-signature": signature,
    }


def by_svix(secret: str, body: bytes, time: int) -> dict:
    return by_standard_webhooks(secret, body, time, start="svix")


def by_stripe(secret: str, body: bytes, time: int) -> dict:
    sign = stripe.WebhookSignature.generate_signature_header
    return {"Stripe-Signature": sign(body.decode(), secret, timestamp=time)}


def by_slack(secret: str, body: bytes, time: int) -> dict:
    signer = slack_sdk.signature.SignatureVerifier(secret)
    signature = signer.generate_signature(timestamp=str(time), body=body)
    return {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": str(time)}


def by_github(secret: str, body: bytes, time: int) -> dict:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def in_base64(header: str):
    def sign(secret: str, body: bytes, time: int) -> dict:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        return {header: base64.b64encode(digest).decode()}

    return sign


def by_sha512(secret: str, body: bytes, time: int) -> dict:
    digest = hmac.new(secret.encode(), body, hashlib.sha512).digest()
    return {"X-Signature": base64.urlsafe_b64encode(digest).decode()}


def by_hubspot(secret: str, body: bytes, time: int) -> dict:
    url = b"https://platform.example/api/v1/webhook/orders"
    text = b"POST" + url + body + str(time * 1000).encode()
    digest = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return {
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
        "X-HubSpot-Request-Timestamp": str(time * 1000),
    }


def by_basic(secret: str, body: bytes, time: int) -> dict:
    return {"Authorization": "Basic " + base64.b64encode(f"shop:{secret}".encode()).decode()}


SLACK = {
    "header": "X-Slack-Signature",
    "prefix": "v0=",
    "timestampHeader": "X-Slack-Request-Timestamp",
    "signed": "v0:{timestamp}:{body}",
}
HUBSPOT = {
    "header": "X-HubSpot-Signature-v3",
    "encoding": "base64",
    "timestampHeader": "X-HubSpot-Request-Timestamp",
    "timestampUnit": "milliseconds",
    "signed": "{method}{url}{body}{timestamp}",
}
SHA512 = {"header": "X-Signature", "algorithm": "sha512", "encoding": "base64url"}

SIGNING = {
    "standard webhooks": Sender(
        "standard-webhooks", by_standard_webhooks, written=whsec, timed=True
    ),
    "svix": Sender("standard-webhooks", by_svix, {"headers": "svix"}, whsec, timed=True),
    "stripe": Sender("stripe", by_stripe, timed=True),
    "github": Sender("github", by_github),
    "shopify": Sender("shopify", in_base64("X-Shopify-Hmac-Sha256")),
    "woocommerce": Sender("woocommerce", in_base64("X-WC-Webhook-Signature")),
    "slack": Sender("hmac", by_slack, SLACK, timed=True),
    "hubspot": Sender("hmac", by_hubspot, HUBSPOT, timed=True),
    "sha512": Sender("hmac", by_sha512, SHA512),
}
KNOWING = {
    "header": Sender(
        "header-secret", lambda secret, body, time: {"X-Secret": secret}, {"header": "X-Secret"}
    ),
    "bearer": Sender(
        "bearer",
        lambda secret, body, time: {"Authorization": f"Bearer {secret}"},
        secret="token",
    ),
    "basic": Sender("basic", by_basic, {"username": "shop"}, secret="password"),
}
EVERY = SIGNING | KNOWING
TIMED = {name: sender for name, sender in SIGNING.items() if sender.timed}
