"""What signatures of calls have in common: their header, their digest, their time."""

import base64
import hmac
import re

from scheduler.webhooks.call import Call
from scheduler.webhooks.kinds import Refused

WINDOW = 300
"""Seconds by which the time of a signature may differ from ours, either way: what is older may be
a call that somebody recorded. Standard Webhooks, Stripe and Slack take the same."""

MOST_SIGNATURES = 20
"""Signatures of one header that are looked at."""

WRONG = "The signature is wrong: the secret differs, or the body was changed on its way."

_SECONDS = re.compile(r"[0-9]{1,13}", re.ASCII)


def header_of(call: Call, name: str) -> str:
    """The value of a header. Raises Refused if it is missing or empty."""
    value = call.headers.get(name.lower(), "").strip(" \t")
    if not value:
        raise Refused(f"The header {name} is missing.")
    return value


def digest(secret: bytes, signed: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.digest(secret, signed, algorithm)


def hexadecimal(digest: bytes) -> bytes:
    return digest.hex().encode()


def base64_text(digest: bytes) -> bytes:
    return base64.b64encode(digest)


def check_time(call: Call, stamp: str, *, per_second: int = 1) -> None:
    """Raises Refused unless the time of the signature, in seconds or parts of a second since 1970,
    is near the time of the call."""
    if not _SECONDS.fullmatch(stamp):
        raise Refused("The time of the signature is not a number of seconds since 1970.")
    late = call.received_at - int(stamp) / per_second
    if late > WINDOW:
        raise Refused(f"The signature is {_told(late)} old; at most 5 minutes are accepted.")
    if late < -WINDOW:
        raise Refused(
            f"The signature is from {_told(-late)} in the future; at most 5 minutes are accepted. "
            "Check both clocks."
        )


def _told(seconds: float) -> str:
    if seconds < 600:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
