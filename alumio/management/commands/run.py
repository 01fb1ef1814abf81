"""`manage.py run PROGRAM`: one program of the platform, for those who supervise it otherwise."""

import os

from django.core.management.base import BaseCommand

from alumio import programs

PROGRAMS = {"web": programs.web, "worker": lambda: programs.worker(1), "beat": programs.clock}


class Command(BaseCommand):
    help = "Runs one program of the platform in place of this process, as containers do."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("program", choices=PROGRAMS)

    def handle(self, program, **options):
        chosen = PROGRAMS[program]()
        os.execvpe(chosen.command[0], chosen.command, os.environ | chosen.environment)  # noqa: S606
