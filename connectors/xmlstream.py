"""The records of an XML text, one at a time, in flat memory, as JSON values.

Python's own expat reads the text. Nothing is ever fetched, included or expanded: a document type,
without which there are no entities but the five of XML itself, is refused where it begins. The text
is decoded before, so that expat sees one character set only.

The mapping is the one of Symfony's XmlEncoder, which Alumio's users know: the root's own name is
dropped, an attribute is “@name”, children go by their names, repeated ones are a list, an element
with nothing but text is that text, and text beside attributes or children is “#”.
"""

from collections.abc import Iterator
from xml.parsers import expat

from connectors.charsets import TextFault

MAX_DEPTH = 32  # elements; each makes at most an object in a list, and JSON may be 64 deep
PIECE = 256 * 1024
LARGEST_AROUND = 8 * 1024 * 1024
DOCTYPE = (
    "a DOCTYPE is not allowed, since it can make a reader fetch or swell: have the other system "
    "leave it out. It begins"
)


class _Element:
    """An element that is open: its name, what is known of its value, its text."""

    __slots__ = ("content", "name", "repeated", "texts")

    def __init__(self, name: str, content: dict):
        self.name, self.content = name, content
        self.texts: list[str] = []
        self.repeated: set[str] | None = None

    def add(self, name: str, value, is_list: bool) -> None:
        content = self.content
        if name not in content and not is_list:
            content[name] = value
        elif name in content and (is_list or (self.repeated and name in self.repeated)):
            content[name].append(value)
        else:
            content[name] = [content[name], value] if name in content else [value]
            self.repeated = (self.repeated or set()) | {name}

    def value(self):
        text = "".join(self.texts)
        if not self.content:
            return text
        is_blank = not text or text.isspace()
        if is_blank and any(name[0] != "@" for name in self.content):
            return self.content
        self.content["#"] = text
        return self.content


class XMLStream:
    """`for record in XMLStream(pieces, ("orders", "order"))`, then `envelope()`.

    `pieces` is the text; `place` holds the names of the elements below the root that lead to the
    records (none: the root is the record); `lists` names elements that are always lists; `strip`
    drops namespaces. `found` tells, after the iteration, whether there is an element in which the
    records would stand. Raises TextFault. `largest` is the limit of one record, in bytes as UTF-8.
    """

    def __init__(
        self, pieces: Iterator[str], place=(), lists=(), strip: bool = False, *, largest: int
    ):
        self.place, self.lists, self.strip = tuple(place), frozenset(lists), strip
        self.largest, self.found = largest, False
        self._pieces, self._fed = pieces, 0
        self._open: list[_Element] = []
        self._on_path = 0  # how many of the open elements, from the root on, lie on the path
        self._began: int | None = None  # the byte where the open record began
        self._around = 0  # characters that are kept of what stands around the records
        self._ready: list = []
        self._root = None
        self._expat = self._make()

    def _make(self):
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        return parser

    def __iter__(self) -> Iterator:
        for data in self._portions():
            self._feed(data, False)
            yield from self._given()
        self._feed(b"", True)
        yield from self._given()

    def envelope(self):
        """The document without the records; where it is the record itself, all of it."""
        return self._root

    # -- feeding --------------------------------------------------------------------------------

    def _portions(self) -> Iterator[bytes]:
        """The text in pieces that are at least as long as what expat could not use yet: otherwise
        a long tag or comment would be read from its beginning with each of them."""
        parts, size = [], 0
        for piece in self._pieces:
            data = piece.encode()
            parts.append(data)
            size += len(data)
            if size >= max(PIECE, self._unused()):
                yield b"".join(parts)
                parts, size = [], 0
        if parts:
            yield b"".join(parts)

    def _unused(self) -> int:
        return self._fed - max(self._expat.CurrentByteIndex, 0)

    def _feed(self, data: bytes, last: bool) -> None:
        self._fed += len(data)
        try:
            self._expat.Parse(data, last)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            raise TextFault(words, error.lineno, error.offset + 1) from None
        self._limit()

    def _limit(self) -> None:
        at = self._expat.CurrentByteIndex
        inside = 0 if self._began is None else at - self._began
        if max(inside, self._unused()) > self.largest:
            self._fail(f"a record, tag or comment is larger than {self.largest // 2**20} MB")
        if self._around > LARGEST_AROUND:
            self._fail("there is too much around the records: more than 8 MB. Correct the path;")

    def _given(self) -> list:
        ready, self._ready = self._ready, []
        return ready

    def _fail(self, message: str):
        parser = self._expat
        raise TextFault(message, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    # -- what expat tells -----------------------------------------------------------------------

    def _refuse_document_type(self, *_):
        self._fail(DOCTYPE)

    def _start(self, name: str, attributes: dict) -> None:
        level = len(self._open)
        if level == MAX_DEPTH:
            self._fail(f"elements are nested deeper than {MAX_DEPTH} levels")
        name = _local(name) if self.strip else name
        if level == self._on_path <= len(self.place):
            self._follow(name, level)
        content = self._attributes(attributes) if attributes else {}
        self._open.append(_Element(name, content))
        if self._began is None:
            self._around += len(name) + sum(len(key) + len(content[key]) for key in content)

    def _follow(self, name: str, level: int) -> None:
        """Whether the path goes on with the element that begins."""
        if level and name != self.place[level - 1]:
            return
        self._on_path = level + 1
        self.found = self.found or self._on_path >= len(self.place)
        if level == len(self.place):
            self._began = self._expat.CurrentByteIndex

    def _attributes(self, attributes: dict) -> dict:
        content = {}
        for name, value in attributes.items():
            if (self.strip or self._open) and (name == "xmlns" or name.startswith("xmlns:")):
                continue
            key = "@" + (_local(name) if self.strip else name)
            if key in content:
                self._fail(f"two attributes are called “{key[1:]}” without their namespaces")
            content[key] = value
        return content

    def _text(self, text: str) -> None:
        if self._began is None:
            if text.isspace():  # between the records: of millions, not even this is kept
                return
            self._around += len(text)
        self._open[-1].texts.append(text)

    def _end(self, _name: str) -> None:
        element, level = self._open.pop(), len(self._open)
        value = element.value()
        was_record = self._began is not None and level == len(self.place)
        if was_record:
            self._began = None
            self._ready.append(value)
        if level < self._on_path:
            self._on_path = level
        if level == 0:
            self._root = value
        elif not was_record:
            self._open[-1].add(element.name, value, element.name in self.lists)


def _local(name: str) -> str:
    return name.rpartition(":")[2] or name
