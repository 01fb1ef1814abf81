"""What an answer in JSON says about an error: `{message: No such customer}`.

Other systems put their reason into a body that also holds numbers, identifiers and what they were
sent. The answer may be cut off, so it is read piece by piece rather than parsed.
"""

import re

TELLING = {
    *("message", "messages", "msg", "error", "errors", "usererrors", "error_description"),
    *("errormessage", "error_message", "errordescription", "errorcode", "error_code", "errortype"),
    *("error_type", "detail", "details", "fault", "faultstring", "faultcode", "exception"),
    *("problem", "problems", "violations", "field", "fieldname", "property"),
}
"""Keys under which systems say what is wrong, wherever they stand."""
TELLING_OUTSIDE = {"title", "description", "type", "code", "reason", "reasons"}
"""Keys that say so in the outermost object; records, which some systems echo, have them too."""
ECHOED = {
    *("value", "values", "input", "received", "given", "rejectedvalue", "rejected_value", "data"),
    *("invalidvalue", "instance", "parameters", "params", "trace", "stack", "stacktrace", "id"),
    *("traceid", "trace_id", "requestid", "request_id", "timestamp"),
}
"""Keys below these that tell of this one record or moment."""
FEW_WORDS, ENOUGH_WORDS = 8, 12
"""Of a text that is cut off, so many words are kept where it has enough: where exactly it was cut
depends on the values in it."""

_BEGIN = re.compile(r"""(?<![&?$@])[{\[]\s*["'{\[]""")
_PIECES = re.compile(
    r'"(?P<double>(?:[^"\\]|\\.)*)(?P<closed>")?'
    r"|'(?P<single>(?:[^'\\]|\\.)*)'?"
    r"|(?P<sign>[{}\[\]:,])"
    r"|[^\"'{}\[\]:,]+",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\[ntr]|\\(.)", re.DOTALL)


def without_json(text: str) -> str:
    """The text with each piece of JSON in it replaced by what that says about an error."""
    parts, at = [], 0
    while begin := _BEGIN.search(text, at):
        reader = _Reader()
        parts += [text[at : begin.start()], reader]
        at = reader.read(text, begin.start())
    return "".join(map(str, [*parts, text[at:]]))


class _Reader:
    """Reads one object or list. `_told` knows of each open one whether it tells of the error."""

    def __init__(self):
        self._told: list[bool] = []
        self._tells = False
        self._key = self._text = ""
        self._found: list[str] = []

    def __str__(self):
        return "{" + (", ".join(self._found) or "…") + "}"

    def read(self, text: str, at: int) -> int:
        """Read from the place of the first bracket. Returns the place behind the last."""
        for piece in _PIECES.finditer(text, at):
            if piece["sign"]:
                self._sign(piece["sign"])
                if not self._told:
                    return piece.end()
            elif piece["double"] is not None:
                self._text = piece["double"] if piece["closed"] else _few_words(piece["double"])
            elif piece["single"] is not None:
                self._text = piece["single"]
        self._note()
        return len(text)

    def _sign(self, sign: str) -> None:
        if sign == ":":
            self._key, self._text = self._text, ""
            self._tells = self._is_telling(self._key.lower())
        elif sign in "{[":
            self._told.append(self._tells)
        else:
            self._note()
            if sign in "}]":
                self._told.pop()
            self._tells, self._key = bool(self._told and self._told[-1]), ""

    def _is_telling(self, key: str) -> bool:
        outermost = len(self._told) == 1 and key in TELLING_OUTSIDE
        return key not in ECHOED and (key in TELLING or outermost or self._told[-1])

    def _note(self) -> None:
        if self._tells and self._text:
            value = _ESCAPED.sub(lambda escape: escape[1] or " ", self._text)
            self._found.append(f"{self._key}: {value}" if self._key else value)
        self._text = ""


def _few_words(text: str) -> str:
    words = text.split()
    return " ".join(words[:FEW_WORDS]) if len(words) >= ENOUGH_WORDS else ""
