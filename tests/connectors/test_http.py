"""The outgoing door against a real, misbehaving server: every fault ends in a named error."""

import socket
import ssl
import threading
import time

import httpx
import pytest
from django.db import connection, transaction

from connectors.http import HttpClient, HttpError, Request
from connectors.redaction import Redactor
from tests.connectors.fault_server import FaultServer


@pytest.fixture(scope="module")
def server():
    server = FaultServer()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def allow_this_machine(settings):
    settings.ALUMIO_ALLOWED_NETWORKS = ["127.0.0.1"]


def send(url, method="GET", headers=None, body=b"", seconds=None, **options):
    client = HttpClient(**options)
    try:
        return client.send(Request(method, url, headers or {}, body), deadline_seconds=seconds)
    finally:
        client.close()


def failure(url, **options) -> HttpError:
    with pytest.raises(HttpError) as caught:
        send(url, **options)
    return caught.value


def test_an_answer_is_read_whole(server):
    response = send(server.url + "/json")

    assert (response.status, response.body.bytes()) == (200, b'{"ok":true}')
    assert response.headers["Content-Type"] == "application/json"


def test_one_connection_serves_many_requests_and_threads_have_their_own(server):
    client = HttpClient()
    threads = [
        threading.Thread(target=client.send, args=(Request("GET", server.url + "/json"),))
        for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(20):
        client.send(Request("GET", server.url + "/json"))

    assert len(client._lanes._idle) <= 8
    client.close()


def test_an_answer_whose_last_part_comes_too_late_took_too_long():
    def late():
        time.sleep(0.2)
        yield b"at last"

    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=late()))

    error = failure("https://shop.example/", seconds=0.1, transport=transport)

    assert error.kind == "timeout"
    assert "took longer than 0.1 s." in str(error)


@pytest.mark.parametrize(
    "path", ["hang", "drip", "drip-headers", "endless-continue"], ids=lambda path: path
)
def test_what_takes_too_long_is_given_up(server, path):
    error = failure(f"{server.url}/{path}", seconds=0.4)

    assert error.kind == "timeout"
    assert str(error).startswith(f"GET {server.url}/{path} took longer than 0.4 s.")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("reset", "broke the connection off: Connection reset by peer"),
        ("silent-close", "closed the connection without an answer"),
        ("short", "broke off in the middle of its answer"),
        ("broken-chunk", "broke off in the middle of its answer"),
        ("huge-header", "did not answer in proper HTTP"),
        ("not-http", "did not answer in proper HTTP"),
        ("damaged-gzip", "its compressed body is incomplete"),
        ("brotli", "its body is encoded as “br”, which was not asked for"),
    ],
)
def test_a_broken_answer_is_named(server, path, words):
    error = failure(f"{server.url}/{path}", seconds=10)

    assert error.kind == "broken"
    assert words in str(error)
    assert error.sent


@pytest.mark.parametrize("path", ["huge", "endless", "bomb"])
def test_an_answer_that_is_too_large_is_cut_off(server, path):
    error = failure(f"{server.url}/{path}", max_bytes=2**20)

    assert error.kind == "too_large"
    assert "answered more than 1 MB." in str(error)


def test_a_large_answer_is_kept_in_a_file(server, monkeypatch):
    monkeypatch.setattr("connectors.bodies.IN_MEMORY", 5)

    response = send(server.url + "/json")

    assert not response.body.in_memory
    assert response.body.open().read() == response.body.bytes() == b'{"ok":true}'


def test_a_compressed_answer_is_unpacked(server):
    assert send(server.url + "/gzip").body.bytes() == b'{"packed":true}'
    assert "accept-encoding: identity" in server.requests[-1]


def test_a_name_that_does_not_exist_is_named():
    error = failure("http://shop.invalid/orders", seconds=20)

    assert error.kind == "resolve"
    assert "the name shop.invalid cannot be resolved" in str(error)


def test_a_port_where_nobody_listens_is_named():
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()

    error = failure(f"http://127.0.0.1:{port}/")

    assert error.kind == "connect"
    assert "could not connect: Connection refused" in str(error)


def test_a_tls_handshake_that_does_not_end_is_given_up(server):
    error = failure(server.url.replace("http", "https") + "/json", seconds=0.4)

    assert error.kind == "timeout"


def test_a_server_that_speaks_no_tls_is_named():
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        connection, _ = listener.accept()
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.close()

    threading.Thread(target=answer, daemon=True).start()

    error = failure(f"https://127.0.0.1:{listener.getsockname()[1]}/")

    assert error.kind == "tls"
    assert "could not agree on TLS" in str(error)


@pytest.mark.parametrize(
    "url", ["", "shop", "/orders", "ftp://shop/", "file:///etc/passwd", "http://", "http://[::1"]
)
def test_what_is_not_a_web_address_is_refused(url):
    error = failure(url)

    assert error.kind == "request"
    assert not error.sent


def test_a_header_cannot_smuggle_another_one(server):
    error = failure(server.url + "/json", headers={"X-A": "b\r\nX-C: d"})

    assert "the header x-a has a line break in its value" in str(error)


