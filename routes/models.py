"""A route: from which incoming to which outgoing, and the policies of its tasks."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from alumio.configuration import Configuration
from alumio.secrets import EncryptedJSONField
from connectors.models import Incoming, Outgoing


def between(low: int, high: int) -> list:
    return [MinValueValidator(low), MaxValueValidator(high)]


class Unchanged(models.TextChoices):
    """What to do with an entity that is as it was when it last became a task of the route."""

    SEND = "send", "Send anyway"
    SKIP = "skip", "Mark as Skipped"
    IGNORE = "ignore", "Ignore"


class Route(Configuration):
    """Policy limits are Alumio's: 10 retries at most, 360 minutes apart at most."""

    kind = "route"
    content_fields = (
        "incoming",
        "outgoing",
        "transformers",
        "retry_enabled",
        "max_retries",
        "retry_interval",
        "retry_statuses",
        "newest_wins",
        "waiting_status",
        "realtime",
        "parallel",
        "max_processes",
        "requests_in_flight",
        "max_entity_bytes",
        "unchanged",
        "retention",
    )

    incoming = models.ForeignKey(Incoming, models.PROTECT, related_name="routes")
    outgoing = models.ForeignKey(Outgoing, models.PROTECT, related_name="routes")
    transformers = EncryptedJSONField(default=list, blank=True)

    retry_enabled = models.BooleanField("task retrying", default=False)
    max_retries = models.PositiveSmallIntegerField(
        "attempted retries",
        default=3,
        validators=between(1, 10),
        help_text="Not counting the first run.",
    )
    retry_interval = models.PositiveSmallIntegerField(
        default=5, validators=between(1, 360), help_text="Minutes between two attempts."
    )
    retry_statuses = models.JSONField(
        "statuses to retry", default=list, blank=True, help_text="Empty means failed."
    )
    newest_wins = models.BooleanField(
        default=False,
        help_text="A newer task of the same entity replaces an older one that waits for a retry, "
        "which becomes Skipped.",
    )
    waiting_status = models.BooleanField(
        default=False, help_text="Exported tasks wait for somebody to mark them finished or failed."
    )
    realtime = models.BooleanField(
        "real-time processing", default=False, help_text="Export as soon as tasks are created."
    )
    parallel = models.BooleanField(
        "parallel processing", default=False, help_text="Several export processes at once."
    )
    max_processes = models.PositiveSmallIntegerField(
        "maximum parallel processes", default=2, validators=between(1, 100)
    )
    requests_in_flight = models.PositiveSmallIntegerField(
        default=1,
        validators=between(1, 200),
        help_text="Tasks delivered side by side by one process; tasks of one entity never are.",
    )
    max_entity_bytes = models.PositiveIntegerField(
        "entity data limit",
        null=True,
        blank=True,
        help_text="Bytes; larger entities are rejected. Empty: the instance's limit.",
    )

    unchanged = models.CharField(
        "unchanged entities",
        max_length=6,
        choices=Unchanged,
        default=Unchanged.SEND,
        help_text="What to do with an entity that is as it was when it last became a task. "
        "Skipped tasks can be retried; ignored ones leave no trace.",
    )
    retention = models.JSONField(
        default=list,
        blank=True,
        help_text="A rule here replaces the instance's rule for its status.",
    )

    @property
    def slots(self) -> int:
        """How many export processes of this route may run at once."""
        return self.max_processes if self.parallel else 1
