"""Parser: XML."""

import re
from collections.abc import Iterator

from django import forms

from connectors import charsets
from connectors.charsets import CharsetField, TextFault
from connectors.kinds import Parsed, Parser, Readable
from connectors.reading import (
    LARGEST_RECORD,
    NamesField,
    PlaceField,
    empty,
    held,
    names,
    nothing_there,
    unreadable,
)
from connectors.registries import parsers
from connectors.xmlstream import XMLStream
from transformers import paths

_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")


@parsers.register
class XMLParser(Parser):
    prototype, label = "xml", "XML"
    help = (
        "Each element at the path is one entity. Attributes are “@name”, repeated elements lists, "
        "text is text, and “#” beside attributes or elements. A DOCTYPE is refused."
    )
    ignored = ("readMethod", "encodeInput")  # as with JSON; the character set is read anyway

    class Parameters(forms.Form):
        pattern = PlaceField(
            required=False,
            label="Path to the records",
            help_text="The names of the elements below the outermost one, such as orders.order. "
            "Empty: the outermost one is the entity.",
        )
        lists = NamesField(
            required=False,
            label="Always a list",
            help_text="Names of elements that are a list even where there is only one.",
        )
        stripNamespaces = forms.BooleanField(
            required=False, label="Drop namespaces", help_text="order in the place of ns1:order."
        )
        encoding = CharsetField(
            required=False,
            label="Character set",
            help_text="Where it is not the one that the XML declares.",
        )

    def parse(self, readable):
        if readable.body.size == 0:
            raise empty(readable, "XML")
        given = self.parameters
        stream = XMLStream(
            self._text(readable),
            given["pattern"] or (),
            given["lists"] or (),
            given["stripNamespaces"],
            largest=LARGEST_RECORD,
        )
        records = held(readable, _records(stream, readable))
        return Parsed(records, stream.envelope, lambda: _remark(stream, readable))

    def _text(self, readable: Readable) -> Iterator[str]:
        charset = self.parameters["encoding"] or _charset(readable)
        if charsets.known(charset) is None:
            raise unreadable(readable, "XML", f"its character set “{charset[:40]}” is not known")
        return charsets.decoded(readable.body.open(), charsets.known(charset))


def _records(stream: XMLStream, readable: Readable) -> Iterator:
    try:
        yield from stream
    except TextFault as fault:
        raise unreadable(readable, "XML", str(fault), fault.line) from None
    if not stream.found:
        document = stream.envelope()
        instead = f"; its parts are {names(document)}" if isinstance(document, dict) else ""
        raise nothing_there(readable, "XML", stream.place, instead)


def _remark(stream: XMLStream, readable: Readable) -> str:
    """What to say where there is no record: perhaps there are none today, perhaps the path is not
    right."""
    around = paths.get(stream.envelope(), stream.place[:-1], None)
    if not isinstance(around, dict):
        return ""
    path = paths.join(stream.place)
    return f"{readable.came} with XML that has no “{path}”; what is there: {names(around)}."


def _charset(readable: Readable) -> str:
    """What a byte order mark says, else the declaration, else the content type, else UTF-8."""
    head = readable.body.head(1024)
    if mark := charsets.marked(head):
        return mark
    if head[:2] in (b"<\0", b"\0<"):
        return "utf-16-le" if head[:1] == b"<" else "utf-16-be"
    declared = _DECLARED.match(head)
    if not declared:
        return charsets.told(readable.headers.get("content-type", "")) or "utf-8"
    name = declared[1].decode()
    wide = name.lower().startswith(("utf-16", "utf-32", "ucs-", "iso-10646-ucs"))
    return "utf-8" if wide else name  # the declaration itself was read as single bytes
