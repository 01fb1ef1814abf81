"""One measurement, in a process of its own: prints a line of JSON.

    python -m benchmarks.case bare|platform import SOURCE
    python -m benchmarks.case bare|platform export TARGET IN_FLIGHT LIMIT

`seconds` is the work alone: Python has started, the other side was asked once, and certificates
are loaded, as in a worker that lives for days. `peak` and `before` are the largest resident size in
MB at the end and before the work.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable


def main(side: str, kind: str, address: str, *numbers: str) -> dict:
    prepare = {"bare": bare, "platform": platform}[side](kind, address, *map(int, numbers))
    before = peak()
    profile = os.environ.get("BENCH_PROFILE")
    began, cpu = time.perf_counter(), time.process_time()
    records = profiled(prepare, profile) if profile else prepare()
    seconds = time.perf_counter() - began
    return {
        "records": records,
        "seconds": seconds,
        "cpu_us": (time.process_time() - cpu) / records * 1_000_000,
        "before": before,
        "peak": peak(),
    }


def bare(kind: str, address: str, in_flight: int = 1, limit: int = 0) -> Callable[[], int]:
    import httpx

    from benchmarks import bare

    # Connections never grow old here: closing idle ones races with threads that take them.
    limits = httpx.Limits(
        max_connections=in_flight, max_keepalive_connections=in_flight, keepalive_expiry=None
    )
    client, table = httpx.Client(limits=limits), bare.Table()
    client.get(warm_up(kind, address))
    if kind == "import":
        table.create()
        return lambda: bare.import_records(client, address)
    table.make_due(limit)
    return lambda: bare.export_records(client, address, in_flight)


def platform(kind: str, address: str, in_flight: int = 1, limit: int = 0) -> Callable[[], int]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumio.settings")
    import django

    django.setup()
    from benchmarks import platform
    from connectors.http import HttpClient, Request

    HttpClient().send(Request("GET", warm_up(kind, address)))
    if kind == "import":
        platform.forget()
        incoming = platform.incoming(address)
        platform.route("http://127.0.0.1:9/")
        process = platform.start(incoming)
    else:
        platform.make_ready_again()
        process = platform.start(platform.route(address, in_flight), limit or None)
    return lambda: platform.finish(process)


def warm_up(kind: str, address: str) -> str:
    """What is asked once before: the first page, or how much the target has taken."""
    return address if kind == "import" else address.rpartition("/")[0] + "/report"


def profiled(work: Callable[[], int], path: str) -> int:
    """Where the main thread spends its time: BENCH_PROFILE=out.pstats (py-spy sees all threads)."""
    import cProfile

    profile = cProfile.Profile()
    profile.enable()
    try:
        return work()
    finally:
        profile.disable()
        profile.dump_stats(path)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
