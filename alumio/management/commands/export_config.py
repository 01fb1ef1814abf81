"""`manage.py export_config`: configurations as NDJSON in Alumio's format, without secrets."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from alumio import audit
from alumio.audit import Actor
from alumio.exchange.exporting import export
from alumio.exchange.kinds import KINDS


class Command(BaseCommand):
    help = "Write configurations as NDJSON in Alumio's format. Secrets become ${VARIABLES}."

    def add_arguments(self, parser):
        parser.add_argument("identifiers", nargs="*", metavar="IDENTIFIER", help="default: all")
        parser.add_argument(
            "--type", action="append", dest="types", choices=list(KINDS), help="may be repeated"
        )
        parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")

    def handle(self, identifiers, types, output, **options):
        lines = list(export(types or (), identifiers))
        if identifiers and not lines:
            raise CommandError("No configuration has such an identifier.")
        chosen = {"type": types or [], "identifier": identifiers}
        criteria = {name: words for name, words in chosen.items() if words}
        audit.record(
            Actor.of_command(),
            "export-configurations",
            criteria=criteria,
            changed=len(lines),
            note="Without secrets.",
        )
        text = "".join(f"{line}\n" for line in lines)
        if output is None:
            self.stdout.write(text, ending="")
            return
        output.write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(lines)} configurations written to {output}.")
