"""`python -m benchmarks.bulk`: retrying 1,000,000 failed tasks, beside the raw UPDATE of the same.

The process is asked for as the REST API does it and is executed as a worker does: what counts is
from the click to its end, with the frozen choice, a log line for each task, counters and leases.
Both are measured alone, and while another program imports and exports orders without a pause. The
rows are vacuumed before each measurement, so that none clears up after another.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time

from benchmarks import world

ORDERS = 2_000
"""Records of one pass of the program beside."""
SEEDED = """
INSERT INTO tasks_task (identifier, route_id, status, entity_schema, entity_identifier, created_at,
    updated_at, attempt, attempts, generation, deaths, size)
SELECT 'BULK' || {padded}, %s, 'failed', 'bench', 'order-' || n, {now}, {now}, 1, 1, 1, 0, 900
FROM {numbers}
"""
SEEDED_ON = {
    "postgresql": {
        "padded": "lpad(n::text, 22, '0')",
        "now": "now()",
        "numbers": "generate_series(1, %s) AS n",
    },
    "sqlite": {
        "padded": "printf('%%022d', n)",
        "now": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
        "numbers": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s LIMIT %s) "
        "SELECT n FROM s)",
    },
}


def main() -> None:
    options = arguments()
    with world.server("source", ORDERS) as source, world.server("target", 0) as target:
        for kind in options.databases:
            with world.database(kind) as environment:
                print(f"\n{kind}: {options.tasks:,} tasks, medians of {options.runs}")
                words = ["measure", options.tasks, options.runs, source, target]
                command = [sys.executable, "-m", "benchmarks.bulk", *map(str, words)]
                subprocess.run(command, env=environment, check=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--databases", nargs="+", choices=world.DATABASES, default=list(world.DATABASES)
    )
    return parser.parse_args()


# ---------------------------------------------------------------- in a database of its own


def measure(tasks: int, runs: int, source: str, target: str) -> None:
    setup()
    seed(tasks)
    print(f"{'':30} {'raw UPDATE':>11} {'process':>11} {'RATIO':>6}  beside them")
    for busy in (False, True):
        found = {"raw": [], "process": []}
        rates = {"raw": [], "process": []}
        for _ in range(runs):
            for name, work in (("raw", raw), ("process", process)):
                make_failed_again()
                with Beside(source, target, busy) as beside:
                    began = time.perf_counter()
                    work(tasks)
                    found[name].append(time.perf_counter() - began)
                rates[name].append(beside.rate)
        report(busy, found, rates)


def report(busy: bool, found: dict, rates: dict) -> None:
    raw, ours = statistics.median(found["raw"]), statistics.median(found["process"])
    title = "beside imports and exports" if busy else "alone"
    line = f"{title:30} {raw:9.1f} s {ours:9.1f} s {ours / raw:6.2f}"
    if busy:
        beside = [f"{statistics.median(rates[name]):,.0f}/s" for name in ("raw", "process")]
        line += f"  {beside[0]} beside the UPDATE, {beside[1]} beside the process"
    print(line, flush=True)


def setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumio.settings")
    import django

    django.setup()


def execute(statement: str, parameters=None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def seed(tasks: int) -> None:
    """Failed tasks of a route of their own, which nothing exports."""
    from django.db import connection

    from benchmarks import platform
    from routes.models import Route

    platform.incoming("http://127.0.0.1:9/")
    route = platform.route("http://127.0.0.1:9/")
    route = Route(name="Bulk", incoming=route.incoming, outgoing=route.outgoing).store()
    execute(SEEDED.format(**SEEDED_ON[connection.vendor]), [route.pk, tasks])


def make_failed_again() -> None:
    from django.db import connection

    execute("UPDATE tasks_task SET status = 'failed' WHERE identifier LIKE 'BULK%%'", [])
    execute("DELETE FROM tasks_message WHERE verb = 'retry'")
    if connection.vendor == "postgresql":
        for statement in (
            "VACUUM ANALYZE tasks_task",
            "VACUUM ANALYZE tasks_message",
            "CHECKPOINT",
        ):
            execute(statement)
    else:
        execute("PRAGMA wal_checkpoint(TRUNCATE)")


def raw(tasks: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE tasks_task SET status = 'new' WHERE status = 'failed'")
        assert cursor.rowcount == tasks


def process(tasks: int) -> None:
    from alumio.audit import Actor
    from scheduler import doorbell, execution, queue
    from scheduler.models import CHORES, Process
    from tasks import actions
    from tasks.choice import Choice

    doorbell.ring = lambda: None  # nobody else is to be woken
    actions.act("retry", Choice.matching({"status": ["failed"]}), Actor("the benchmark"))
    execution.execute(queue.start_next("benchmark", CHORES))
    ended = Process.objects.filter(job="bulk").first()
    assert ended.result == f"{tasks:,} retried.", ended.result


# ---------------------------------------------------------------- what goes on beside it


class Beside:
    """A program that imports and exports while this context lasts. `rate`: records a second."""

    def __init__(self, source: str, target: str, busy: bool):
        self.command = [sys.executable, "-m", "benchmarks.bulk", "beside", source, target]
        self.busy, self.rate, self.program = busy, 0.0, None

    def __enter__(self) -> "Beside":
        if self.busy:
            self.program = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
            self.program.stdout.readline()  # it has begun
        return self

    def __exit__(self, *_) -> None:
        if self.program:
            self.program.send_signal(signal.SIGTERM)
            self.rate = json.loads(self.program.communicate(timeout=120)[0])


def beside(source: str, target: str) -> None:
    """Import and export orders, 2,000 at a time, until SIGTERM; then print how many a second."""
    setup()
    from benchmarks import platform

    asked, records = [], 0
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
    incoming = platform.incoming(f"{source}/orders?page=1")
    route = platform.route(f"{target}/orders", 20)
    print("begun", flush=True)
    began = time.perf_counter()
    while not asked:
        records += platform.finish(platform.start(incoming))
        records += platform.finish(platform.start(route))
    print(json.dumps(records / 2 / (time.perf_counter() - began)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
    elif sys.argv[1:2] == ["beside"]:
        beside(*sys.argv[2:])
    else:
        main()
