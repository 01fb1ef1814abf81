"""Words for tests of parsers: what a parser makes of bytes that came, and how it refuses them."""

import pytest

from connectors.errors import SubscriberError
from connectors.received import Received
from connectors.registries import parsers


def parse(prototype, body, headers=None, **parameters):
    parser = parsers.build(parsers.clean({"prototype": prototype, "parameters": parameters}))
    data = body.encode() if isinstance(body, str) else body
    return parser.parse(Received(data, headers or {}, "The call of the webhook “orders”"))


def read(prototype, body, headers=None, **parameters) -> list:
    return list(parse(prototype, body, headers, **parameters).records)


def refusal(prototype, body, headers=None, **parameters) -> str:
    with pytest.raises(SubscriberError) as caught:
        read(prototype, body, headers, **parameters)
    return str(caught.value)
