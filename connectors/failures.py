"""What went wrong with a request, in words: what happened, and what to do about it."""

from typing import NamedTuple

from connectors import dialer
from connectors.guard import AddressRefused

CHECK_URI = "Check the URI and where it leads."
CHECK_HOST = (
    "Check the host and port in the URI or the connection, and that the other system is up."
)
CHECK_TLS = (
    "Check its certificate; a private authority belongs in this machine's certificate store."
)
TOO_SLOW = (
    "It may still have acted on the request. If it needs longer, raise the connection's time limit."
)
TOO_LARGE = "Ask for smaller pages, or raise the connection's largest response size."
BROKEN = "It may have acted on the request. Look into the other system's log."


class HttpError(Exception):
    """No usable answer. The text says what, where and what to do; `detail` is the noted request.

    `kind` is one of blocked, resolve, connect, tls, timeout, too_large, broken, redirect, request.
    `sent` says whether the other side may have acted on the request.
    """

    def __init__(self, kind: str, text: str, detail: dict | None = None, sent: bool = False):
        super().__init__(text)
        self.kind, self.detail, self.sent = kind, detail, sent


class Failure(NamedTuple):
    """One kind of failure: how it continues the sentence that begins with method and URL."""

    kind: str
    what: str
    advice: str
    sent: bool = False


def name(error: Exception, connect_seconds: float, deadline_seconds: float) -> Failure:
    """Name what a transport raised, known by its class name: httpx and httpcore share them."""
    cause = error.__cause__ or error
    kind = type(error).__name__
    if isinstance(error, AddressRefused):
        return Failure("blocked", f"leads to {error.address}, which is {error.what}.", error.advice)
    if isinstance(cause, dialer.NameNotFound):
        text = f"cannot be reached: the name {cause} cannot be resolved."
        return Failure("resolve", text, CHECK_HOST)
    if kind == "ConnectTimeout" and not isinstance(cause, dialer.DeadlinePassed):
        seconds = min(connect_seconds, deadline_seconds)
        return Failure("connect", f"could not connect within {seconds:g} s: {error}.", CHECK_HOST)
    if kind.endswith(("Timeout", "TimeoutException", "DeadlinePassed")):
        return Failure("timeout", f"took longer than {deadline_seconds:g} s.", TOO_SLOW, sent=True)
    if isinstance(cause, dialer.TLSFailed):
        return Failure("tls", f"could not agree on TLS: {error}.", CHECK_TLS)
    if kind == "ConnectError":
        return Failure("connect", f"could not connect: {error}.", CHECK_HOST)
    if kind in ("ReadError", "WriteError", "CloseError", "RemoteProtocolError", "BadEncoding"):
        return Failure("broken", f"{_broken_off(str(error), kind)}.", BROKEN, sent=True)
    return Failure("request", f"cannot be sent: {error or kind}.", CHECK_URI)


def _broken_off(text: str, kind: str) -> str:
    if "without sending complete message body" in text or "incomplete chunked read" in text:
        return f"broke off in the middle of its answer: {text}"
    if "without sending a response" in text:
        return "closed the connection without an answer"
    if kind in ("RemoteProtocolError", "BadEncoding"):
        return f"did not answer in proper HTTP: {text}"
    return f"broke the connection off: {text}"
