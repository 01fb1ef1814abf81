"""Identifiers of tasks: ULIDs, 26 characters that sort by the time they were made."""

import os
import time
from datetime import datetime

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_RANDOM_BYTES = 10


def make(count: int, at: datetime | None = None) -> list[str]:
    """So many new ULIDs of one moment (now unless told), rising as the tasks they are for.

    One after the other through the library they would take a tenth of an import's time.
    """
    moment = _encode(int((at.timestamp() if at else time.time()) * 1000), 40)
    noise = os.urandom(_RANDOM_BYTES * count)
    chunks = (noise[at : at + _RANDOM_BYTES] for at in range(0, len(noise), _RANDOM_BYTES))
    return sorted(moment + _encode(int.from_bytes(chunk), 70) for chunk in chunks)


def _encode(number: int, highest: int) -> str:
    """As Crockford's base 32, two characters for each 10 bits from the bit `highest` down."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(highest, -1, -10)])
