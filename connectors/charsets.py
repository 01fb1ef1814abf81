"""Text out of bytes in any of the usual character sets, a piece at a time, and where a fault is."""

import codecs
from collections.abc import Iterator
from io import StringIO
from typing import BinaryIO

from django import forms

from alumio.located import Located

PIECE = 256 * 1024
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Python calls these encodings of text too, but no system writes in them save to get round a check.
_NO_CHARSETS = {"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
_ONLY_ON_WINDOWS = {"mbcs", "oem"}


class TextFault(ValueError):
    """A text that cannot be read on. `line` and `column` count from 1, the column in characters;
    a column of 0 stands for the whole line."""

    def __init__(self, message: str, line: int = 1, column: int = 0):
        super().__init__(message, line, column)
        self.message, self.line, self.column = message, line, column

    def __str__(self):
        column = f", column {self.column}" if self.column else ""
        return f"{self.message} at line {self.line}{column}"


class CharsetField(forms.CharField):
    """The name of a character set."""

    def clean(self, value):
        value = super().clean(value)
        if value and known(value) is None:
            raise Located(f"There is no character set called “{value}”; utf-8 and latin-1 are two.")
        return value


def known(name: str) -> str | None:
    """The name by which Python knows a character set; None where it is none."""
    try:
        codec = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return None
    if codec.name.replace("_", "-") in _NO_CHARSETS | _ONLY_ON_WINDOWS:
        return None
    return codec.name if codec._is_text_encoding else None


def marked(head: bytes) -> str | None:
    """The character set that a byte order mark at the beginning tells of."""
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)


def told(content_type: str) -> str | None:
    """The character set that a content type names, where it is known."""
    name = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    return known(name) if name else None


def decoded(file: BinaryIO, charset: str) -> Iterator[str]:
    """The text of a file, a piece at a time. Raises TextFault with the place of a wrong byte."""
    decoder = codecs.getincrementaldecoder(charset)()
    line, column = 1, 1
    while True:
        data = file.read(PIECE)
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(charset, errors="replace")
            raise _wrong_byte(error, charset, *_moved(line, column, before)) from None
        except UnicodeError:  # of UTF-16 and UTF-32 alone
            choice = f"without one choose {charset}-le or {charset}-be"
            raise TextFault(f"the byte order mark is missing ({choice})", 1, 1) from None
        if text:
            yield text
        if not data:
            return
        line, column = _moved(line, column, text)


def lines(pieces: Iterator[str], longest: int) -> Iterator[str]:
    """The lines of a text with their ends, whatever these are. Raises TextFault where one has more
    than `longest` characters."""
    parts, size, number, carried = [], 0, 1, ""
    for piece in pieces:
        piece, carried = _without_half_an_end(carried + piece)
        for part in StringIO(piece, newline=""):
            parts.append(part)
            size += len(part)
            if size > longest:
                raise TextFault(f"a line is longer than {longest // 2**20} MB", number)
            if part.endswith(("\n", "\r")):
                yield parts[0] if len(parts) == 1 else "".join(parts)
                parts, size, number = [], 0, number + 1
    if parts or carried:
        yield "".join(parts) + carried


def _without_half_an_end(text: str) -> tuple[str, str]:
    """A carriage return at the end of a piece may be half of a line's end: it waits."""
    return (text[:-1], "\r") if text.endswith("\r") else (text, "")


def _moved(line: int, column: int, text: str) -> tuple[int, int]:
    newlines = text.count("\n")
    return (
        (line + newlines, len(text) - text.rfind("\n")) if newlines else (line, column + len(text))
    )


def _wrong_byte(error: UnicodeDecodeError, charset: str, line: int, column: int) -> TextFault:
    name = charset.removesuffix("-sig").upper()
    byte = error.object[error.start]
    return TextFault(f"the byte 0x{byte:02x} is not {name}", line, column)
