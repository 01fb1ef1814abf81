"""The one outgoing HTTP door. `httpx` is imported here and nowhere else.

Every request has a deadline for its whole duration and a limit for the size of its answer; the
address is checked where the connection is made (`connectors.dialer`); redirects are off unless
allowed, and are followed by us, each hop checked again. What was sent and answered can be noted,
bounded and without secrets. An error says what happened, where, and what to do about it.
"""

import functools
import re
import ssl
import threading
import time
from base64 import b64encode
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_to_bytes

import certifi
import httpcore
import httpx
from django.db import connections

from connectors import dialer, failures, rehearsal
from connectors.bodies import NOTED, BadEncoding, Body, as_text, note_body, readable_size, unpacked
from connectors.failures import CHECK_URI, TOO_LARGE, HttpError
from connectors.guard import AddressRefused
from connectors.redaction import Redactor

__all__ = ["HttpClient", "HttpError", "Request", "Response"]

DEADLINE_SECONDS = 60
CONNECT_SECONDS = 10
MAX_BYTES = 50 * 1024 * 1024
MAX_REDIRECTS = 3
IN_FLIGHT = 200
IDLE_SECONDS = 4  # common servers close an idle connection after five

_SAFE_TO_REPEAT = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
_REDIRECTS = (301, 302, 303, 307, 308)
_KEPT_ELSEWHERE = ("accept", "accept-encoding", "accept-language", "content-type", "user-agent")
_PORTS = {"http": 80, "https": 443}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_REFUSALS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    dialer.DeadlinePassed,
    AddressRefused,
    BadEncoding,
    ValueError,
)


