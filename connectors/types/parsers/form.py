"""Parser: the fields of a form, URL-encoded or in several parts."""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from django import forms
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters

from connectors import charsets
from connectors.charsets import CharsetField
from connectors.formfields import MAX_FIELDS, FieldFault, nested
from connectors.kinds import Parsed, Parser, Readable
from connectors.reading import LARGEST_RECORD, empty, unreadable
from connectors.registries import parsers
from connectors.types.parsers.binary import content_of

_PIECE = 64 * 1024


@parsers.register
class FormParser(Parser):
    prototype, label = "form", "Form fields"
    help = (
        "All fields are one entity; every value is text. The name a[b] nests and a[] is a list, as "
        "PHP reads them; a name that is there several times holds a list. Files of a form in "
        "several parts are objects."
    )

    class Parameters(forms.Form):
        encoding = CharsetField(required=False, label="Character set", help_text="Empty: utf-8.")

    def parse(self, readable):
        if readable.body.size == 0:
            raise empty(readable, "a form")
        try:
            document = nested(self._fields(readable))
        except FieldFault as fault:
            raise unreadable(readable, "a form", str(fault)) from None
        return Parsed(iter([document]), lambda: document)

    def _fields(self, readable: Readable) -> Iterator[tuple[str, object]]:
        if readable.body.size > LARGEST_RECORD:
            raise unreadable(readable, "a form", "it is larger than 64 MB")
        charset = charsets.known(self.parameters["encoding"] or "utf-8")
        kind = readable.headers.get("content-type", "")
        if kind.lower().startswith("multipart/form-data"):
            return _parts(readable, kind, charset)
        return _pairs(readable.body.bytes().strip(), charset)


def _pairs(data: bytes, charset: str) -> Iterator[tuple[str, str]]:
    at = 0
    for number, pair in enumerate(data.split(b"&", MAX_FIELDS + 1), 1):
        if pair:
            name, _, value = pair.partition(b"=")
            behind = at + len(name) + 1
            yield _decoded(name, charset, number, at), _decoded(value, charset, number, behind)
        at += len(pair) + 1


def _decoded(text: bytes, charset: str, number: int, at: int) -> str:
    data = b"".join(unquote_to_bytes(piece) for piece in _pieces(text.replace(b"+", b" ")))
    return _text(data, charset, number, f" (at byte {at + 1})")


def _pieces(text: bytes) -> Iterator[bytes]:
    """A long text in pieces, none cut within a “%41”: unquoting takes a hundredfold of its memory
    otherwise."""
    at = 0
    while at < len(text):
        end = at + _PIECE
        end += 2 - text[end - 2 : end][::-1].find(b"%") if b"%" in text[end - 2 : end] else 0
        yield text[at:end]
        at = end


def _text(data: bytes, charset: str, number: int, at: str = "") -> str:
    try:
        return data.decode(charset)
    except UnicodeDecodeError as error:
        byte = data[error.start]
        raise FieldFault(f"the byte 0x{byte:02x} is not {charset.upper()}", number, at) from None


class _InMemory(FileUploadHandler):
    """Keeps a file in memory: the body has a limit already."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.parts: list[bytes] = []

    def receive_data_chunk(self, raw_data, start):
        self.parts.append(raw_data)

    def file_complete(self, file_size):
        return SimpleUploadedFile(self.file_name, b"".join(self.parts), self.content_type)


def _is_whole(readable: Readable, kind: str) -> bool:
    boundary = parse_header_parameters(kind)[1].get("boundary", "")
    return f"--{boundary}--".encode() in readable.body.bytes()


def _parts(readable: Readable, kind: str, charset: str) -> Iterator[tuple[str, object]]:
    meta = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": readable.body.size}
    try:
        # As latin-1 a value keeps its bytes: they are decoded strictly here.
        reader = MultiPartParser(meta, readable.body.open(), [_InMemory()], "latin-1")
        fields, files = reader.parse()
    except (MultiPartParserError, SuspiciousOperation, RequestDataTooBig) as error:
        what = f"its parts cannot be read ({error})"
        raise unreadable(readable, "a form", what) from None
    if not _is_whole(readable, kind):
        raise unreadable(readable, "a form", "it breaks off: the boundary that ends it is missing")
    number = 0
    for name, values in fields.lists():
        for value in values:
            number += 1
            yield name, _text(value.encode("latin-1"), charset, number)
    for name, uploaded in files.lists():
        for file in uploaded:
            yield name, {"name": file.name} | content_of(file.read(), file.content_type or "")
