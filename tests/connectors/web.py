"""The network of the tests: a function stands for the other system, as in httpx's MockTransport."""

import httpx
import pytest

from connectors.session import Session


class Web:
    """`web.answer = function(request) -> httpx.Response`; `web.requests` holds what was sent."""

    def __init__(self):
        self.requests: list[httpx.Request] = []
        self.answer = lambda request: httpx.Response(200, json={"ok": True})

    def handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        return self.answer(request)

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]


@pytest.fixture
def web(monkeypatch):
    web = Web()
    monkeypatch.setattr(Session, "transport", staticmethod(lambda: httpx.MockTransport(web.handle)))
    return web
