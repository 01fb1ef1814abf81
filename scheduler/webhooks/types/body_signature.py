"""What the senders have in common that sign the body, and nothing else, with SHA-256."""

from django import forms

from scheduler.webhooks.kinds import Refused, Validator
from scheduler.webhooks.secrets import (
    CallerSecretField,
    PreviousSecretField,
    accepted,
    raw,
    same_signature,
)
from scheduler.webhooks.signatures import WRONG, base64_text, digest, header_of


class BodySignature(Validator):
    """Such a signature carries no time: what was recorded can be sent again. Keep a key for
    repeats where the sender names its events."""

    header = ""
    prefix = b""
    encode = staticmethod(base64_text)

    class Parameters(forms.Form):
        secret = CallerSecretField(label="Secret")
        previousSecret = PreviousSecretField()

    def check(self, call):
        known = accepted(self.parameters["secret"], self.parameters["previousSecret"])
        presented = raw(header_of(call, self.header))
        expected = [self.prefix + self.encode(digest(key, call.body)) for key in known]
        if not same_signature([presented], expected):
            raise Refused(WRONG)

    def prove(self, call):
        signature = self.encode(digest(self.parameters["secret"].read(), call.body))
        call.headers[self.header.lower()] = (self.prefix + signature).decode()

    def secret_headers(self):
        return (self.header.lower(),)
