"""`manage.py export_tasks ROUTE [--limit N]`: deliver now, in the foreground."""

from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError

from routes.models import Route
from scheduler import foreground


class Command(BaseCommand):
    help = "Deliver the due tasks of a route, oldest first."

    def add_arguments(self, parser):
        parser.add_argument("route", help="identifier of the route")
        parser.add_argument("--limit", type=whole, metavar="N", help="at most so many tasks")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, route, limit, json, **options):
        found = Route.objects.select_related("outgoing").filter(identifier=route).first()
        if found is None:
            raise CommandError(f"There is no route called “{route}”.")
        foreground.report(foreground.run(found, limit, as_json=json), json, self.stdout.write)


def whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 2_147_483_647):
        raise ArgumentTypeError("a whole number from 1")
    return int(text)
