"""The web server for real, on SQLite: what other systems and browsers do to it."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress

import httpx
import pytest

from tests.chaos.worker import wait_until
from tests.webserver import ROOT, Web

pytestmark = pytest.mark.slow

BLOCK = 64 * 1024
MB = 1024 * 1024
CALL = "/api/v1/webhook/hook"
SCENE = """
import django; django.setup()
from django.contrib.auth import get_user_model
from connectors.models import Incoming
from scheduler.models import Webhook
get_user_model().objects.create_superuser("ada", password="correct horse")
subscriber = {"prototype": "webhook-subscriber", "parameters": {}}
Incoming(name="Calls", identifier="calls", subscriber=subscriber).store()
Webhook(name="Hook", identifier="hook", incomings=["calls"], methods=["POST"],
        validators=[{"prototype": "open", "parameters": {}}], key_header="X-Key").store()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder with a migrated database, a webhook, a person and 20,000 tasks."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "static").mkdir()
    (folder / "static" / "digits.txt").write_bytes(b"0123456789" * 1000)
    words = [["manage.py", "migrate"], ["manage.py", "seed_tasks", "--tasks=20000"], ["-c", SCENE]]
    for each in words:
        done = subprocess.run(
            [sys.executable, *each], cwd=ROOT, env=surroundings(folder), capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
    return folder


def surroundings(folder) -> dict:
    return os.environ | {
        "ALUMIO_DATA": str(folder),
        "DATABASE_URL": "",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "alumio.settings",
        "ALUMIO_DEMO": "0",
    }


@pytest.fixture(scope="module")
def web(folder):
    with Web(surroundings(folder), "tests.alumio.odd_pages:application") as web:
        yield web.wait()


@pytest.fixture
def client(web):
    with httpx.Client(base_url=f"http://127.0.0.1:{web.port}", timeout=60) as client:
        yield client


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


CHUNKED = "Transfer-Encoding: chunked"


def status_of(answer: bytes) -> int:
    return int(answer[9:12])


def echoed(answer: bytes) -> dict:
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def deliveries(folder) -> int:
    with closing(sqlite3.connect(folder / "alumio.sqlite3")) as connection:
        return connection.execute("SELECT count(*) FROM scheduler_delivery").fetchone()[0]


# ---------------------------------------------------------------- pages


def test_a_person_signs_in_with_a_form_and_a_cookie(client):
    form = client.get("/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)[1]
    person = {"username": "ada", "password": "correct horse"}

    forged = client.post("/login/", data=person)
    right = client.post("/login/", data=person | {"csrfmiddlewaretoken": token})

    assert forged.status_code == 403
    assert right.status_code == 302
    assert client.get(right.headers["Location"], follow_redirects=True).status_code == 200


def test_a_download_of_tasks_arrives_whole(client):
    test_a_person_signs_in_with_a_form_and_a_cookie(client)

    lines = client.get("/tasks/tasks.csv").text.splitlines()

    assert len(lines) == 20_001


def test_static_files_are_served_whole_in_part_and_not_again(client):
    whole = client.get("/static/digits.txt")
    head = client.head("/static/digits.txt")
    part = client.get("/static/digits.txt", headers={"Range": "bytes=5-14"})
    modified = {"If-Modified-Since": whole.headers["Last-Modified"]}
    again = client.get("/static/digits.txt", headers=modified)

    assert whole.content == b"0123456789" * 1000
    assert (head.status_code, head.content) == (200, b"")
    assert (part.status_code, part.content) == (206, b"5678901234")
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_that_fails_is_answered_500_also_where_it_had_begun(client):
    answers = [client.get(path) for path in ("/odd/failed", "/odd/broken?3", "/odd/broken?30")]

    assert [answer.status_code for answer in answers] == [500] * 3
    assert client.get("/odd/echo").status_code == 200


def test_each_request_begins_and_ends_for_django_and_its_answer_is_closed(client):
    def seen() -> Counter:
        return Counter(client.get("/odd/seen").json())

    wait_until(lambda: seen()["started"] == seen()["finished"], 60)
    before = seen()

    for _ in range(3):
        client.get("/login/")
    client.get("/odd/long?2")

    wait_until(lambda: seen()["finished"] == before["finished"] + 3, 60)
    assert seen()["started"] == before["started"] + 3
    wait_until(lambda: seen()["closed"] == before["closed"] + 1, 60)


# ---------------------------------------------------------------- long answers


def test_a_long_answer_arrives_whole_and_in_little_memory(web, client):
    client.get("/odd/long?20")
    before = web.memory()

    with client.stream("GET", "/odd/long?1600") as answer:
        sizes = [len(part) for part in answer.iter_raw()]

    assert sum(sizes) == 1600 * BLOCK == int(answer.headers["Content-Length"])
    assert web.memory() - before < 40 * MB


def test_readers_that_stop_reading_or_hang_up_keep_neither_threads_nor_memory(web, client):
    before = web.memory()

    with ExitStack() as stack:
        for _ in range(12):
            line = stack.enter_context(closing(web.connect()))
            line.sendall(request("GET", "/odd/long?400"))
            line.recv(1000)
        assert client.get("/odd/echo").status_code == 200
        assert web.memory() - before < 40 * MB

    assert client.get("/odd/echo").status_code == 200


# ---------------------------------------------------------------- bodies


def test_a_large_upload_arrives_whole(client):
    assert client.post("/odd/echo", content=b"x" * 20 * MB).json()["bytes"] == 20 * MB


def test_a_body_over_the_limit_is_refused_before_it_has_arrived(web):
    answer = web.raw(request("POST", "/odd/echo", f"Content-Length: {65 * MB}"))

    assert status_of(answer) == 413


@pytest.mark.parametrize("path", ["/odd/echo", CALL])
@pytest.mark.parametrize(
    ("head", "sent"),
    [
        ("Content-Length: 10", b"hello"),
        (f"Content-Length: {MB}", b"hello"),
        (CHUNKED, b"5\r\nhello\r\n"),
        (CHUNKED, b"5\r\nhello\r\nZZ\r\n"),
        (CHUNKED, b""),
    ],
)
def test_a_body_that_breaks_off_reaches_nobody(web, client, folder, path, head, sent):
    before = client.get("/odd/seen").json().get("echoed", 0), deliveries(folder)

    answer = web.raw(request("POST", path, head, body=sent), shut=True)

    assert status_of(answer) == 400
    assert b"broke off" in answer
    assert (client.get("/odd/seen").json().get("echoed", 0), deliveries(folder)) == before


def test_forty_senders_of_a_byte_a_second_keep_nobody_waiting_and_are_sent_away(web, client):
    with ExitStack() as stack:
        lines = [stack.enter_context(closing(web.connect())) for _ in range(40)]
        for number, line in enumerate(lines):
            path = CALL if number % 2 else "/odd/echo"
            line.sendall(request("POST", path, "Content-Length: 1000"))
        for _ in range(2):
            for line in lines:
                with suppress(OSError):  # it may have been sent away by now
                    line.sendall(b"x")
            assert client.post(CALL, json={}).status_code == 202
            assert client.get("/odd/echo").status_code == 200
            time.sleep(1)

        assert {status_of(told) for line in lines if (told := heard(line))} == {408}


def heard(line: socket.socket) -> bytes:
    """What was answered; nothing, if a byte that came too late made the system drop the answer."""
    line.settimeout(120)
    try:
        return line.recv(1000)
    except ConnectionError:
        return b""


def test_of_an_endless_body_little_is_read(web):
    before, sent = web.memory(), 0
    block = b"100000\r\n" + bytes(MB) + b"\r\n"

    with closing(web.connect()) as line:
        line.sendall(request("POST", CALL, CHUNKED))
        with suppress(OSError):
            for _ in range(1024):
                line.sendall(block)
                sent += MB
        assert not (told := heard(line)) or status_of(told) == 413

    assert sent < 100 * MB
    assert web.memory() - before < 50 * MB


def test_a_million_bytes_of_headers_are_refused(web, client):
    before = web.memory()

    answer = web.raw(request("POST", CALL, *(f"X-{n}: {'y' * 1000}" for n in range(1000))))

    assert not answer or status_of(answer) in (400, 431)
    assert web.memory() - before < 50 * MB
    assert client.get("/odd/echo").status_code == 200


# ---------------------------------------------------------------- HTTP


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("/odd/echo/a%2Fb", "/odd/echo/a/b"),
        ("/odd/echo/%C3%A9", "/odd/echo/é".encode().decode("latin-1")),
        ("/odd/echo/%FF", "/odd/echo/\ufffd".encode().decode("latin-1")),
        ("/odd/echo//x", "/odd/echo//x"),
        ("/odd/echo/..;/x", "/odd/echo/..;/x"),
        ("http://elsewhere/odd/echo", "/odd/echo"),
    ],
)
def test_paths_reach_pages_decoded_once(web, asked, path):
    assert echoed(web.raw(request("GET", asked)))["PATH_INFO"] == path


