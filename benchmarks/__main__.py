"""`python -m benchmarks`: the main job, measured on SQLite and on PostgreSQL.

10,000 orders of 1 KB go from a paged HTTP source into tasks, and from tasks to an HTTP target that
answers at once (1 and 20 requests in flight) or after 50 ms (20 in flight). The bare script does
the same beside it, in the same run; a ratio of 1 would be a platform that costs nothing.
"""

import argparse
import statistics
from contextlib import ExitStack

from benchmarks import world

SLOW_MS = 50


def main() -> None:
    options = arguments()
    with ExitStack() as stack:
        addresses = {
            "source": stack.enter_context(world.server("source", options.records)),
            "fast": stack.enter_context(world.server("target", 0)),
            "slow": stack.enter_context(world.server("target", SLOW_MS)),
        }
        if options.many:
            addresses["many"] = stack.enter_context(world.server("source", options.many))
        sessions = [session(kind, addresses, options) for kind in options.databases]
    if any(each.duplicates or each.missing for each in sessions):
        raise SystemExit("Records were lost or delivered twice.")


def session(kind: str, addresses: dict, options) -> "Session":
    with world.database(kind) as environment:
        measured = Session(kind, environment, addresses, options)
        measured.run()
        return measured


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=2_000, help="records to the 50 ms target")
    parser.add_argument("--many", type=int, default=100_000, help="records for memory; 0: none")
    parser.add_argument("--runs", type=int, default=1, help="medians of so many; imports of 3")
    parser.add_argument(
        "--databases", nargs="+", choices=world.DATABASES, default=list(world.DATABASES)
    )
    return parser.parse_args()


class Session:
    """All measurements on one database."""

    def __init__(self, kind: str, environment: dict, addresses: dict, options):
        self.kind, self.environment = kind, environment
        self.addresses, self.options = addresses, options
        self.duplicates = self.missing = 0

    def run(self) -> None:
        runs = f"{self.options.runs} runs, of imports {max(3, self.options.runs)}"
        print(f"\n{self.kind}: {self.options.records:,} records of 1 KB, {runs}")
        print(f"{'':38} {'platform':>11} {'bare':>11} {'RATIO':>6}  CPU/record  peak memory")
        source = f"{self.addresses['source']}/orders?page=1"
        few = self.compare("import", lambda side: self.measure(side, "import", source), 3)
        for in_flight in (1, 20):
            self.export("fast", in_flight, 0)
        self.export("slow", 20, min(self.options.slow, self.options.records))
        print(f"at the targets: {self.duplicates} duplicates, {self.missing} missing")
        if self.options.many:
            self.memory(few["peak"])

    def compare(self, title: str, measure, at_least: int = 1) -> dict:
        """Both sides in turn, as often as asked for, what is short at least three times. Prints the
        medians, returns the platform's last."""
        results = {"platform": [], "bare": []}
        for _ in range(max(at_least, self.options.runs)):
            for side in ("bare", "platform"):
                results[side].append(measure(side))
        rate = {side: median_rate(found) for side, found in results.items()}
        ours = results["platform"][-1]
        print(
            f"{title:38} {rate['platform']:9,.0f}/s {rate['bare']:9,.0f}/s "
            f"{rate['platform'] / rate['bare']:6.2f} {ours['cpu_us']:8.0f} us "
            f"{ours['peak']:8.0f} MB",
            flush=True,
        )
        return ours

    def export(self, target: str, in_flight: int, limit: int) -> None:
        words = f"export, {SLOW_MS} ms target" if target == "slow" else "export, fast target"
        self.compare(
            f"{words}, {in_flight} in flight",
            lambda side: self.deliver(side, self.addresses[target], in_flight, limit),
        )

    def deliver(self, side: str, target: str, in_flight: int, limit: int) -> dict:
        """One export. Every record must arrive once, neither more nor less."""
        world.report(target, "DELETE")
        measured = self.measure(side, "export", f"{target}/orders", in_flight, limit)
        found = world.report(target)
        self.duplicates += found["received"] - found["distinct"]
        self.missing += (limit or self.options.records) - found["distinct"]
        return measured

    def memory(self, peak: float) -> None:
        """Ten times the records must not need more memory."""
        source = f"{self.addresses['many']}/orders?page=1"
        many = self.measure("platform", "import", source)
        print(
            f"{f'import of {self.options.many:,}':38} {many['records'] / many['seconds']:9,.0f}/s"
            f"{'':20} peak memory {many['peak']:.0f} MB: GROWTH {many['peak'] - peak:+.0f} MB"
        )

    def measure(self, *words) -> dict:
        return world.measure(self.environment, *words)


def median_rate(results: list[dict]) -> float:
    """Records a second."""
    return statistics.median(each["records"] / each["seconds"] for each in results)


if __name__ == "__main__":
    main()
