"""Which requests may be calls at all: method, scheme, size, type and encoding."""

from django.conf import settings

from connectors import charsets
from scheduler.webhooks.book import Entry
from scheduler.webhooks.call import Call
from scheduler.webhooks.head import Head
from scheduler.webhooks.models import Webhook
from scheduler.webhooks.refusal import UNKNOWN, Refusal

ENCODED = "Send the body as it is: an encoded one (Content-Encoding: {}) is not read."


def admit(head: Head, entry: Entry) -> None:
    """Judge the head of a call, before its body is read. Raises Refusal: 404 for a disabled
    webhook, 400, 403, 405, 413, 415."""
    if not entry.webhook.enabled:
        raise Refusal(404, UNKNOWN, "The webhook is disabled.")
    if settings.ALUMIO_HTTPS and head.travelled_by != "https":
        raise Refusal(403, "Call this address by HTTPS.")
    _refuse_method(head.method, entry)
    _refuse_unread(head, entry)
    encoding = head.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Refusal(415, ENCODED.format(encoding[:50]))
    length = length_of(head)
    if length is not None and length > entry.webhook.max_bytes:
        raise too_large(entry.webhook.max_bytes)


def _refuse_method(method: str, entry: Entry) -> None:
    allowed = [*entry.webhook.methods, *(entry.handshake.methods if entry.handshake else ())]
    if method not in allowed:
        names = ", ".join(dict.fromkeys(allowed))
        raise Refusal(405, f"{method} is not taken here. Use {names}.", headers={"Allow": names})


def _refuse_unread(head: Head, entry: Entry) -> None:
    """What lets a caller in, and what makes a repeat known, must not be lost in silence."""
    named = {name for judge in entry.judges for name in judge.secret_headers()}
    for name in sorted(head.unread & {*named, entry.key.header}):
        text = f"The header {name[:100]} cannot be read: its value is not ASCII."
        raise Refusal(400, f"{text} Send letters without accents, digits and signs.")


def length_of(head: Head) -> int | None:
    """The bytes that the body will have, where the caller says so. Raises Refusal 400."""
    text = head.headers.get("content-length", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Refusal(400, "Content-Length is no number of bytes.")
    return int(text)


def refuse_cut_off(head: Head, body: bytes) -> None:
    """A body that ended too soon is not what the caller wanted to say. Raises Refusal 400."""
    length = length_of(head)
    if length is not None and len(body) < length:
        text = f"The body ended after {len(body):,} of {length:,} bytes. Send it again."
        raise Refusal(400, text)


def too_large(most: int) -> Refusal:
    return Refusal(413, f"The body is too large: this webhook takes {most:,} bytes at most.")


def refuse_what_is_no_delivery(call: Call, webhook: Webhook) -> None:
    """What only a handshake may use, the wrong type, and text in another encoding than it says.
    Raises Refusal 405, 415 or 400."""
    if call.method not in webhook.methods:
        allowed = ", ".join(webhook.methods)
        text = f"{call.method} is answered for the handshake only. Deliver by {allowed}."
        raise Refusal(405, text, headers={"Allow": allowed})
    if webhook.content_types and call.media_type not in webhook.content_types:
        known = ", ".join(webhook.content_types)
        raise Refusal(415, f"“{call.media_type[:100]}” is not taken here. Send {known}.")
    _refuse_bad_text(call)


def _refuse_bad_text(call: Call) -> None:
    charset = _charset_of(call)
    if charset is None:
        return
    if charsets.known(charset) is None:
        raise Refusal(415, f"“{charset[:50]}” is not an encoding that is known here.")
    try:
        call.body.decode(charset)
    except UnicodeDecodeError as error:
        text = f"The byte 0x{call.body[error.start]:02x} at position {error.start:,}"
        raise Refusal(400, f"{text} is not {charset.upper()}.") from None


def _charset_of(call: Call) -> str | None:
    """What the text says it is in; None for what says nothing."""
    _, given, after = call.headers.get("content-type", "").lower().partition("charset=")
    if given:
        return after.partition(";")[0].strip(" \"'")
    is_json = call.media_type == "application/json" or call.media_type.endswith("+json")
    return "utf-8" if is_json else None
