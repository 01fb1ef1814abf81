"""What arrived with a delivery, as its page and the REST API show it."""

import base64
from functools import cached_property
from urllib.parse import parse_qsl

from alumio import jsontext
from alumio.jsontext import JSONTextError
from connectors import charsets
from scheduler.webhooks.models import Delivery
from tasks.tree import pretty

MOST_SHOWN = 256 * 1024
"""Bytes of a body that a page shows; more is for downloading."""
MOST_HEX = 4 * 1024
ENDINGS = {
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "csv",
    "text/plain": "txt",
    "application/x-ndjson": "ndjson",
}


class Arrived:
    """Reads a body once, when it is first asked for."""

    def __init__(self, delivery: Delivery):
        self.delivery, self.raw = delivery, bytes(delivery.body)

    @property
    def content_type(self) -> str:
        return self.delivery.headers.get("content-type", "")

    @cached_property
    def text(self) -> str | None:
        """The body as text, where it is some."""
        charset = charsets.told(self.content_type) or charsets.marked(self.raw[:4]) or "utf-8"
        try:
            text = self.raw.decode(charset)
        except UnicodeError:
            return None
        return None if "\x00" in text else text

    @property
    def base64(self) -> str:
        return base64.b64encode(self.raw).decode()

    @cached_property
    def shown_as(self) -> str:
        """“JSON”, “text”, “bytes” or, of no body, nothing."""
        if not self.raw:
            return ""
        if self.text is None:
            return "bytes"
        return "text" if self._pretty is None else "JSON"

    @property
    def shown(self) -> str:
        if self.text is None:
            return hexadecimal(self.raw[:MOST_HEX])
        return self._pretty or self.text[:MOST_SHOWN]

    @property
    def is_cut(self) -> bool:
        return len(self.raw) > (MOST_HEX if self.text is None else MOST_SHOWN)

    @cached_property
    def _pretty(self) -> str | None:
        if self.is_cut or (self.text or "").lstrip()[:1] not in ("{", "["):
            return None
        try:
            return pretty(jsontext.loads(self.raw))
        except JSONTextError:
            return None

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.delivery.query, keep_blank_values=True)

    @property
    def filename(self) -> str:
        ending = ENDINGS.get(self.content_type.partition(";")[0].strip().lower(), "bin")
        return f"{self.delivery.identifier}.{ending}"


def hexadecimal(data: bytes) -> str:
    """Sixteen bytes a line, with their place and, where they are, their letters."""
    lines = []
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:08x}  {part.hex(' '):<47}  {letters}")
    return "\n".join(lines)
