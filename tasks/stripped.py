"""A message without what differs from task to task, so that messages of one cause are the same.

Taken out: quoted values, numbers, dates, identifiers, hashes, the paths and queries of addresses,
and of JSON all that is not said about the error. Kept: words, names of fields, hosts and HTTP
statuses. The text is cut before it is read, and each part of it is looked at once.
"""

import re
from http import HTTPStatus

from tasks.json_errors import without_json

READ, LONGEST = 1_000, 200
"""Characters of a message that are read, and those that are left at most."""
GONE = "…"
_LONGEST_WORD = 32
_PASSES = 8
"""What is left of one pass may be for the next, such as JSON inside of a JSON text."""

_PHRASES = "|".join(f"{status.value} {re.escape(status.phrase)}" for status in HTTPStatus)
_PARTS = re.compile(
    rf"""
    (?P<phrase> \b(?:{_PHRASES})\b )
  | (?P<status> \b(?P<said>answered|status(?:\ code)?|http)(?:/\d(?:\.\d)?)?
                (?P<code>[ :=]{{1,3}}[1-5]\d\d)\b )
  | (?P<url>    \b(?P<scheme>[a-z][a-z0-9+.-]{{1,9}}://)(?:[^\s/?\#@"'<>“”]*@)?
                (?P<host>[^\s/?\#"'<>“”]*)(?P<rest>[^\s"'<>“”]*) )
  | (?P<place>  \bat\ “[^“”]*” )
  | (?P<quoted> “[^“”]+” | «[^«»]+» | "[^"]+" | `[^`]+` | ‘[^‘’]+’(?!\w) | (?<!\w)'[^']+'(?!\w) )
  | (?P<email>  [\w.+%-]{{1,64}}@[\w.-]+ )
  | (?P<word>   [\w@+%~-]+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SEVERAL = re.compile(rf"{GONE}(?:[\s,;:/|.+&=#?-]*{GONE})+")
_HEXADECIMAL = re.compile(r"[0-9a-f-]{16,}", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


def stripped(text: str, *values: str) -> str:
    """The message without what is the task's own: at most LONGEST characters, the same again when
    it is stripped again. `values` are known to be the task's own, such as its entity's identifier.
    """
    text = " ".join(text[:READ].split())
    for value in values:
        text = _without(text, value)
    for _ in range(_PASSES):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def _without(text: str, value: str) -> str:
    if len(value) < 2 or value not in text:
        return text
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", GONE, text)


def _once(text: str) -> str:
    text = _SEVERAL.sub(GONE, _PARTS.sub(_replaced, without_json(text)))
    return _cut(text.strip())


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rpartition(" ")[0] + GONE


def _replaced(part: re.Match) -> str:
    kind, text = part.lastgroup, part[0]
    if kind == "phrase":
        return text
    if kind == "status":
        return part["said"] + part["code"]
    if kind == "url":
        rest = part["rest"]
        return part["scheme"] + part["host"] + (rest if len(rest) < 2 else f"/{GONE}")
    if kind == "place":
        return text[:4] + "".join(map(_word, re.split(r"([.\[\]])", text[4:-1]))) + text[-1]
    if kind == "quoted":
        return text[0] + GONE + text[-1]
    return GONE if kind == "email" else _word(text)


def _word(text: str) -> str:
    """A word, unless it is a number, a date, an identifier, or a hash."""
    if _DIGIT.search(text) or "@" in text or len(text) > _LONGEST_WORD:
        return GONE
    return GONE if _HEXADECIMAL.fullmatch(text) else text