@pytest.mark.parametrize("name", ["X A", "X:A", "Ä", ""])
def test_a_header_has_a_proper_name(server, name):
    error = failure(server.url + "/json", headers={name: "b"})

    assert f"“{name.lower()}” cannot be the name of a header" in str(error)


def test_a_private_address_needs_the_administrator(server, settings):
    settings.ALUMIO_ALLOWED_NETWORKS = ["10.0.0.0/8"]

    error = failure(server.url + "/json")

    assert error.kind == "blocked"
    assert f"ALUMIO_ALLOWED_NETWORKS=10.0.0.0/8,127.0.0.1:{server.port}" in str(error)


@pytest.mark.parametrize(
    "host", ["0x7f.1", "2130706433", "127.1", "[::ffff:7f00:1]", "user@127.0.0.1", "localhost"]
)
def test_other_ways_to_write_this_machine_are_seen_through(server, settings, host):
    settings.ALUMIO_ALLOWED_NETWORKS = []

    error = failure(f"http://{host}:{server.port}/json")

    assert error.kind in ("blocked", "request", "resolve")


def test_a_name_with_one_forbidden_address_is_not_called(monkeypatch, server):
    answers = [(2, 1, 6, "", (address, 80)) for address in ("127.0.0.1", "10.1.2.3")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)

    error = failure(f"http://rebinding.example:{server.port}/json")

    assert "leads to 10.1.2.3, which is a private network" in str(error)


def test_redirects_are_not_followed_unless_allowed(server):
    assert send(server.url + "/redirect/302/once").status == 302


def test_an_allowed_redirect_is_followed_with_its_headers(server):
    response = send(
        server.url + "/redirect/302/once", headers={"X-Key": "k"}, follow_redirects=True
    )

    assert response.status == 200
    assert b"x-key: k" in response.body.bytes()


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("metadata", "the metadata address of a cloud"),
        ("loop", "redirected more than 3 times"),
        ("file", "which is not safe"),
    ],
)
def test_a_redirect_that_leads_astray_is_refused(server, target, words):
    error = failure(f"{server.url}/redirect/302/{target}", follow_redirects=True)

    assert words in str(error)


def test_credentials_stay_with_their_origin(server, settings):
    settings.ALUMIO_ALLOWED_NETWORKS = ["127.0.0.1", "::1"]
    headers = {"Authorization": "Bearer canary", "X-Custom": "canary", "Accept": "text/x"}

    response = send(server.url + "/redirect/302/other", headers=headers, follow_redirects=True)

    arrived = response.body.bytes().decode()
    assert "canary" not in arrived
    assert "accept: text/x" in arrived


def test_data_is_not_redirected_to_another_host(server):
    error = failure(
        server.url + "/redirect/307/other", method="POST", body=b"{}", follow_redirects=True
    )

    assert "redirected the data to another host" in str(error)


def test_a_post_redirected_with_303_becomes_a_get(server):
    response = send(
        server.url + "/redirect/303/once", method="POST", body=b"{}", follow_redirects=True
    )

    assert response.body.bytes().startswith(b"GET /echo")


def test_request_and_answer_are_noted_without_secrets(server):
    redactor = Redactor(["s3cret-value"])

    response = send(
        server.url + "/echo?token=abc&q=1",
        method="POST",
        headers={"Authorization": "Bearer s3cret-value", "X-Plain": "hello"},
        body=b'{"pin":"s3cret-value"}',
        redactor=redactor,
    )
    note = response.note()

    assert "s3cret-value" not in repr(note)
    assert "abc" not in note["request"]["url"]
    assert note["request"]["headers"]["X-Plain"] == "hello"
    assert note["response"]["status"] == 200
    assert note["request"]["body"] == '{"pin":"••••••••"}'


def test_a_noted_body_is_bounded():
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=b"x" * 200_000))

    note = send("http://shop.example/", transport=transport).note()

    assert len(note["response"]["body"]) == 65536
    assert note["response"]["truncated"]
    assert note["response"]["size"] == 200_000


def test_an_error_keeps_no_secret(server):
    redactor = Redactor(["s3cret-value"])

    error = failure(
        server.url + "/hang?x=s3cret-value",
        headers={"Authorization": "s3cret-value"},
        seconds=0.2,
        redactor=redactor,
    )

    assert "s3cret-value" not in str(error) + repr(error.detail)


def test_proxies_of_the_environment_are_not_used(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    assert send(server.url + "/json").status == 200


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_while_a_transaction_is_open():
    transport = httpx.MockTransport(lambda request: httpx.Response(200))

    assert send("http://shop.example/", transport=transport).status == 200
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction is open"):
        send("http://shop.example/", transport=transport)


@pytest.mark.django_db
def test_the_transaction_of_a_test_case_does_not_count():
    transport = httpx.MockTransport(lambda request: httpx.Response(200))

    assert connection.in_atomic_block
    assert send("http://shop.example/", transport=transport).status == 200


def test_certificates_are_checked():
    assert HttpClient()._lanes.take()._pool._ssl_context.verify_mode == ssl.CERT_REQUIRED
    lane = HttpClient(verify=False)._lanes.take()
    assert lane._pool._ssl_context.verify_mode == ssl.CERT_NONE
