"""`manage.py repair`: free what dead processes hold, now, in the foreground."""

from django.core.management.base import BaseCommand

from scheduler import foreground
from scheduler.models import Kind


class Command(BaseCommand):
    help = (
        "Give up processes that were not heard of for a lease, and free their tasks. Workers do "
        "this by themselves; healthy tasks are never touched."
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, json, **options):
        process = foreground.upkeep(Kind.REPAIR, as_json=json)
        foreground.report(process, json, self.stdout.write)
