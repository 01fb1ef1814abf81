"""Encrypted connections: the certificate and the name in it are checked."""

import datetime
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.http import HttpClient, HttpError, Request


def make_certificate(path, name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


class TLSServer:
    def __init__(self, certificate):
        self.names = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda connection, name, _: self.names.append(name)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, args=(context,), daemon=True).start()

    def serve(self, context):
        while True:
            try:
                connection = self.listener.accept()[0]
                with context.wrap_socket(connection, server_side=True) as encrypted:
                    encrypted.recv(65536)
                    encrypted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            except OSError:
                if self.listener.fileno() < 0:
                    return


@pytest.fixture
def server(tmp_path, settings, monkeypatch):
    settings.ALUMIO_ALLOWED_NETWORKS = ["127.0.0.1"]
    answer = [(2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answer)
    server = TLSServer(make_certificate(tmp_path / "server.pem", "shop.example"))
    yield server
    server.listener.close()


def get(server, **options):
    request = Request("GET", f"https://shop.example:{server.port}/")
    return HttpClient(**options).send(request, deadline_seconds=10)


def test_a_certificate_of_nobody_is_refused(server):
    with pytest.raises(HttpError, match=r"could not agree on TLS: .*self.signed") as caught:
        get(server)

    assert caught.value.kind == "tls"
    assert not caught.value.sent


def test_the_name_asked_for_is_the_name_of_the_host(server):
    response = get(server, verify=False)

    assert response.body.bytes() == b"ok"
    assert server.names == ["shop.example"]
