"""Parser: the body as it is."""

from base64 import b64encode

from connectors.kinds import Parsed, Parser
from connectors.registries import parsers


@parsers.register
class Binary(Parser):
    prototype, label = "binary", "Binary"
    help = (
        "One entity with the whole answer: “content” as text, or in base64 where it is no UTF-8, "
        "and “contentType”. An empty answer is an empty entity."
    )

    def parse(self, response):
        document = _entity(response.body.bytes(), response.headers.get("content-type", ""))
        return Parsed(iter([document]), lambda: document)


def _entity(body: bytes, content_type: str) -> dict:
    if not body:
        return {}
    try:
        content, encoding = body.decode(), "utf-8"
    except UnicodeDecodeError:
        content, encoding = b64encode(body).decode(), "base64"
    return {"content": content, "encoding": encoding, "contentType": content_type}
