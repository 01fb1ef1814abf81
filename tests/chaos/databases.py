"""Databases for platforms that are destroyed: asked by plain SQL, and taken away for a while."""

import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from tests import postgresql


class SQLite:
    """Goes away by being locked: somebody else writes for seconds."""

    def __init__(self, folder: Path):
        self.path = folder / "chaos.sqlite3"
        self.settings = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(self.path)}
        self.faults = [self.lock]

    def ask(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(self.path, timeout=60)) as connection:
            return connection.execute(sql).fetchall()

    def lock(self, seconds: float) -> None:
        with closing(sqlite3.connect(self.path, timeout=60, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            connection.execute("ROLLBACK")

    def stop(self) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


class PostgreSQL:
    """Goes away by a restart at once, or by a silence."""

    def __init__(self, binaries: str):
        self.server = postgresql.start_private(Path(binaries), durable=False)
        self.settings = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": "alumio",
            "PASSWORD": "",
            "HOST": str(self.server.folder),
            "PORT": "",
        }
        self.faults = [self.restart, self.freeze]

    def ask(self, sql: str) -> list[tuple]:
        with closing(psycopg2.connect(self.server.url)) as connection, connection.cursor() as rows:
            rows.execute(sql)
            return rows.fetchall()

    def restart(self, seconds: float) -> None:
        """All connections break, nothing is tidied up, and it is away for a while."""
        arguments = self.server.process.args
        self.server.process.send_signal(signal.SIGQUIT)
        self.server.process.wait(120)
        time.sleep(seconds)
        user = postgresql.unprivileged_user()
        self.server.process = subprocess.Popen(
            arguments,
            cwd=self.server.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.server.folder / "log").open("ab"),
            **({"user": user} if user else {}),
        )
        postgresql.wait_until_ready(self.server)

    def freeze(self, seconds: float) -> None:
        children = subprocess.run(
            ["pgrep", "-P", str(self.server.process.pid)], capture_output=True, text=True
        )
        pids = [str(self.server.process.pid), *children.stdout.split()]
        subprocess.run(["kill", "-STOP", *pids], capture_output=True)
        time.sleep(seconds)
        subprocess.run(["kill", "-CONT", *pids], capture_output=True)

    def stop(self) -> None:
        self.server.stop()
