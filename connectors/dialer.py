"""How an outgoing connection is made: the address is checked, and the clock cannot be cheated.

`httpcore` (the engine inside httpx) lets us give it the network. Ours resolves the name, has
`connectors.guard` judge *every* answer, and connects to a judged address, so that no second
look-up can lead elsewhere. Every wait on the socket ends at the deadline of the whole request,
however busily the other side drips.
"""

import math
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import contextmanager

import httpcore

from connectors import guard

GATHERED = 64 * 1024

_clock = threading.local()


class NameNotFound(httpcore.ConnectError):
    """A host name cannot be resolved."""


class TLSFailed(httpcore.ConnectError):
    """The two sides cannot agree on an encrypted connection."""


class DeadlinePassed(httpcore.TimeoutException):
    """The time of the whole request is used up."""


@contextmanager
def deadline(seconds: float):
    """Whatever this thread does with a socket inside ends at most `seconds` from now, and not
    later than where this stands inside another deadline."""
    before = getattr(_clock, "ends", None)
    ends = time.monotonic() + seconds
    _clock.ends = ends if before is None else min(ends, before)
    try:
        yield
    finally:
        _clock.ends = before


def within(seconds: float) -> float:
    """So many seconds, or what the deadline that this stands inside leaves of them, in hundredths
    that can be told."""
    ends = getattr(_clock, "ends", None)
    if ends is None:
        return seconds
    return min(seconds, math.ceil(max(ends - time.monotonic(), 0.0) * 100) / 100)


def seconds_left(own: float | None = None) -> float | None:
    """The shorter of an own timeout and what the deadline leaves; raises when nothing is left."""
    ends = getattr(_clock, "ends", None)
    if ends is None:
        return own
    left = ends - time.monotonic()
    if left <= 0:
        raise DeadlinePassed("the deadline has passed")
    return left if own is None or left < own else own


class Dialer(httpcore.NetworkBackend):
    """Opens guarded connections; given to httpcore's pool."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable | None = None,
    ) -> "Stream":
        addresses = resolve(host, port, timeout)
        for address in addresses:
            guard.check(address, port)
        return Stream(_connect_to_first(addresses, port, timeout))

    def connect_unix_socket(self, path, timeout=None, socket_options=None):
        raise httpcore.UnsupportedProtocol("Only TCP connections are made.")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds_left(seconds))


def judge(host: str, port: int) -> None:
    """Refuse what no connection would be made to, as far as it is known without asking anybody: an
    address, or this machine's own name. Raises AddressRefused."""
    for address in _literal("127.0.0.1" if host == "localhost" else host, port):
        guard.check(address, port)


def resolve(host: str, port: int, timeout: float | None) -> list[str]:
    """All addresses of a host, in the resolver's order.

    The system's resolver knows no timeout, therefore it runs in a thread that may be left behind.
    """
    if literal := _literal(host, port):
        return literal
    answers = []
    wanted = threading.Thread(target=_ask_resolver, args=(host, port, answers), daemon=True)
    wanted.start()
    wanted.join(seconds_left(timeout))
    if not answers:
        seconds_left()
        raise httpcore.ConnectTimeout(f"looking up the name {host} takes too long")
    if isinstance(answers[0], OSError):
        raise NameNotFound(host) from answers[0]
    return list(dict.fromkeys(answers[0]))


def _literal(host: str, port: int) -> list[str]:
    """The address that a host is already, in whatever notation; nothing has to be asked."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [address[4][0] for address in found]


def _ask_resolver(host, port, answers):
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.append([address[4][0] for address in found])
    except UnicodeError:  # a label longer than 63 characters
        answers.append(OSError("this is not a host name"))
    except OSError as error:
        answers.append(error)


def _connect_to_first(addresses: list[str], port: int, timeout: float | None) -> socket.socket:
    failure = OSError("the name has no address")
    for address in addresses:
        try:
            return _connect(address, port, seconds_left(timeout))
        except TimeoutError:
            seconds_left()
            failure = httpcore.ConnectTimeout(f"{address} does not answer")
        except OSError as error:
            failure = httpcore.ConnectError(error.strerror or str(error))
    raise failure


def _connect(address: str, port: int, timeout: float | None) -> socket.socket:
    """To an IP address only: nothing is looked up here."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.settimeout(timeout)
        made.connect((address, port))
    except BaseException:
        made.close()
        raise
    return made


class Stream(httpcore.NetworkStream):
    """One connection. Each read and write waits no longer than the deadline leaves.

    httpcore writes the head, the body and, as the end, nothing: a short request is gathered until
    then and leaves in one piece.
    """

    def __init__(self, connected: socket.socket):
        self.socket, self._gathered = connected, b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._gathered:
            self._send(timeout)
        try:
            self.socket.settimeout(seconds_left(timeout))
            return self.socket.recv(max_bytes)
        except TimeoutError:
            seconds_left()
            raise httpcore.ReadTimeout("nothing arrives") from None
        except OSError as error:
            raise httpcore.ReadError(error.strerror or str(error)) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._gathered = self._gathered + buffer if self._gathered else buffer
        if self._gathered and (not buffer or len(self._gathered) > GATHERED):
            self._send(timeout)

    def _send(self, timeout: float | None) -> None:
        buffer, self._gathered = self._gathered, b""
        try:
            # `sendall` takes the timeout for the whole buffer, not for each part of it.
            self.socket.settimeout(seconds_left(timeout))
            self.socket.sendall(buffer)
        except TimeoutError:
            seconds_left()
            raise httpcore.WriteTimeout("nothing is taken") from None
        except OSError as error:
            raise httpcore.WriteError(error.strerror or str(error)) from None

    def close(self) -> None:
        self.socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "Stream":
        try:
            self.socket.settimeout(seconds_left(timeout))
            return Stream(ssl_context.wrap_socket(self.socket, server_hostname=server_hostname))
        except TimeoutError:
            self.close()
            seconds_left()
            raise httpcore.ConnectTimeout("the TLS handshake does not end") from None
        except OSError as error:  # ssl.SSLError is one
            self.close()
            raise TLSFailed(str(error)) from None

    def get_extra_info(self, info: str):
        if info == "ssl_object":
            return self.socket if isinstance(self.socket, ssl.SSLSocket) else None
        if info == "is_readable":
            return _is_readable(self.socket)
        return {"socket": self.socket}.get(info)


def _is_readable(connected: socket.socket) -> bool:
    """Whether an idle connection has something to say, which then is its end."""
    if connected.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(connected.fileno(), select.POLLIN)
    return bool(poll.poll(0))
