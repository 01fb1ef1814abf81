"""What the measurements stand on: a database, a data folder, a source and targets."""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from urllib.request import Request, urlopen

from tests import postgresql

DATABASES = ("sqlite", "postgresql")


@contextmanager
def database(kind: str):
    """An empty, migrated database. Gives the environment in which the measurements run.

    PostgreSQL is DATABASE_URL if that is set (use an empty one: tasks are made in it), else a
    private server with fsync on.
    """
    with tempfile.TemporaryDirectory(prefix="alumio-bench-") as folder:
        environment = surroundings() | {"ALUMIO_DATA": folder}
        server = None
        if kind == "postgresql":
            server = server_for_benchmarks()
            environment["DATABASE_URL"] = server.url
        try:
            run([sys.executable, "manage.py", "migrate", "--verbosity=0"], environment)
            yield environment
        finally:
            if server:
                server.stop()


def server_for_benchmarks() -> postgresql.Server:
    url = os.environ.get("DATABASE_URL")
    return postgresql.Server(url) if url else postgresql.start(durable=True)


def surroundings() -> dict[str, str]:
    """The environment without settings of a platform that may run here too."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ALUMIO_") and name not in ("DATABASE_URL", "REDIS_URL")
    }
    return plain | {"ALUMIO_ALLOWED_NETWORKS": "127.0.0.1", "ALUMIO_LOG_LEVEL": "ERROR"}


@contextmanager
def server(kind: str, number: int):
    """A source of `number` records, or a target that answers after `number` milliseconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.servers", kind, str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait(10)


def report(target: str, method: str = "GET") -> dict:
    """What a target has received so far; DELETE makes it begin anew."""
    with urlopen(Request(f"{target}/report", method=method), timeout=10) as answer:
        return json.load(answer)


def measure(environment: dict, *words) -> dict:
    """One case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.case", *map(str, words)]
    return json.loads(run(command, environment).splitlines()[-1])


def run(command: list[str], environment: dict) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
