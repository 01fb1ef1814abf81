"""The real web server on SQLite while Redis is silent, while more calls come than fit, and while
there is no room on the disk."""

import os
import resource
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.webserver import ROOT, Web

pytestmark = pytest.mark.slow

SCENE = """
import django; django.setup()
from connectors.models import Incoming
from scheduler.models import Webhook
subscriber = {"prototype": "webhook-subscriber", "parameters": {}}
Incoming(name="Calls", identifier="calls", subscriber=subscriber).store()
for name, more in {"hook": {}, "slow": {"calls_per_second": 20}, "deep": {"max_waiting": 30},
                   "waits": {"answer": "process", "wait_seconds": 5}}.items():
    Webhook(name=name, identifier=name, incomings=["calls"], methods=["POST"],
            validators=[{"prototype": "open", "parameters": {}}], **more).store()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pressure")
    for words in (["manage.py", "migrate"], ["-c", SCENE]):
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=surroundings(folder), capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
    return folder


@pytest.fixture(scope="module")
def silence():
    """The address of a Redis that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def surroundings(folder, redis="redis://127.0.0.1:1/0") -> dict:
    own = {"ALUMIO_DATA": str(folder), "DATABASE_URL": "", "REDIS_URL": redis}
    return os.environ | own | {"DJANGO_SETTINGS_MODULE": "alumio.settings", "ALUMIO_DEMO": "0"}


@pytest.fixture(scope="module")
def web(folder, silence):
    with Web(surroundings(folder, silence)) as web:
        yield web.wait()


@pytest.fixture
def client(web):
    address = f"http://127.0.0.1:{web.port}/api/v1/webhook"
    with httpx.Client(base_url=address, timeout=300) as client:
        yield client


def ask(folder, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(folder / "alumio.sqlite3", timeout=30)) as connection:
        return connection.execute(sql).fetchall()


def stored(folder) -> set[str]:
    return {
        identifier for (identifier,) in ask(folder, "SELECT identifier FROM scheduler_delivery")
    }


def burst(client, path: str, number: int) -> list[httpx.Response]:
    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(lambda n: client.post(path, json={"n": n}), range(number)))


def test_a_silent_redis_holds_no_call_up(client):
    began = time.monotonic()

    answers = [client.post("/hook", json={"n": number}) for number in range(60)]

    assert {answer.status_code for answer in answers} == {202}
    assert time.monotonic() - began < 60 * 5  # Redis would be waited for 45 s by each


@pytest.mark.parametrize("path", ["/slow", "/deep"])
def test_a_burst_beyond_a_limit_is_answered_429_and_what_was_accepted_is_there(
    client, folder, path
):
    answers = burst(client, path, 400)
    time.sleep(1.1)
    answers += burst(client, path, 400)

    # A machine that is too busy to store one in time may also say so.
    assert {answer.status_code for answer in answers} - {503} == {202, 429}
    assert all(a.headers["Retry-After"].isdecimal() for a in answers if a.status_code == 429)
    assert {a.json()["delivery"] for a in answers if a.status_code == 202} <= stored(folder)


def test_callers_who_wait_for_the_answer_keep_no_others_waiting(web, client):
    with ThreadPoolExecutor(40) as threads:
        waiting = [threads.submit(client.post, "/waits", json={"n": n}) for n in range(40)]
        began = time.monotonic()
        assert {answer.status_code for answer in burst(client, "/hook", 50)} == {202}
        assert not any(each.done() for each in waiting) or time.monotonic() - began > 5
        answers = [each.result() for each in waiting]

    assert {answer.status_code for answer in answers} == {202}


def test_without_room_on_the_disk_calls_are_answered_503_and_nothing_is_broken(web, client, folder):
    before = client.post("/hook", json={"n": 0}).json()["delivery"]
    most = max(each.stat().st_size for each in folder.glob("alumio.sqlite3*")) + 300_000
    limit(web, most)

    answers = [client.post("/hook", content=b"x" * 500_000) for _ in range(40)]
    limit(web, resource.RLIM_INFINITY)
    after = client.post("/hook", json={"n": 1}).json()["delivery"]

    refused = [answer for answer in answers if answer.status_code != 202]
    assert refused
    assert {(a.status_code, a.headers["Retry-After"]) for a in refused} == {(503, "5")}
    accepted = {a.json()["delivery"] for a in answers if a.status_code == 202}
    assert accepted | {before, after} <= stored(folder)
    assert ask(folder, "PRAGMA integrity_check") == [("ok",)]


def limit(web: Web, size: int) -> None:
    """Let no file of the web server grow beyond this: as a full disk, but only for it."""
    for program in web.programs:
        _, hard = resource.prlimit(program.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (size, hard))