@pytest.mark.parametrize(("name", "status"), [("X-Key", 400), ("X-Other", 202)])
def test_a_key_that_is_not_ascii_is_refused_and_any_other_such_header_passed_over(
    web, name, status
):
    head = request("POST", CALL, "Content-Length: 2", f"{name}: K\u00fc")

    answer = web.raw(head + b"{}")

    assert status_of(answer) == status
    assert (b"x-key cannot be read" in answer) == (status == 400)


@pytest.mark.parametrize("path", ["//", "*", "/%00", "/%FF%FE", "/api/v1/webhook/%00"])
def test_odd_paths_are_answered_404(web, path):
    assert status_of(web.raw(request("GET", path))) == 404


def test_headers_reach_pages_joined_and_without_those_that_look_like_others(web):
    headers = ["Cookie: a=1", "Cookie: b=2", "X-Two: 1", "X-Two: 2", "X_Forwarded_For: 1.2.3.4"]

    told = echoed(web.raw(request("GET", "/odd/echo?a=%2F&b", *headers)))

    assert told["HTTP_COOKIE"] == "a=1; b=2"
    assert told["HTTP_X_TWO"] == "1,2"
    assert "HTTP_X_FORWARDED_FOR" not in told
    assert told["QUERY_STRING"] == "a=%2F&b"


