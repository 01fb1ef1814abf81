"""`manage.py prepare`: everything that must be there before the first request."""

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError


class Command(BaseCommand):
    help = (
        "Migrates the database, collects the static files, makes the administrator and the demo "
        "(unless ALUMIO_DEMO=0). Quick when all is there already."
    )
    requires_system_checks = ()

    def handle(self, **options):
        migrate()
        if not (settings.STATIC_ROOT / "staticfiles.json").exists():
            call_command("collectstatic", interactive=False, verbosity=0)
        call_command("ensure_admin", stdout=self.stdout)
        if settings.ALUMIO_DEMO and "create_demo" in get_commands():
            call_command("create_demo", "--if-empty", stdout=self.stdout)


def migrate():
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise CommandError(
            f"The database does not let us in: {str(error).strip()}. Check DATABASE_URL and that "
            "the server runs."
        ) from None