@dataclass(slots=True)
class Request:
    """What is sent. Header values are text; `body` is bytes."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(slots=True)
class Response:
    """What was answered. `headers` is a mapping that ignores the case of names."""

    status: int
    headers: Mapping[str, str]
    body: Body
    request: Request
    seconds: float
    redactor: Redactor

    @property
    def where(self) -> str:
        return f"{self.request.method} {self.redactor.url(self.request.url)}"

    @property
    def came(self) -> str:
        return f"{self.where} answered {self.status}"

    def excerpt(self, size: int = 200) -> str:
        """The beginning of the body on one line, without secrets."""
        return " ".join(self.redactor.text(as_text(self.body.head(size * 2))).split())[:size]

    def note(self) -> dict:
        """Request and response, bounded and redacted, to be kept with a task or process."""
        answer = {"status": self.status, "headers": self.redactor.headers(self.headers.items())}
        return {
            "request": _note_request(self.request, self.redactor),
            "response": answer | note_body(self.body.head(NOTED), self.body.size, self.redactor),
            "duration_ms": round(self.seconds * 1000),
        }


class HttpClient:
    """Sends requests over connections it keeps. One per connection; any number of threads."""

    def __init__(
        self,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        max_bytes: int = MAX_BYTES,
        follow_redirects: bool = False,
        verify: bool = True,
        compressed: bool = False,
        redactor: Redactor | None = None,
        transport: httpx.BaseTransport | None = None,
    ):
        self.deadline_seconds, self.connect_seconds = deadline_seconds, connect_seconds
        self.max_bytes, self.follow_redirects = max_bytes, follow_redirects
        self.redactor = redactor or Redactor()
        self._encoding = "gzip, deflate" if compressed else "identity"
        self._lanes = _Lanes(
            functools.partial(_Lane, verify) if transport is None else lambda: transport
        )

    def send(
        self,
        request: Request,
        deadline_seconds: float | None = None,
        max_bytes: int | None = None,
    ) -> Response:
        """Send and read the whole answer, whatever its status. Raises HttpError."""
        _refuse_inside_a_transaction()
        attempt = _Attempt(
            self, request, deadline_seconds or self.deadline_seconds, max_bytes or self.max_bytes
        )
        if rehearsal.is_shut():
            raise attempt.error(rehearsal.NOT_SENT, "is not sent in a dry run.", sent=False)
        with dialer.deadline(attempt.deadline_seconds):
            try:
                return attempt.run()
            except _REFUSALS as error:
                raise attempt.named(error) from None

    def rehearse(self, request: Request) -> dict:
        """The request as `send` would note it; nothing is connected to or looked up. Raises
        HttpError where it cannot be sent at all, or where its address is refused."""
        attempt = _Attempt(self, request, self.deadline_seconds, self.max_bytes)
        try:
            url = attempt.for_httpx().url
            dialer.judge(url.host, url.port or _PORTS[url.scheme])
        except _REFUSALS as error:
            raise attempt.named(error) from None
        return _note_request(request, self.redactor)

    def close(self) -> None:
        self._lanes.close()


class _Lane(httpx.HTTPTransport):
    """httpx's own transport over our dialer, with one connection: a lane serves one request at a
    time, so that nothing is locked and no list of idle connections is searched. httpx has no way
    to give it a pool, therefore we set the attribute it uses (httpx is pinned to 0.28)."""

    kept = False  # whether its connection comes from an earlier request

    def __init__(self, verify: bool):
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(verify),
            max_connections=1,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=dialer.Dialer(),
        )


class _Lanes:
    """As many transports as requests were in flight at once; the last used is used first."""

    def __init__(self, make):
        self._make, self._idle, self._closed = make, deque(), False
        self._room = threading.BoundedSemaphore(IN_FLIGHT)

    def take(self):
        if not self._room.acquire(timeout=dialer.seconds_left()):
            raise httpx.PoolTimeout("no connection became free")
        try:
            return self._idle.pop() if self._idle else self._make()
        except IndexError:  # another thread was faster
            return self._make()

    def give_back(self, lane) -> None:
        self._idle.append(lane)
        self._room.release()
        if self._closed:
            self.close()

    def close(self) -> None:
        self._closed = True
        while self._idle:
            self._idle.pop().close()


class _Attempt:
    """One call of `send`: the request as it now is, and what is known for an error message."""

    def __init__(
        self, client: HttpClient, request: Request, deadline_seconds: float, max_bytes: int
    ):
        self.client, self.request = client, request
        self.deadline_seconds, self.max_bytes = dialer.within(deadline_seconds), max_bytes
        self.started, self.hops, self.answered = time.monotonic(), 0, None

    def run(self) -> Response:
        response = self.exchange()
        while self.client.follow_redirects and response.status in _REDIRECTS:
            if "location" not in response.headers:
                break
            self.redirect(response)
            response = self.exchange()
        return response

    def exchange(self) -> Response:
        lane = self.client._lanes.take()
        try:
            answer = self.answered = self.ask(lane)
            try:
                body = self.read(answer)
            finally:
                answer.close()
        finally:
            self.client._lanes.give_back(lane)
        seconds = time.monotonic() - self.started
        return Response(
            answer.status_code, answer.headers, body, self.request, seconds, self.client.redactor
        )

    def ask(self, lane: httpx.BaseTransport) -> httpx.Response:
        """Send; a kept connection that the other side closed meanwhile is replaced once."""
        may_repeat = self.request.method in _SAFE_TO_REPEAT and getattr(lane, "kept", False)
        try:
            answer = lane.handle_request(self.for_httpx())
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if not may_repeat:
                raise
            answer = lane.handle_request(self.for_httpx())
        lane.kept = True
        return answer

    def for_httpx(self) -> httpx.Request:
        url = _parse_url(self.request.url)
        # The deadline bounds everything else.
        wait = {"connect": self.client.connect_seconds, "read": None, "write": None, "pool": None}
        return httpx.Request(
            self.request.method,
            url,
            headers=[_raw_header(*header) for header in self.headers(url).items()],
            stream=httpx.ByteStream(self.request.body),
            extensions={"timeout": wait},
        )

    def headers(self, url: httpx.URL) -> dict[str, str]:
        """Ours, and those of the request, which win."""
        headers = {
            "host": url.netloc.decode(),
            "accept": "*/*",
            "accept-encoding": self.client._encoding,
            "user-agent": "Alumio",
        }
        if url.userinfo:
            headers["authorization"] = f"Basic {b64encode(unquote_to_bytes(url.userinfo)).decode()}"
        headers |= {name.lower(): value for name, value in self.request.headers.items()}
        if self.request.body or self.request.method in ("POST", "PUT", "PATCH"):
            headers["content-length"] = str(len(self.request.body))
        return headers

    def read(self, answer: httpx.Response) -> Body:
        body, encoding = Body(), answer.headers.get("content-encoding", "")
        announced = answer.headers.get("content-length", "")
        try:
            if announced.isdigit() and self.request.method != "HEAD":
                self.limit(int(announced))
            for data in unpacked(answer.stream, encoding):
                dialer.seconds_left()
                body.append(data)
                self.limit(body.size)
        except BaseException:
            body.close()
            raise
        return body

    def limit(self, size: int) -> None:
        if size > self.max_bytes:
            what = f"answered more than {readable_size(self.max_bytes)}."
            raise self.error("too_large", what, TOO_LARGE)

    def redirect(self, response: Response) -> None:
        """Make the request of the next hop: without the credentials where the origin changes."""
        response.body.close()
        self.hops += 1
        if self.hops > MAX_REDIRECTS:
            raise self.error("redirect", f"redirected more than {MAX_REDIRECTS} times.", CHECK_URI)
        old = _parse_url(self.request.url)
        url = old.join(response.headers["location"])
        if url.scheme not in ("http", "https") or (old.scheme, url.scheme) == ("https", "http"):
            what = f"redirected to {self.shown(url)}, which is not safe."
            raise self.error("redirect", what, CHECK_URI)
        method, body = _method_after(response.status, self.request)
        kept = self.request.headers
        if (old.scheme, old.host, old.port) != (url.scheme, url.host, url.port):
            if body:
                what = f"redirected the data to another host, {self.shown(url)}."
                raise self.error("redirect", what, CHECK_URI)
            kept = {n: v for n, v in kept.items() if n.lower() in _KEPT_ELSEWHERE}
        self.request = replace(self.request, url=str(url), headers=kept, body=body, method=method)

    # -- what went wrong ------------------------------------------------------------------------

    def shown(self, url) -> str:
        return self.client.redactor.url(str(url))

    def error(self, kind: str, what: str, advice: str = "", sent: bool = True) -> HttpError:
        redactor = self.client.redactor
        where = f"{self.request.method} {self.shown(self.request.url)}"
        text = redactor.text(f"{where} {what}") + (f" {advice}" if advice else "")
        detail = {"request": _note_request(self.request, redactor), "error": text}
        if self.answered is not None:
            headers = redactor.headers(self.answered.headers.items())
            detail["response"] = {"status": self.answered.status_code, "headers": headers}
        detail["duration_ms"] = round((time.monotonic() - self.started) * 1000)
        return HttpError(kind, text, detail, sent)

    def named(self, error: Exception) -> HttpError:
        failure = failures.name(error, self.client.connect_seconds, self.deadline_seconds)
        return self.error(*failure)


def _method_after(status: int, request: Request) -> tuple[str, bytes]:
    if status in (307, 308) or request.method in ("GET", "HEAD"):
        return request.method, request.body
    if status == 303 or request.method == "POST":
        return "GET", b""
    return request.method, request.body


def _refuse_inside_a_transaction() -> None:
    """Nothing may be locked while we wait for others. A TestCase's own transaction is let pass."""
    for connection in connections.all(initialized_only=True):
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise RuntimeError("A request must not be sent while a database transaction is open.")


@functools.cache
def _tls(verify: bool) -> ssl.SSLContext:
    """Trusts certifi's authorities and those of the machine."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@functools.lru_cache(maxsize=4096)
def _parse_url(text: str) -> httpx.URL:
    url = httpx.URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise httpx.InvalidURL(
            "it is not an address that begins with http:// or https:// and a host"
        )
    return url


def _raw_header(name: str, value: str) -> tuple[bytes, bytes]:
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"“{name}” cannot be the name of a header")
    if "\n" in value or "\r" in value or "\0" in value:
        raise ValueError(f"the header {name} has a line break in its value")
    try:
        return name.encode(), value.strip().encode("latin-1")
    except UnicodeEncodeError:
        return name.encode(), value.strip().encode()


def _note_request(request: Request, redactor: Redactor) -> dict:
    noted = {
        "method": request.method,
        "url": redactor.url(request.url),
        "headers": redactor.headers(request.headers.items()),
    }
    return noted | note_body(request.body[:NOTED], len(request.body), redactor)
