"""`manage.py tick`: what the clock does each minute, once.

It stands in no audit trail, since it decides nothing: a clock does the same a minute later.
"""

import json as jsontext

from django.core.management.base import BaseCommand

from scheduler import clock
from scheduler.models import Occurrence
from scheduler.occurrences import why


class Command(BaseCommand):
    help = "Queue what the scheduled jobs have due, and say of each why it was queued or not."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="print the occurrences as JSON")

    def handle(self, json, **options):
        newest = Occurrence.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        clock.tick()
        found = Occurrence.objects.filter(pk__gt=newest).select_related("job", "process")
        rows = found.order_by("instant", "pk")
        if json:
            self.stdout.write(jsontext.dumps([as_json(row) for row in rows]))
            return
        for row in rows:
            self.stdout.write(in_words(row))
        if not rows:
            self.stdout.write("Nothing is due.")


def as_json(row: Occurrence) -> dict:
    return {
        "job": row.job.identifier,
        "instant": row.instant.isoformat(),
        "outcome": row.outcome,
        "process": row.process_id,
        "why": why(row),
    }


def in_words(row: Occurrence) -> str:
    process = f" (process {row.process_id})" if row.process_id else ""
    return f"{row.job.identifier}, due {row.instant:%Y-%m-%d %H:%M} UTC: {why(row)}{process}"
