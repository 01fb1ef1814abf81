"""What handshakes have in common: reading what a sender asks, and saying it back harmlessly.

Whoever knows the address decides what is said back. So it is short, never HTML, and JSON or plain
text by its content type, which the door forbids browsers to guess.
"""

from alumio import jsontext
from scheduler.webhooks.call import Answer, Call
from scheduler.webhooks.kinds import Refused

MOST_SAID = 1_024
"""Signs of a text that is said back."""
MOST_READ = 16_384
"""Bytes of a body in which a handshake is looked for."""


def as_text(text: str) -> Answer:
    """Raises Refused for what is not said back."""
    return Answer(200, bounded(text).encode(), {"Content-Type": "text/plain; charset=utf-8"})


def as_json(document: dict[str, str]) -> Answer:
    """Raises Refused for what is not said back."""
    for value in document.values():
        bounded(value)
    return Answer(200, jsontext.dumps(document).encode(), {"Content-Type": "application/json"})


def bounded(text: str) -> str:
    """The text. Raises Refused if it is too long, or holds signs that no challenge has."""
    if len(text) > MOST_SAID:
        raise Refused(f"A challenge of more than {MOST_SAID:,} signs is not answered.")
    if not text.isprintable():
        raise Refused("A challenge with control characters is not answered.")
    return text


def document_of(call: Call):
    """The JSON of a body that is short enough for a handshake; None for everything else."""
    if not 0 < len(call.body) <= MOST_READ:
        return None
    try:
        return jsontext.loads(call.body)
    except ValueError:
        return None
