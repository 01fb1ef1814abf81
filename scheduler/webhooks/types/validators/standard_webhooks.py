"""Validator: signatures by the specification “Standard Webhooks” 1.0 (symmetric, `v1`)."""

import base64
import binascii
import uuid

from django import forms

from alumio.located import Located
from scheduler.webhooks.kinds import Refused, Validator
from scheduler.webhooks.registries import validators
from scheduler.webhooks.secrets import (
    CallerSecretField,
    PreviousSecretField,
    accepted,
    raw,
    same_signature,
)
from scheduler.webhooks.signatures import (
    MOST_SIGNATURES,
    WRONG,
    base64_text,
    check_time,
    digest,
    header_of,
)

_START = "whsec_"


def key_of(secret: bytes) -> bytes:
    """The key that a secret such as `whsec_…` stands for. Raises ValueError if it is none."""
    text = secret.removeprefix(_START.encode())
    key = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    if not key:
        raise ValueError("empty")
    return key


class _Checked:
    def clean(self, value):
        value = super().clean(value)
        if value and "${" not in value:
            try:
                key_of(value.encode())
            except (binascii.Error, ValueError):
                raise Located("A secret of this kind is whsec_ and base64 text.") from None
        return value


class SigningSecretField(_Checked, CallerSecretField):
    """A secret `whsec_…`."""


class PreviousSigningSecretField(_Checked, PreviousSecretField):
    """The one before."""


@validators.register
class StandardWebhooks(Validator):
    prototype, label = "standard-webhooks", "Standard Webhooks"
    help = "Signatures as on standardwebhooks.com, with a time. Also what Svix sends."

    class Parameters(forms.Form):
        secret = SigningSecretField(label="Secret", help_text="As the sender shows it: whsec_….")
        previousSecret = PreviousSigningSecretField()
        headers = forms.ChoiceField(
            label="Headers",
            choices=[
                ("webhook", "webhook-id, webhook-timestamp, webhook-signature"),
                ("svix", "svix-id, svix-timestamp, svix-signature"),
            ],
            initial="webhook",
        )

    def check(self, call):
        keys = self._keys()
        number, stamp, signatures = (header_of(call, name) for name in self._names())
        check_time(call, stamp)
        signed = b".".join((raw(number), raw(stamp), call.body))
        versions = [part.partition(",") for part in signatures.split(" ")[:MOST_SIGNATURES]]
        presented = [raw(text) for version, _, text in versions if version == "v1"]
        if not presented:
            raise Refused("There is no signature of version v1.")
        if not same_signature(presented, [base64_text(digest(key, signed)) for key in keys]):
            raise Refused(WRONG)

    def prove(self, call):
        number, stamp, signature = self._names()
        call.headers[number], call.headers[stamp] = f"test_{uuid.uuid4().hex}", call.seconds
        signed = f"{call.headers[number]}.{call.seconds}.".encode() + call.body
        text = base64_text(digest(self._keys()[0], signed)).decode()
        call.headers[signature] = f"v1,{text}"

    def _names(self):
        return [f"{self.parameters['headers']}-{end}" for end in ("id", "timestamp", "signature")]

    def _keys(self) -> list[bytes]:
        secrets = accepted(self.parameters["secret"], self.parameters["previousSecret"])
        try:
            return [key_of(secret) for secret in secrets]
        except (binascii.Error, ValueError):
            raise Refused(
                "The secret is not whsec_ and base64 text, so nobody is let in."
            ) from None

    def secret_headers(self):
        return (f"{self.parameters['headers']}-signature",)
