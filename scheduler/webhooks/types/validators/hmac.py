"""Validator: signatures of any sender, spelled out."""

import base64
import re
from collections.abc import Callable

from django import forms

from scheduler.webhooks.call import Call
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
    hexadecimal,
)
from scheduler.webhooks.types.names import HeaderNameField

_PART = re.compile(r"\{([^{}]*)\}")
_HEADER = "header "
_PER_SECOND = {"seconds": 1, "milliseconds": 1000}


def _url_safe(digest: bytes) -> bytes:
    return base64.urlsafe_b64encode(digest)


_WRITTEN: dict[str, tuple[Callable[[bytes], bytes], ...]] = {
    "hex": (hexadecimal, lambda digest: hexadecimal(digest).upper()),
    "base64": (base64_text,),
    "base64url": (_url_safe, lambda digest: _url_safe(digest).rstrip(b"=")),
}
"""Each way to write a digest that counts: the text is compared, not what it stands for."""


def _checked_shape(shape: str, has_time: bool) -> str:
    """What is wrong with the shape of the signed text; empty if nothing is."""
    parts = _PART.findall(shape)
    for part in parts:
        if part not in ("body", "timestamp", "method", "url") and not part.startswith(_HEADER):
            return f"There is no {{{part}}}: take {{body}}, {{timestamp}}, {{method}}, {{url}}."
    if "body" not in parts:
        return "It needs {body}: what is not signed can be changed on its way."
    if has_time and "timestamp" not in parts:
        return "It needs {timestamp}: a time that is not signed can be changed on its way."
    if "timestamp" in parts and not has_time:
        return "For {timestamp}, name the header it stands in."
    return ""


@validators.register
class HMAC(Validator):
    prototype, label = "hmac", "HMAC signature"
    help = "For senders that sign with a shared secret in a way of their own."

    class Parameters(forms.Form):
        header = HeaderNameField(label="Header of the signature", help_text="Such as X-Signature.")
        secret = CallerSecretField(label="Secret")
        previousSecret = PreviousSecretField()
        algorithm = forms.ChoiceField(
            label="Algorithm",
            choices=[("sha256", "SHA-256"), ("sha512", "SHA-512"), ("sha1", "SHA-1")],
            initial="sha256",
        )
        encoding = forms.ChoiceField(
            label="Written as",
            choices=[
                ("hex", "hexadecimal"),
                ("base64", "Base64"),
                ("base64url", "Base64 for addresses"),
            ],
            initial="hex",
        )
        prefix = forms.CharField(
            required=False,
            label="Text before the signature",
            help_text="Such as sha256= or v0=. Where the header holds several, separated by commas "
            "or blanks, it stands before each.",
        )
        timestampHeader = HeaderNameField(
            required=False,
            label="Header of the time",
            help_text="If the sender signs a time: calls more than 5 minutes off are refused.",
        )
        timestampUnit = forms.ChoiceField(
            label="The time counts",
            choices=[("seconds", "seconds"), ("milliseconds", "milliseconds")],
            initial="seconds",
        )
        signed = forms.CharField(
            required=False,
            label="Signed text",
            help_text="Empty: {body}, or {timestamp}.{body} where there is a time. Also known: "
            "{method}, {url}, {header NAME}.",
        )

        def clean(self):
            cleaned = super().clean()
            shape, has_time = cleaned.get("signed"), bool(cleaned.get("timestampHeader"))
            if shape and (wrong := _checked_shape(shape, has_time)):
                self.add_error("signed", wrong)
            return cleaned

    def setup(self):
        has_time = bool(self.parameters["timestampHeader"])
        shape = self.parameters["signed"] or ("{timestamp}.{body}" if has_time else "{body}")
        self._pieces = _PART.split(shape)  # texts, and between them the names of parts
        prefix = re.escape(self.parameters["prefix"] or "")
        self._presented = re.compile(rf"(?:^|[ \t,]){prefix}([^ \t,]+)")
        self._written = _WRITTEN[self.parameters["encoding"]]

    def check(self, call):
        known = accepted(self.parameters["secret"], self.parameters["previousSecret"])
        header = header_of(call, self.parameters["header"])
        presented = [raw(text) for text in self._presented.findall(header)[:MOST_SIGNATURES]]
        if not presented:
            raise Refused(f"There is no “{self.parameters['prefix']}” in the header's value.")
        if self.parameters["timestampHeader"]:
            unit = _PER_SECOND[self.parameters["timestampUnit"]]
            check_time(call, self._time(call), per_second=unit)
        signed = self._signed(call)
        digests = [digest(key, signed, self.parameters["algorithm"]) for key in known]
        if not same_signature(
            presented, [write(one) for one in digests for write in self._written]
        ):
            raise Refused(WRONG)

    def prove(self, call):
        secret, time = self.parameters["secret"].read(), self.parameters["timestampHeader"]
        if time:
            per_second = _PER_SECOND[self.parameters["timestampUnit"]]
            call.headers[time.lower()] = str(int(call.at) * per_second)
        for part in self._pieces[1::2]:
            if part.startswith(_HEADER):
                call.headers.setdefault(part.removeprefix(_HEADER).strip().lower(), "test")
        signature = digest(secret, self._signed(call.as_call()), self.parameters["algorithm"])
        text = (self.parameters["prefix"] or "") + self._written[0](signature).decode()
        call.headers[self.parameters["header"].lower()] = text

    def _time(self, call: Call) -> str:
        return header_of(call, self.parameters["timestampHeader"])

    def _signed(self, call: Call) -> bytes:
        """The text that was signed: every second piece is the name of a part of the call."""
        pieces = self._pieces
        return b"".join(
            self._part(call, piece) if number % 2 else piece.encode(errors="surrogatepass")
            for number, piece in enumerate(pieces)
        )

    def _part(self, call: Call, name: str) -> bytes:
        if name == "body":
            return call.body
        if name == "timestamp":
            return raw(self._time(call))
        if name in ("method", "url"):
            return raw(getattr(call, name))
        return raw(header_of(call, name.removeprefix(_HEADER).strip()))

    def secret_headers(self):
        return (self.parameters["header"].lower(),)
