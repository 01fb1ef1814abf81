"""`manage.py import_config FILE…`: configurations from Alumio's exports."""

import json as jsonlib
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from alumio.audit import Actor
from alumio.exchange.importing import MODES, SKIP, Report, import_configurations
from alumio.exchange.reading import read_files


class Command(BaseCommand):
    help = "Import configurations from NDJSON files as Alumio exports them: all of them, or none."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="check only, store nothing")
        parser.add_argument(
            "--mode", choices=MODES, default=SKIP, help="what to do with those that exist already"
        )
        parser.add_argument(
            "--create-schemas",
            action="store_true",
            help="make an empty entity schema where a file names one that it does not bring along",
        )
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, files, dry_run, mode, create_schemas, json, **options):
        try:
            contents = read_files(files)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from None
        report = import_configurations(
            contents, mode, dry_run, create_schemas=create_schemas, actor=Actor.of_command()
        )
        if json:
            self.stdout.write(jsonlib.dumps(as_json(report, dry_run), ensure_ascii=False))
        else:
            self.tell(report, dry_run)
        if not report.ok:
            number = len(report.problems)
            problems = "one problem" if number == 1 else f"{number} problems"
            raise CommandError(f"Nothing was imported: {problems}.")

    def tell(self, report: Report, dry_run: bool):
        for note in report.notes:
            self.stdout.write(f"Note: {note}.")
        for line in report.left_out:
            self.stdout.write(f"Not imported, there is no such type here: {line}.")
        if report.undefined_variables:
            names = ", ".join(report.undefined_variables)
            self.stdout.write(f"Undefined variables: {names}.")
        for problem in report.problems:
            self.stderr.write(str(problem))
        if report.ok:
            verb = "Would import" if dry_run else "Imported"
            self.stdout.write(f"{verb}: {counted(report)}.")


def counted(report: Report) -> str:
    parts = [
        f"{sum(counts.values())} {word}"
        for word, counts in (
            ("created", report.created),
            ("updated", report.updated),
            ("skipped because they exist", report.skipped),
        )
        if counts
    ]
    return ", ".join(parts) or "nothing"


def as_json(report: Report, dry_run: bool) -> dict:
    stored = report.ok and not dry_run
    return {
        "ok": report.ok,
        "stored": stored,
        "created": dict(report.created),
        "updated": dict(report.updated),
        "skipped": dict(report.skipped),
        "problems": [vars(problem) for problem in report.problems],
        "notes": report.notes,
        "not_imported": report.left_out,
        "undefined_variables": report.undefined_variables,
    }
