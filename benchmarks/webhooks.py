"""`python -m benchmarks.webhooks`: how many calls a second are accepted durably, and how late.

The same web server answers from a bare Django view, which stores nothing, in turn with the
platform's webhooks, in the same run: 1 KB bodies, 32 kept connections. A ratio of 1 would be
durability and all checks that cost nothing. Afterwards every call must be in the database.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager

from benchmarks import world

PLATFORM = ("alumio.server:application", "/api/v1/webhook/bench")
BARE = ("benchmarks.bareview:application", "/call")
INTERFACES = {PLATFORM: ["--interface=rsgi"], BARE: ["--interface=wsgi", "--blocking-threads=8"]}
PREPARE = """
import django; django.setup()
from benchmarks.platform import webhook
webhook()
"""
COUNT = """
import django; django.setup()
from scheduler.models import Delivery
print(Delivery.objects.count())
"""


def main() -> None:
    options = arguments()
    for kind in options.databases:
        with world.database(kind) as environment:
            environment |= {"DJANGO_SETTINGS_MODULE": "alumio.settings"}
            world.run([sys.executable, "-c", PREPARE], environment)
            compare(kind, environment, options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhooks", description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--databases", nargs="+", choices=world.DATABASES, default=list(world.DATABASES)
    )
    return parser.parse_args()


def compare(kind: str, environment: dict, options) -> None:
    found = {BARE: [], PLATFORM: []}
    for _ in range(options.runs):
        for side in found:
            found[side].append(measure(side, environment, options))
    rates = {side: statistics.median(each["rate"] for each in found[side]) for side in found}
    late = {side: statistics.median(each["p99"] for each in found[side]) for side in found}
    stored = int(world.run([sys.executable, "-c", COUNT], environment))
    expected = sum(each["accepted"] for each in found[PLATFORM])
    print(
        f"{kind}: accepted {rates[PLATFORM]:,.0f}/s, p99 {late[PLATFORM]:.1f} ms; "
        f"bare view {rates[BARE]:,.0f}/s, p99 {late[BARE]:.1f} ms; "
        f"RATIO {rates[PLATFORM] / rates[BARE]:.2f}; "
        f"{expected:,} accepted, {stored:,} stored",
        flush=True,
    )
    if stored != expected:
        raise SystemExit("Accepted calls are missing.")


def measure(side: tuple[str, str], environment: dict, options) -> dict:
    application, path = side
    warm = options.connections * 20
    with serving(application, environment, INTERFACES[side]) as port:
        call(port, path, options.connections, warm)
        found = call(port, path, options.connections, options.calls)
    if set(found["statuses"]) != {"202"}:
        raise SystemExit(f"{application} answered {found['statuses']}")
    return found | {"rate": options.calls / found["seconds"], "accepted": options.calls + warm}


def call(port: int, path: str, connections: int, number: int) -> dict:
    words = [port, path, connections, number]
    command = [sys.executable, "-m", "benchmarks.callers", *map(str, words)]
    return json.loads(world.run(command, dict(os.environ)))


@contextmanager
def serving(application: str, environment: dict, interface: list[str]):
    """The web server as the platform starts it, on a port of its own."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", *interface, "--host=127.0.0.1"),
        *(f"--port={port}", "--workers=2", "--http=1"),
        *("--no-ws", "--log-level=error", application),
    ]
    process = subprocess.Popen(command, env=environment)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The web server did not start.")


if __name__ == "__main__":
    main()
