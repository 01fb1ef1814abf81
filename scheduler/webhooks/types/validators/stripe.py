"""Validator: Stripe's signatures."""

from django import forms

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
    check_time,
    digest,
    header_of,
    hexadecimal,
)


@validators.register
class Stripe(Validator):
    prototype, label = "stripe", "Stripe"
    help = "The header Stripe-Signature, with a time and one signature for each secret in use."

    class Parameters(forms.Form):
        secret = CallerSecretField(
            label="Signing secret", help_text="Of the endpoint, not the API key: whsec_…."
        )
        previousSecret = PreviousSecretField()

    def check(self, call):
        known = accepted(self.parameters["secret"], self.parameters["previousSecret"])
        header = header_of(call, "Stripe-Signature")
        parts = [part.strip().partition("=") for part in header.split(",")]
        stamps = [value for name, _, value in parts if name == "t"]
        if len(stamps) != 1:
            raise Refused("The header Stripe-Signature must hold one time, “t=”.")
        check_time(call, stamps[0])
        presented = [raw(value) for name, _, value in parts if name == "v1"][:MOST_SIGNATURES]
        if not presented:
            raise Refused("There is no signature of version v1.")
        signed = raw(stamps[0]) + b"." + call.body
        if not same_signature(presented, [hexadecimal(digest(key, signed)) for key in known]):
            raise Refused(WRONG)

    def prove(self, call):
        signed = call.seconds.encode() + b"." + call.body
        signature = hexadecimal(digest(self.parameters["secret"].read(), signed)).decode()
        call.headers["stripe-signature"] = f"t={call.seconds},v1={signature}"

    def secret_headers(self):
        return ("stripe-signature",)
