"""`python -m benchmarks.tasks`: the task list, measured with 5,000,000 tasks on PostgreSQL.

Every filter alone and all in pairs, with values that are common, rare and absent: the first page,
one from the middle and one from the end, and the counts per status. Times are those in the
database, over all statements of a page; beside them stands the raw limit, a page by the primary key
alone. Whole pages are rendered through Django's test client.

The tasks are made in a private server, which takes some ten minutes, or are already in
DATABASE_URL (`manage.py seed_tasks`).
"""

import argparse
import itertools
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import world

SIZE = 50
SLOW, PATHOLOGICAL = 0.1, 1.0
"""Seconds in the database: more is told one by one; more than the second is a failure."""


def main() -> None:
    options = arguments()
    if "DATABASE_URL" in os.environ:
        measure(options)
        return
    with world.database("postgresql") as environment:
        os.environ.update(environment)
        command = [sys.executable, "manage.py", "seed_tasks", "--tasks", str(options.tasks)]
        print(world.run(command, environment), end="")
        measure(options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tasks", description=__doc__)
    parser.add_argument("--tasks", type=int, default=5_000_000, help="how many to make")
    parser.add_argument("--only", default="", help="only filters whose names contain this")
    parser.add_argument("--singles", action="store_true", help="no pairs")
    parser.add_argument("--every", type=int, default=1, help="only each so many-th pair")
    return parser.parse_args()


def measure(options) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumio.settings")
    import django

    django.setup()
    results = Results(raw_limit())
    chosen = [case for case in cases(options) if options.only in name_of(case)]
    for criteria in chosen:
        results.add(criteria, measure_filter(criteria))
    results.show()
    show_pages(chosen)
    if results.worst > PATHOLOGICAL:
        raise SystemExit("Some filter is slow without bounds.")


# ---------------------------------------------------------------- what is asked for


def values() -> dict[str, list]:
    """Values of each filter, from common to absent, as the seeded tasks have them."""
    from datetime import timedelta

    from tasks.models import Task

    newest, oldest = Task.objects.latest("id"), Task.objects.earliest("id")
    length = newest.created_at - oldest.created_at

    def at(part: float, more=timedelta(0)) -> str:
        return (oldest.created_at + length * part + more).isoformat()

    old = Task.objects.filter(id__gte=(newest.id + oldest.id) // 2).earliest("id")
    failed = Task.objects.filter(status="failed").latest("id")
    return {
        "status": ["finished", "failed", "new", "new,retry,failed"],
        "route": [
            "seed-01-stock", "seed-19-product", "seed-18-order", "seed-01-stock,seed-06-customer",
        ],
        "cause": [failed.cause_id, 999_999],
        "created": [(at(0.2), at(0.9)), (at(0.5), at(0.5, timedelta(hours=1))), (at(2), at(3))],
        "created_before": [at(0.3)],
        "updated": [(at(0.2), at(0.9)), (at(0.5), at(0.5, timedelta(hours=1))), (at(2), at(3))],
        "updated_before": [at(0.3)],
        "identifier": [old.identifier],
        "identifier__contains": [old.identifier[:4], old.identifier[-8:], "ZZZZZZZZ"],
        "entity_schema": ["order", "category", "nothing"],
        "entity_schema__contains": ["o", "egor", "nothing"],
        "entity_identifier": [failed.entity_identifier, "nothing"],
        "entity_identifier__contains": ["sku", "CUST-0001", "00012", "zz", "nothing"],
    }  # fmt: skip


def cases(options) -> Iterator[dict]:
    """What to ask for: each value alone, and each with each of another filter."""
    alone = [[criteria(name, value) for value in few] for name, few in values().items()]
    yield from itertools.chain.from_iterable(alone)
    pairs = (
        one | other
        for first, second in itertools.combinations(alone, 2)
        for one, other in itertools.product(first, second)
        if not one.keys() & other.keys()
    )
    if not options.singles:
        yield from itertools.islice(pairs, None, None, options.every)


def criteria(name: str, value) -> dict:
    if isinstance(value, tuple):
        return {f"{name}_after": value[0], f"{name}_before": value[1]}
    return {name: value}


def name_of(case: dict) -> str:
    return " + ".join(f"{name}={value}" for name, value in case.items())


# ---------------------------------------------------------------- how long it takes


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Collects the seconds of each statement."""
    from django.db import connection

    taken: list[float] = []

    def timed(execute, *arguments):
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            taken.append(time.perf_counter() - began)

    with connection.execute_wrapper(timed):
        yield taken


def seconds(work: Callable) -> tuple[float, object]:
    """In the database."""
    with stopwatch() as taken:
        result = work()
    return sum(taken), result


def raw_limit() -> float:
    """Seconds for a page by the primary key alone, from random places."""
    from alumio import keyset
    from tasks.models import Task

    last = Task.objects.latest("id").id
    places = [last * part // 40 for part in range(1, 40)]
    return statistics.median(
        seconds(lambda place=place: keyset.page(Task.objects.filter(id__lt=place), "-id", SIZE))[0]
        for place in places
    )


def measure_filter(criteria: dict) -> dict[str, float]:
    """Seconds in the database for the first page, two deep ones, and the counts."""
    from alumio import keyset
    from tasks import counts
    from tasks.filters import TaskFilter
    from tasks.models import Task

    def tasks():
        chosen = TaskFilter(criteria)
        assert chosen.is_valid(), chosen.errors
        return chosen.apply(Task.objects.all())

    found = {}
    found["first page"], page = seconds(lambda: keyset.page(tasks(), "-id", SIZE))
    for part, place in (("middle", 0.5), ("end", 0.02)):
        cursor = cursor_at(page, place)
        if cursor:
            found[part], _ = seconds(
                lambda cursor=cursor: keyset.page(tasks(), "-id", SIZE, cursor)
            )
    found["counts"], _ = seconds(lambda: counts.within(tasks()))
    found["10,000"], _ = seconds(lambda: keyset.bounded_count(tasks()))
    return found


def cursor_at(page, part: float) -> str | None:
    """A cursor so far in, where the list goes on."""
    from alumio import keyset
    from tasks.models import Task

    if page.next is None:
        return None
    return keyset._write("after", Task(id=int(page.rows[-1].id * part)), "id")


class Results:
    def __init__(self, raw: float):
        self.raw, self.times = raw, defaultdict(list)
        self.slow: list[tuple[float, str]] = []

    def add(self, case: dict, found: dict[str, float]) -> None:
        for part, taken in found.items():
            names = {name.removesuffix("_after").removesuffix("_before") for name in case}
            self.times[" + ".join(sorted(names)), part].append(taken)
            if taken > SLOW:
                self.slow.append((taken, f"{part}: {name_of(case)}"))

    @property
    def worst(self) -> float:
        return max((taken for taken, _ in self.slow), default=0.0)

    def show(self) -> None:
        parts = list(dict.fromkeys(part for _, part in self.times))
        print(f"raw limit, a page by the primary key: {self.raw * 1000:.2f} ms")
        print(f"{'median / worst, ms':44}" + "".join(f"{part:>18}" for part in parts))
        for name in dict.fromkeys(name for name, _ in self.times):
            print(f"{name:44}" + "".join(cell(self.times.get((name, part))) for part in parts))
        for part in parts:
            self.sum_up(part, [t for (_, p), some in self.times.items() if p == part for t in some])
        print(f"{len(self.slow)} slower than {SLOW * 1000:.0f} ms:")
        for taken, text in sorted(self.slow, reverse=True):
            print(f"  {taken * 1000:6.0f} ms  {text}")

    def sum_up(self, part: str, times: list[float]) -> None:
        median, worst = statistics.median(times), max(times)
        print(
            f"all, {part}: {len(times)} cases, median {median * 1000:.1f} ms "
            f"({median / self.raw:.1f} times the raw limit), worst {worst * 1000:.0f} ms"
        )


def cell(times: list[float] | None) -> str:
    if not times:
        return f"{'':18}"
    return f"{statistics.median(times) * 1000:9.1f} /{max(times) * 1000:7.1f}"


def show_pages(chosen: list[dict]) -> None:
    """Whole pages through the test client, every filter alone."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    users = get_user_model().objects
    user = users.filter(is_active=True).first() or users.create_superuser("bench@example.com", "x")
    client, times = Client(headers={"host": "localhost"}), []
    client.force_login(user)
    for criteria in [{}, *(case for case in chosen if len(case) == 1)]:
        began = time.perf_counter()
        answer = client.get("/tasks/", criteria)
        times.append((time.perf_counter() - began, name_of(criteria) or "no filter"))
        assert answer.status_code == 200, (criteria, answer.status_code)
    median = statistics.median(taken for taken, _ in times)
    print(f"whole pages: median {median * 1000:.0f} ms, worst:")
    for taken, name in sorted(times, reverse=True)[:5]:
        print(f"  {taken * 1000:6.0f} ms  {name}")


if __name__ == "__main__":
    main()
