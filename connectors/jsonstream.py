"""The items of a JSON array in a large file, one at a time, in flat memory.

The text is cut at the ends of the items, and each piece is read by `alumio.jsontext` with all its
strictness. What stands around the array, with the array emptied, is read the same way at the end.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from alumio import jsontext
from alumio.jsontext import JSONTextError

PIECE = 256 * 1024
LARGEST_ITEM = 64 * 1024 * 1024
LARGEST_ENVELOPE = 8 * 1024 * 1024
ENDS = "the text ends in the middle"

_SPACE = re.compile(rb"[ \t\n\r]*")
_SCALAR = re.compile(rb"[^\s,:{}\[\]\"]+")
# Each repeats so often at most that no hostile text lets the engine remember millions of places;
# what it leaves is gone through in steps. Not possessive: those go wrong before Python 3.11.5.
_TEXT = re.compile(rb'[^"\\]*(?:\\.[^"\\]*){0,200}', re.DOTALL)
# Up to the next bracket that is not inside a string, or the next long string.
_RUN = re.compile(rb'[^"{}\[\]]*(?:"[^"\\]*(?:\\.[^"\\]*){0,20}"[^"{}\[\]]*){0,200}', re.DOTALL)


def end_of_string(buffer: bytes, at: int) -> int | None:
    """Where the string ends whose quote stands at `at`; None where the buffer ends before."""
    at += 1
    while True:
        at = _TEXT.match(buffer, at).end()
        if at + 1 >= len(buffer) and buffer[at : at + 1] != b'"':
            return None
        if buffer[at : at + 1] == b'"':
            return at + 1


class JSONStream:
    """`for item in JSONStream(file, ("data", "items"))`, then `envelope()`.

    `found` tells, once iteration began, whether there is something at the place.
    """

    def __init__(self, file: BinaryIO, place: tuple[str, ...], last_key_wins: bool = False):
        self.file, self.place, self.found = file, place, True
        self.loads = partial(jsontext.loads, last_key_wins=last_key_wins)
        self.buffer, self.at = b"", 0
        self.line, self.column = 1, 0  # of the beginning of the buffer
        self.around = bytearray()
        while len(self.buffer) < 3 and self._more():
            pass
        if self.buffer.startswith(b"\xef\xbb\xbf"):
            self.at = 3

    def __iter__(self) -> Iterator:
        for depth in range(len(self.place)):
            if not self._enter(self.place[depth]):
                self.found = False
                return
        if self._peek() == b"[":
            yield from self._items()
        else:
            value = self._read(self._value(), ".".join(self.place))
            self.around += b"null"
            yield from [] if value is None else [value]
        self._finish()

    def envelope(self):
        """What stands around the items; the array is empty in it."""
        return self.loads(bytes(self.around))

    # -- structure ------------------------------------------------------------------------------

    def _enter(self, key: str) -> bool:
        """Go to the value of a key of the object that begins here."""
        if self._peek() != b"{":
            return False
        self._keep(b"{")
        while self._peek() == b'"':
            name = self._value()
            self.around += name
            if self._peek() != b":":
                self._fail("expected “:” after the key")
            self._keep(b":")
            if self._read(name, "") == key:
                return True
            self._peek()
            self._around(self._value())
            if self._peek() == b",":
                self._keep(b",")
        return False

    def _items(self) -> Iterator:
        self._keep(b"[")
        index = 0
        while self._peek() != b"]":
            if index:
                if self._peek() != b",":
                    ended = self.at == len(self.buffer)
                    self._fail(ENDS if ended else "expected “,” or “]”")
                self.at += 1
                self._peek()
            path = ".".join((*self.place, str(index)))
            yield self._read(self._value(), path)
            index += 1
        self._keep(b"]")

    def _finish(self) -> None:
        """Read what is behind the array, and check all that stands around it."""
        self.around += self.buffer[self.at :]
        self.at = len(self.buffer)
        while self._more():
            self._around(self.buffer)
            self.at = len(self.buffer)
        self.envelope()

    # -- one value ------------------------------------------------------------------------------

    def _value(self) -> bytes:
        """The text of the value that begins here; afterwards we are behind it."""
        first = self.buffer[self.at : self.at + 1]
        if first in (b"{", b"["):
            end = self._end_of_container()
        else:
            end = self._end_of_string() if first == b'"' else self._end_of_scalar()
        text = self.buffer[self.at : end]
        self.at = end
        return text

    def _end_of_container(self) -> int:
        offset, depth = 0, 0  # the offset from self.at, which stays the same when more is read
        while True:
            offset = _RUN.match(self.buffer, self.at + offset).end() - self.at
            sign = self.buffer[self.at + offset : self.at + offset + 1]
            end = end_of_string(self.buffer, self.at + offset) if sign == b'"' else None
            if end:
                offset = end - self.at
            elif sign in (b"", b'"'):
                self._need_more()
            elif sign in b"{[}]":
                offset += 1
                depth += 1 if sign in b"{[" else -1
                if depth == 0:
                    return self.at + offset

    def _end_of_string(self) -> int:
        while (end := end_of_string(self.buffer, self.at)) is None:
            self._need_more()
        return end

    def _end_of_scalar(self) -> int:
        while True:
            match = _SCALAR.match(self.buffer, self.at)
            if not match and self.at < len(self.buffer):
                self._fail("expected a value")
            if not match:
                self._need_more()
            elif match.end() < len(self.buffer) or not self._more():
                return match.end()

    def _read(self, text: bytes, path: str):
        """The value of the text that ends where we are."""
        try:
            return self.loads(text)
        except JSONTextError as error:
            line, column = self._here(back=len(text))
            column = error.column + column - 1 if error.line == 1 else error.column
            place = ".".join(part for part in (path, error.path) if part)
            raise JSONTextError(error.message, line + error.line - 1, column, place) from None

    # -- the buffer -----------------------------------------------------------------------------

    def _peek(self) -> bytes:
        """The next byte that is not white space; empty at the end of the text."""
        while True:
            self.at = _SPACE.match(self.buffer, self.at).end()
            if self.at < len(self.buffer) or not self._more():
                return self.buffer[self.at : self.at + 1]

    def _keep(self, sign: bytes) -> None:
        self.around += sign
        self.at += 1

    def _around(self, text: bytes) -> None:
        self.around += text
        if len(self.around) > LARGEST_ENVELOPE:
            self._fail("there is too much around the items: more than 8 MB")

    def _need_more(self) -> None:
        if len(self.buffer) - self.at > LARGEST_ITEM:
            self._fail("one item is larger than 64 MB")
        if not self._more():
            self.at = len(self.buffer)
            self._fail(ENDS)

    def _more(self) -> bool:
        """Read on, forgetting what is behind us; twice as much each time an item is not whole."""
        left = len(self.buffer) - self.at
        data = self.file.read(max(PIECE, left))
        if not data:
            return False
        self.line, self.column = self._here()
        self.column -= 1
        self.buffer, self.at = self.buffer[self.at :] + data, 0
        return True

    def _here(self, back: int = 0) -> tuple[int, int]:
        position = self.at - back
        newlines = self.buffer.count(b"\n", 0, position)
        if newlines:
            return self.line + newlines, position - self.buffer.rfind(b"\n", 0, position)
        return self.line, self.column + position + 1

    def _fail(self, message: str):
        raise JSONTextError(message, *self._here())
