"""`manage.py up`: the whole platform in the foreground, until Ctrl-C or SIGTERM."""

import contextlib
import fcntl
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from alumio import mounts, programs
from alumio.supervisor import StartFailed, Supervisor


class Command(BaseCommand):
    help = (
        "Migrates, makes the administrator and the demo on first start, then runs web, workers "
        "and clock and restarts what dies."
    )

    def handle(self, **options):
        with alone_on_this_folder():
            refuse_what_cannot_work()
            call_command("prepare", stdout=self.stdout)
            supervisor = Supervisor(programs.programs(), ready=announce)
            try:
                supervisor.run()
            except StartFailed as error:
                raise CommandError(f"Alumio did not start: {error}. See the lines above.") from None
        self.stdout.write("Alumio has stopped.")


@contextlib.contextmanager
def alone_on_this_folder():
    """Two platforms on one data folder would take each other's Redis away."""
    with (settings.ALUMIO_DATA / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"Alumio already runs on the data folder {settings.ALUMIO_DATA}. Stop it first, or "
                "set ALUMIO_DATA to another folder."
            ) from None
        yield


def refuse_what_cannot_work():
    if not programs.port_is_free():
        raise CommandError(
            f"Port {settings.ALUMIO_PORT} on {programs.bind_address()} cannot be used: another "
            "program has it, or this user may not. Choose another, for example: PORT=8001 make run"
        )
    if uses_sqlite() and mounts.on_network(settings.ALUMIO_DATA):
        raise CommandError(
            f"The data folder {settings.ALUMIO_DATA} lies on a network file system, where SQLite "
            "loses data. Set ALUMIO_DATA to a local folder, or DATABASE_URL to a PostgreSQL."
        )


def uses_sqlite() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def announce():
    sys.stderr.flush()
    print(f"Alumio is ready on {programs.address()}", flush=True)
