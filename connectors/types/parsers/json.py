"""Parser: JSON."""

from collections.abc import Iterator

from django import forms

from alumio import jsontext
from alumio.jsontext import JSONTextError
from connectors import charsets
from connectors.jsonstream import JSONStream
from connectors.kinds import Parsed, Parser, Readable
from connectors.reading import PlaceField, empty, names, nothing_there, unreadable
from connectors.registries import parsers
from transformers import paths


@parsers.register
class JSONParser(Parser):
    prototype, label = "json", "JSON"
    help = "A list gives one entity for each of its items, anything else is one entity."
    ignored = ("readMethod",)  # we choose by size: what is large is always streamed

    class Parameters(forms.Form):
        pattern = PlaceField(
            required=False,
            label="Path to the records",
            help_text="Such as data.items. Empty: all that came; @: all that came as one.",
        )
        encodeInput = forms.BooleanField(
            required=False,
            label="Convert to UTF-8",
            help_text="For systems that write in another character set than UTF-8.",
        )
        repeatedKeys = forms.BooleanField(
            required=False,
            label="Take repeated keys",
            help_text="Of a key that is in one object twice, the last value counts. Without this, "
            "such a text is refused.",
        )

    def setup(self):
        self.place = self.parameters["pattern"]

    def parse(self, readable):
        if readable.body.size == 0:
            raise empty(readable, "JSON")
        if readable.body.in_memory or self.parameters["encodeInput"] or self.place is None:
            return self._parse_whole(readable)
        repeated = self.parameters["repeatedKeys"]
        stream = JSONStream(readable.body.open(), self.place, last_key_wins=repeated)
        return Parsed(self._streamed(stream, readable), stream.envelope)

    def _parse_whole(self, readable: Readable) -> Parsed:
        try:
            document = jsontext.loads(
                self._text(readable), last_key_wins=self.parameters["repeatedKeys"]
            )
        except JSONTextError as error:
            raise unreadable(readable, "JSON", str(error), error.line) from None
        found = document if not self.place else paths.get(document, self.place)
        if found is paths.MISSING:
            raise nothing_there(readable, "JSON", self.place, _instead(document))
        if self.place is None or not isinstance(found, list):
            return Parsed(iter([] if found is None and self.place else [found]), lambda: document)
        return Parsed(iter(found), lambda: document)

    def _streamed(self, stream: JSONStream, readable: Readable) -> Iterator:
        try:
            yield from stream
        except JSONTextError as error:
            raise unreadable(readable, "JSON", str(error), error.line) from None
        if not stream.found:
            raise nothing_there(readable, "JSON", self.place, "")

    def _text(self, readable: Readable) -> bytes:
        data = readable.body.bytes()
        if not self.parameters["encodeInput"]:
            return data
        try:
            data.decode()
        except UnicodeDecodeError:
            charset = charsets.told(readable.headers.get("content-type", "")) or "latin-1"
            return data.decode(charset, errors="replace").encode()
        return data


def _instead(document) -> str:
    if isinstance(document, dict):
        return f"; its keys are {names(document)}"
    return f"; it is a {'list' if isinstance(document, list) else 'single value'}"
