"""Secrets kept out of logs, errors and stored requests: by value where we know it, by name else."""

import base64
import functools
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from alumio.components import MASK

SHORTEST = 4  # a shorter value would be found in every other word

_SECRET_NAME = re.compile(
    r"authoriz|authenticat|cookie|token|secret|passw|passphrase|credential|signature|session"
    r"|api[-_]?key|access[-_]?key|private[-_]?key|subscription[-_]?key|^x?[-_]?(auth|key|sig|pwd)$",
    re.IGNORECASE,
)
_QUESTIONS = ("www-authenticate", "proxy-authenticate")  # they ask for credentials
_QUERY_PAIR = re.compile(r"([?&;])([^=&;#]+)=([^&;#]*)")
_USER_INFO = re.compile(r"(//)[^/?#@]*@")


@functools.lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a header or parameter of this name carries a credential."""
    return name.lower() not in _QUESTIONS and bool(_SECRET_NAME.search(name))


class Redactor:
    """Replaces the secrets it was given, in every form in which they travel."""

    def __init__(self, secrets: Iterable[str] = ()):
        self._forms: set[str] = set()
        self._pattern: re.Pattern | None = None
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """Know more secrets from now on, such as a token that was just granted."""
        self._forms |= {form for secret in secrets for form in _forms(secret)}
        longest_first = sorted(self._forms, key=len, reverse=True)
        if longest_first:
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text

    def url(self, url: str) -> str:
        """Without user and password, and without parameters whose name or value is a secret."""
        if "@" in url:
            url = _USER_INFO.sub(rf"\1{MASK}@", url)
        if "?" in url:
            url = _QUERY_PAIR.sub(_mask_pair, url)
        return self.text(url)

    def headers(self, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
        return {name: MASK if is_secret_name(name) else self.text(value) for name, value in headers}

    def value(self, value):
        """A JSON value without the secrets in its texts, which may be addresses."""
        if isinstance(value, str):
            return self.url(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        return value


def _mask_pair(match: re.Match) -> str:
    value = MASK if match[3] and is_secret_name(match[2]) else match[3]
    return f"{match[1]}{match[2]}={value}"


def _forms(secret: str) -> set[str]:
    if not isinstance(secret, str) or len(secret) < SHORTEST:
        return set()
    written = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    written |= {
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    written.add(json.dumps(secret)[1:-1].replace("/", "\\/"))
    return written | _base64_forms(secret.encode(errors="replace"))


def _base64_forms(secret: bytes) -> set[str]:
    """The letters a secret leaves in base64, for each of the three places it can start at."""
    forms = set()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret).rstrip(b"=").decode()
        first = (0, 2, 3)[before]  # letters that also hold bits of what stands before
        last = len(encoded) - (1 if (before + len(secret)) % 3 else 0)
        sure = encoded[first:last]
        if len(sure) >= SHORTEST:
            forms |= {sure, sure.replace("+", "-").replace("/", "_")}
    return forms
