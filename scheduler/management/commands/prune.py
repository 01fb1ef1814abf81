"""`manage.py prune [--dry-run]`: remove old records now, in the foreground."""

import json as jsontext

from django.core.management.base import BaseCommand

from alumio import database
from routes.models import Route
from scheduler import foreground
from scheduler.models import Kind
from tasks import retention
from tasks.status import Status


class Command(BaseCommand):
    help = "Remove the records that the rules of retention give up."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="only say which tasks would go; remove nothing"
        )
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, dry_run, json, **options):
        if dry_run:
            self.foretell(json)
        else:
            process = foreground.upkeep(Kind.PRUNE, as_json=json)
            foreground.report(process, json, self.stdout.write)

    def foretell(self, json: bool) -> None:
        """One line for each route and status, or one JSON list of them."""
        found = retention.tallies(retention.shares(database.now()))
        routes = Route.objects.only("identifier").in_bulk({route for route, _ in found})
        rows = [
            {"route": routes[route].identifier, "status": status, "tasks": tally.number}
            | ({} if tally.exact else {"exact": False})
            for (route, status), tally in found.items()
        ]
        if json:
            self.stdout.write(jsontext.dumps(rows))
            return
        for row, tally in zip(rows, found.values(), strict=True):
            self.stdout.write(f"{row['route']}: {tally} {Status(row['status']).label.lower()}")
        if not rows:
            self.stdout.write("No task is due.")
