"""Parser: the body as it is."""

from base64 import b64encode

from connectors.kinds import Parsed, Parser
from connectors.registries import parsers


@parsers.register
class Binary(Parser):
    prototype, label = "binary", "Binary"
    help = (
        "One entity with all that came: “content” as text, or in base64 where it is no UTF-8, "
        "and “contentType”. Where nothing came, an empty entity."
    )

    def parse(self, readable):
        content_type = readable.headers.get("content-type", "")
        document = content_of(readable.body.bytes(), content_type) if readable.body.size else {}
        return Parsed(iter([document]), lambda: document)


def content_of(data: bytes, content_type: str) -> dict:
    """Bytes as JSON can say them."""
    try:
        content, encoding = data.decode(), "utf-8"
    except UnicodeDecodeError:
        content, encoding = b64encode(data).decode(), "base64"
    return {"content": content, "encoding": encoding, "contentType": content_type}
