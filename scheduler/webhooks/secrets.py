"""Secrets that callers know: their fields, and their values when a call is judged."""

import contextlib
import hashlib
import hmac
import re
from collections.abc import Iterable

from alumio.fields import SecretField
from alumio.located import Located
from scheduler.webhooks.kinds import Refused
from tasks.variables import variable

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class CallerSecretField(SecretField):
    """A secret that callers know; built, a `CallerSecret`.

    `${NAME}` alone stands for a variable: beside one, a part of the secret would be shown. Every
    other text is taken as it stands, because most such secrets were made by the sender.
    `in_header`: it is sent in a header as it is, where web servers pass over what is not ASCII.
    """

    def __init__(self, *, in_header=False, **kwargs):
        self.in_header = in_header
        super().__init__(**kwargs)

    def clean(self, value):
        value = super().clean(value)
        if value != value.strip():
            raise Located("It begins or ends with a blank: was it pasted so?")
        if "${" in value and not _VARIABLE.fullmatch(value):
            raise Located("A variable stands alone; its name has capitals, digits and _: ${NAME}.")
        if self.in_header and not value.isascii():
            raise Located("In a header, only ASCII arrives: letters without accents, and digits.")
        return value

    def build(self, value):
        return CallerSecret(value)

    def nothing(self):
        return ""


class PreviousSecretField(CallerSecretField):
    """The secret that is still accepted while a sender changes to the new one."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "Previous secret")
        kwargs.setdefault(
            "help_text",
            "While you change secrets: also accepted, until you empty it again.",
        )
        super().__init__(required=False, **kwargs)


class CallerSecret:
    """One secret, read when a call is judged, so that a variable that is gone is noticed."""

    def __init__(self, text: str | None):
        self._text = text or ""
        self._variable = _VARIABLE.fullmatch(self._text)

    @property
    def is_given(self) -> bool:
        return bool(self._text)

    def read(self) -> bytes:
        """The secret's bytes. Raises Refused if it is empty or names a variable that is not set."""
        text = variable(self._variable[1]) if self._variable else self._text
        if self._variable and not text:
            raise Refused(f"The secret's variable {self._variable[1]} is not set.")
        if not text.strip():
            raise Refused("No secret is set, so nobody is let in. Set one.")
        return text.encode(errors="surrogatepass")


def accepted(secret: CallerSecret, previous: CallerSecret) -> list[bytes]:
    """The secrets that let a caller in: the present one and, while it is changed, the one before.

    Raises Refused if the present one cannot be read. A previous one that cannot be read is
    not accepted, and no reason to refuse those who know the present one.
    """
    found = [secret.read()]
    if previous.is_given:
        with contextlib.suppress(Refused):
            found.append(previous.read())
    return found


def raw(text: str) -> bytes:
    """The bytes of a header: web servers hand them on as Latin-1."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")


def as_header(secret: bytes) -> str:
    """A secret as web servers hand it on in a header; `raw` reads it."""
    return secret.decode("latin-1")


def same_secret(presented: bytes, known: Iterable[bytes]) -> bool:
    """Whether this is one of the secrets. Each is compared in constant time; their digests are, so
    that not even a length shows."""
    digest = hashlib.sha256(presented).digest()
    matches = [hmac.compare_digest(digest, hashlib.sha256(one).digest()) for one in known]
    return any(matches)


def same_signature(presented: Iterable[bytes], expected: Iterable[bytes]) -> bool:
    """Whether one of the signatures is one of those expected; every pair is compared, each in
    constant time."""
    presented = list(presented)
    matches = [hmac.compare_digest(one, other) for other in expected for one in presented]
    return any(matches)
