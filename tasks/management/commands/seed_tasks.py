"""`manage.py seed_tasks --tasks 5000000`: made-up tasks, to see how a machine copes with many."""

from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from alumio import audit
from alumio.audit import Actor
from tasks import counts, seeding


class Command(BaseCommand):
    help = (
        "Fills the instance with made-up tasks, to see how a machine copes with so many before "
        "real ones come. They have data and messages, stand on disabled routes called “Made-up …” "
        "that deliver nothing, and are spread over the last days. Five million take some ten "
        "minutes and 10 GB on PostgreSQL. Use a database of its own: nothing but retention "
        "removes them."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--tasks", type=whole, default=100_000, help="how many; 100000 unless set"
        )
        parser.add_argument(
            "--routes", type=whole, default=20, help="on how many routes; 20 unless set"
        )
        parser.add_argument(
            "--days", type=whole, default=90, help="over how many days; 90 unless set"
        )
        parser.add_argument(
            "--force", action="store_true", help="also where there are tasks that were not made up"
        )

    def handle(self, tasks, routes, days, force, **options):
        if not force and seeding.foreign_tasks():
            raise CommandError(
                "There are tasks here that this command did not make. Use a database of its own, "
                "or say --force to put made-up tasks among them."
            )
        audit.record(Actor.of_command(), "seed", changed=tasks)
        made = seeding.Seeding(tasks, routes, days)
        with tqdm(desc="Tasks", total=tasks, unit=" tasks", disable=None) as bar:
            for count in made.run():
                bar.update(count)
        self.take_stock()
        self.stdout.write(
            f"Made {tasks:,} tasks on {routes} disabled routes, created over the last {days} days."
        )

    def take_stock(self) -> None:
        """Let the database know what it has now, rather than when it next looks by itself."""
        counts.fold()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000_000):
        raise ArgumentTypeError("a whole number from 1")
    return int(text)
