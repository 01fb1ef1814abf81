"""Parser: JSON."""

from collections.abc import Iterator

from django import forms

from alumio import jsontext
from alumio.jsontext import JSONTextError
from alumio.located import Located
from connectors.errors import SubscriberError
from connectors.http import Response
from connectors.jsonstream import JSONStream
from connectors.kinds import Parsed, Parser
from connectors.registries import parsers
from transformers import paths

WHOLE = "@"
"""As a pattern: the whole answer is one entity, whatever it is."""


class PlaceField(forms.CharField):
    """A path without wildcards; built, a tuple of keys, or None for the whole answer."""

    def clean(self, value):
        value = super().clean(value)
        try:
            paths.parse_place(value)
        except paths.PathError as error:
            raise Located(str(error)) from None
        if "*" in value:
            raise Located("Write the path of the list itself, without “*”.")
        return value

    def build(self, value):
        return None if value == WHOLE else paths.parse_place(value or "")

    def nothing(self):
        return ""


@parsers.register
class JSONParser(Parser):
    prototype, label = "json", "JSON"
    help = "A list gives one entity for each of its items, anything else is one entity."
    ignored = ("readMethod",)  # we choose by size: large answers are always streamed

    class Parameters(forms.Form):
        pattern = PlaceField(
            required=False,
            label="Path to the records",
            help_text="Such as data.items. Empty: the whole answer; @: the whole answer as one.",
        )
        encodeInput = forms.BooleanField(
            required=False,
            label="Convert to UTF-8",
            help_text="For systems that answer in another character set than UTF-8.",
        )

    def setup(self):
        self.place = self.parameters["pattern"]

    def parse(self, response):
        if response.body.size == 0:
            raise SubscriberError(
                f"{response.where} answered {response.status} with nothing, where JSON is expected."
                " Check the URI, or use the parser “Binary”.",
                response.note(),
            )
        if response.body.in_memory or self.parameters["encodeInput"] or self.place is None:
            return self._parse_whole(response)
        stream = JSONStream(response.body.open(), self.place)
        return Parsed(self._streamed(stream, response), stream.envelope)

    def _parse_whole(self, response: Response) -> Parsed:
        try:
            document = jsontext.loads(self._text(response))
        except JSONTextError as error:
            raise unreadable(response, error) from None
        found = document if not self.place else paths.get(document, self.place)
        if found is paths.MISSING:
            raise self._nothing(response, _keys(document))
        if self.place is None or not isinstance(found, list):
            return Parsed(iter([] if found is None and self.place else [found]), lambda: document)
        return Parsed(iter(found), lambda: document)

    def _streamed(self, stream: JSONStream, response: Response) -> Iterator:
        try:
            yield from stream
        except JSONTextError as error:
            raise unreadable(response, error) from None
        if not stream.found:
            raise self._nothing(response, "")

    def _text(self, response: Response) -> bytes:
        data = response.body.bytes()
        if not self.parameters["encodeInput"]:
            return data
        try:
            data.decode()
        except UnicodeDecodeError:
            return data.decode(_charset(response), errors="replace").encode()
        return data

    def _nothing(self, response: Response, keys: str) -> SubscriberError:
        path = paths.join(self.place)
        return SubscriberError(
            f"{response.where} answered JSON that has nothing at “{path}”{keys}. "
            "Correct the parser's path to the records.",
            response.note(),
        )


def unreadable(response: Response, error: JSONTextError) -> SubscriberError:
    """What to say about an answer that is no JSON."""
    excerpt = response.excerpt(120)
    if excerpt[:1] == "<":
        text = (
            f"{response.where} answered with HTML or XML, not JSON, at line {error.line}: {excerpt}"
            " Check the URI and the credentials: often this is a sign-in or error page."
        )
    else:
        text = (
            f"{response.where} answered with JSON that cannot be used: {error}. "
            f"It begins with: {excerpt}"
        )
    return SubscriberError(text, response.note())


def _keys(document) -> str:
    if isinstance(document, dict):
        names = ", ".join(list(document)[:10]) or "none"
        return f"; its keys are {names}"
    return f"; it is a {'list' if isinstance(document, list) else 'single value'}"


def _charset(response: Response) -> str:
    kind = response.headers.get("content-type", "")
    name = kind.lower().partition("charset=")[2].split(";")[0].strip(' "')
    try:
        return "latin-1" if not name or "".encode(name) != b"" else name
    except LookupError:
        return "latin-1"
