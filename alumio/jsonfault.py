"""Where and why a text is not the JSON we accept: a slow reader that stops at the first fault and
names it.

`alumio.jsontext` asks it only after its fast readers have refused a text, so clarity counts here,
not speed.
"""

import re
from decimal import Decimal, InvalidOperation

MAX_DEPTH = 64
MAX_DIGITS = (
    4300  # Python's own limit for reading an integer; a longer number is an attack, not a value
)
MAX_EXPONENT = 6144  # the range of an IEEE decimal128

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[-+]?[A-Za-z_]\w*|[-+.0-9][\w.+-]*|.", re.DOTALL)
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_LITERALS = ("true", "false", "null")
_BEYOND_JSON = ("NaN", "Infinity", "-Infinity", "+Infinity", "-NaN")


class JSONTextError(ValueError):
    """A text is not the JSON we accept, or a value cannot be written as JSON.

    `message` says which rule; `line` and `column` count from 1, the column in characters; `path` is
    dotted (`orders.2.price`), empty for the whole document.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, path: str = ""):
        super().__init__(message, line, column, path)
        self.message, self.line, self.column, self.path = message, line, column, path

    def __str__(self):
        place = f" (in {self.path})" if self.path else ""
        return f"{self.message} at line {self.line}, column {self.column}{place}"


def find_fault(data: bytes, repeated_keys: bool = False) -> JSONTextError | None:
    """The first fault of a JSON document as an error ready to raise; None when there is none. With
    `repeated_keys` a key may be in one object twice."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return _bad_encoding(data, error)
    return _Reader(text, repeated_keys).read()


def is_in_range(number: str) -> bool:
    """Whether a number as JSON writes it has an exponent that can be worked with."""
    try:
        return abs(Decimal(number).adjusted()) <= MAX_EXPONENT
    except InvalidOperation:
        return False


def _bad_encoding(data: bytes, error: UnicodeDecodeError) -> JSONTextError:
    before = data[: error.start].decode()
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:4].count(0) > 1:
        return JSONTextError("the text is UTF-16 or UTF-32; JSON must be UTF-8", 1, 1)
    return JSONTextError(f"the byte 0x{data[error.start]:02x} is not UTF-8", line, column)


class _Fault(Exception):
    pass


class _Reader:
    """Reads without recursion. `path` holds the keys and indexes down to here, `seen` the keys of
    each object that is open (None for an array).
    """

    def __init__(self, text: str, repeated_keys: bool = False):
        self.text, self.position, self.repeated_keys = text, 0, repeated_keys
        self.path, self.seen = [], []

    def read(self) -> JSONTextError | None:
        try:
            self.skip_space()
            if self.position == len(self.text):
                self.fail("the text is empty")
            self.document()
        except _Fault as fault:
            message, position = fault.args
            return self.located(message, position)
        return None

    def located(self, message, position):
        line_start = self.text.rfind("\n", 0, position)
        line = self.text.count("\n", 0, position) + 1
        path = ".".join(str(part) for part in self.path if part is not None)
        return JSONTextError(message, line, position - line_start, path)

    def fail(self, message, position=None):
        raise _Fault(message, self.position if position is None else position)

    def document(self):
        self.value()
        while self.seen:
            self.skip_space()
            self.member_or_end()
        self.skip_space()
        if self.position < len(self.text):
            self.fail("something follows after the end of the document")

    def member_or_end(self):
        character = self.peek()
        closer = "]" if self.seen[-1] is None else "}"
        first = self.path[-1] is None
        if character == closer:
            self.position += 1
            self.path.pop(), self.seen.pop()
        elif first:
            self.next_member(0)
        elif character == ",":
            self.position += 1
            self.skip_space()
            if self.peek() == closer:
                self.fail(f"a comma before {closer}")
            self.next_member(self.path[-1])
        else:
            self.fail(
                f"the text ends, but “{closer}” is missing"
                if not character
                else f"expected “,” or “{closer}”"
            )

    def next_member(self, last):
        if self.seen[-1] is None:
            self.path[-1] = 0 if self.path[-1] is None else last + 1
        else:
            self.key()
        self.value()

    def key(self):
        start = self.position
        if self.peek() != '"':
            self.path[-1] = None
            self.fail(self.ended("a key") or "expected a key in double quotes")
        key = self.string()
        self.path[-1] = key
        if key in self.seen[-1] and not self.repeated_keys:
            self.fail(f"the key “{key[:80]}” is there twice", start)
        self.seen[-1].add(key)
        self.skip_space()
        if self.peek() != ":":
            self.fail(self.ended("“:”") or "expected “:” after the key")
        self.position += 1
        self.skip_space()

    def ended(self, expected) -> str:
        return "" if self.peek() else f"the text ends where {expected} is expected"

    def value(self):
        character = self.peek()
        if character in ("{", "["):
            if len(self.seen) == MAX_DEPTH:
                self.fail(f"nested deeper than {MAX_DEPTH} levels")
            self.seen.append(set() if character == "{" else None)
            self.path.append(None)
            self.position += 1
        elif character == '"':
            self.string()
        elif not character:
            self.fail("the text ends where a value is expected")
        else:
            self.word()

    def word(self):
        word = _WORD.match(self.text, self.position)[0]
        if word in _BEYOND_JSON:
            self.fail(f"{word} is not a number in JSON")
        number = _NUMBER.fullmatch(word)
        if number:
            self.number(word)
        elif word not in _LITERALS:
            self.fail(f"“{word[:40]}” is not a JSON value")
        self.position += len(word)

    def number(self, word):
        if len(word) > MAX_DIGITS:
            self.fail(f"the number has more than {MAX_DIGITS} digits")
        if not is_in_range(word):
            self.fail(f"the number's exponent goes beyond {MAX_EXPONENT}")

    def string(self) -> str:
        parts, start = [], self.position
        self.position += 1
        while True:
            plain = _PLAIN.match(self.text, self.position)
            parts.append(plain[0])
            self.position = plain.end()
            character = self.peek()
            if character == '"':
                self.position += 1
                return "".join(parts)
            if not character:
                self.fail("the text ends inside a string", start)
            if character != "\\":
                self.fail(
                    f"the control character 0x{ord(character):02x} must be escaped in a string"
                )
            parts.append(self.escape())

    def escape(self) -> str:
        kind = self.text[self.position + 1 : self.position + 2]
        plain = {
            '"': '"',
            "\\": "\\",
            "/": "/",
            "b": "\b",
            "f": "\f",
            "n": "\n",
            "r": "\r",
            "t": "\t",
        }.get(kind)
        if plain:
            self.position += 2
            return plain
        if kind != "u":
            self.fail(f"“\\{kind}” is not an escape in JSON")
        return self.code_point()

    def code_point(self) -> str:
        start, high = self.position, self.code_unit()
        if not 0xD800 <= high <= 0xDFFF:
            return chr(high)
        follows = self.text.startswith("\\u", self.position)
        low = self.code_unit() if high < 0xDC00 and follows else 0
        if not 0xDC00 <= low <= 0xDFFF:
            self.fail("half of a surrogate pair is not a character", start)
        return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)

    def code_unit(self) -> int:
        digits = _HEX.match(self.text, self.position + 2)
        if not digits:
            self.fail("“\\u” needs four hexadecimal digits")
        self.position += 6
        return int(digits[0], 16)

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def skip_space(self):
        self.position = _SPACE.match(self.text, self.position).end()
