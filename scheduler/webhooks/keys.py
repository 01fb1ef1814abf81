"""The caller's own name for a call: two calls of one name are one. Without a name nothing is
guessed."""

import hashlib

from alumio import jsontext
from alumio.jsontext import JSONTextError
from scheduler.webhooks.call import Call
from transformers import paths

LONGEST = 255


class Key:
    """Finds the key of a call in a header, or at a place of its JSON body."""

    def __init__(self, header: str = "", path: str = ""):
        self.header = header.strip().lower()
        self.place = paths.parse_place(path) if path else None

    def of(self, call: Call) -> str | None:
        """The key, or None where the call has none. A long one is hashed."""
        found = call.headers.get(self.header, "").strip() if self.header else ""
        if not found and self.place is not None:
            found = self._in_body(call.body)
        if not found:
            return None
        if len(found) > LONGEST or "\x00" in found:
            return "sha256:" + hashlib.sha256(found.encode(errors="surrogatepass")).hexdigest()
        return found

    def _in_body(self, body: bytes) -> str:
        try:
            value = paths.get(jsontext.loads(body), self.place, None)
        except JSONTextError:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            return ""
        return str(value)
