"""Identifiers of tasks: ULIDs, 26 characters that sort by the time they were made."""

import os
from datetime import datetime

from ulid import ULID

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_RANDOM_BYTES = 10


def make(count: int, at: datetime | None = None) -> list[str]:
    """So many new ULIDs of one moment (now unless told), rising as the tasks they are for.

    One after the other through the library they would take a tenth of an import's time.
    """
    moment = str(ULID.from_datetime(at) if at else ULID())[:10]
    noise = os.urandom(_RANDOM_BYTES * count)
    chunks = (noise[at : at + _RANDOM_BYTES] for at in range(0, len(noise), _RANDOM_BYTES))
    return sorted(moment + _encode(int.from_bytes(chunk)) for chunk in chunks)


def _encode(number: int) -> str:
    """80 bits as 16 characters of Crockford's base 32."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(70, -1, -10)])
