"""Makes the demo: its configurations, and schedules whose first runs are due at once."""

from datetime import timedelta

from django.db import transaction

from alumio import database
from alumio.configuration import Configuration
from alumio.demo import configurations, door
from alumio.forms import ConfigurationForm
from alumio.references import forms_by_model
from connectors.forms import ConnectionForm
from connectors.models import Connection
from scheduler.models import ScheduledJob


class Taken(Exception):
    """A user's own configuration has an identifier that the demo needs."""


def any_configuration() -> bool:
    return any(model.objects.exists() for model in forms_by_model())


def create() -> int:
    """Make what is missing of the demo. Returns how many configurations were made.

    What is there stays as it is. Raises Taken.
    """
    with transaction.atomic():
        made = [_make(form, settings) for form, settings in configurations.all_of_them()]
        _run_at_once([each for each in made if isinstance(each, ScheduledJob)])
    return sum(each is not None for each in made)


def _make(form_class: type[ConfigurationForm], settings: dict) -> Configuration | None:
    model = form_class._meta.model
    existing = model.objects.filter(identifier=settings["identifier"]).first()
    if existing is None:
        return _save(form_class(settings))
    if not existing.demo:
        noun = model._meta.verbose_name
        raise Taken(
            f"There is a {noun} of your own called “{existing.identifier}”, a name that the demo "
            "needs. Nothing was made."
        )
    return None


def _save(form: ConfigurationForm) -> Configuration:
    if not form.is_valid():
        errors = "; ".join(map(str, form.located_errors()))
        raise AssertionError(f"The demo's own settings are refused: {errors}")
    form.instance.demo = True
    return form.save()


def _run_at_once(jobs: list[ScheduledJob]) -> None:
    """Let the clock find the last occurrence of each job, which is every minute."""
    keys = [job.pk for job in jobs]
    before = database.now() - timedelta(minutes=1)
    ScheduledJob.objects.filter(pk__in=keys).update(checked_until=before)


def follow_the_address() -> int:
    """Let the demo's connections follow a changed port or key, where nobody edited them. Returns
    how many changed."""
    changed = 0
    for system, identifier in (("shop", door.SHOP), ("erp", door.ERP)):
        connection = Connection.objects.filter(identifier=identifier, demo=True).first()
        if connection and connection.updated_by is None and not _is_current(connection, system):
            _save(ConnectionForm({"client": configurations.client(system)}, instance=connection))
            changed += 1
    return changed


def _is_current(connection: Connection, system: str) -> bool:
    text = str(connection.client)
    return door.base_uri(system) in text and door.token() in text
