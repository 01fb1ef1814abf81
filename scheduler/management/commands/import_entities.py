"""`manage.py import_entities INCOMING`: fetch now, in the foreground."""

from django.core.management.base import BaseCommand, CommandError

from connectors.models import Incoming
from scheduler import foreground


class Command(BaseCommand):
    help = "Fetch everything an incoming's source has, and make tasks of it."

    def add_arguments(self, parser):
        parser.add_argument("incoming", help="identifier of the incoming")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, incoming, json, **options):
        found = Incoming.objects.filter(identifier=incoming).first()
        if found is None:
            raise CommandError(f"There is no incoming called “{incoming}”.")
        foreground.report(foreground.run(found, as_json=json), json, self.stdout.write)