def test_requests_of_old_clients_and_several_on_one_connection_are_answered(web):
    old = web.raw(b"GET /odd/echo HTTP/1.0\r\n\r\n")
    one = b"GET /odd/echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    several = web.raw(one + one + request("GET", "/odd/echo/2"))
    head = web.raw(request("HEAD", "/odd/long?3"))

    assert status_of(old) == 200
    assert re.findall(rb'"PATH_INFO": "/odd/echo/(\d)"', several) == [b"1", b"1", b"2"]
    assert status_of(head) == 200
    assert head.endswith(b"\r\n\r\n")


# ---------------------------------------------------------------- the end


def test_a_server_that_is_asked_to_end_answers_what_it_stored_and_stores_what_it_answers(folder):
    with Web(surroundings(folder)) as web:
        web.wait()
        before, answers = deliveries(folder), []

        def send():
            line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=120)
            with suppress(OSError, http.client.HTTPException), closing(line):
                while True:
                    line.request("POST", CALL, b"{}")
                    answer = line.getresponse()
                    answers.append(answer.status)
                    answer.read()
                    if answer.will_close:
                        return

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(answers) > 50, 60)
        web.process.send_signal(signal.SIGTERM)
        web.process.wait(300)
        for thread in threads:
            thread.join(300)

    assert set(answers) == {202}
    assert len(answers) == deliveries(folder) - before


def test_a_port_is_free_again_after_the_end(folder):
    web = Web(surroundings(folder))
    with web:
        web.wait()
        web.stop()

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", web.port))
