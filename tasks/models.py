"""Task, payload and message: a narrow row whose status changes, and what is written once.

The payload and the messages live apart, so that a status change rewrites few bytes and lists never
read data. Constraints that close races are in the schema. Payloads and messages are inserted with
their task or while it is held, so the database need not check them against it: on PostgreSQL these
checks cost half of an import.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr

from routes.models import Route
from tasks.finding import TaskQuerySet
from tasks.status import MACHINE, OPEN, Status


class Task(models.Model):
    """One entity of one route.

    `attempt` counts all claims and fences settles; `attempts` counts those since a person last
    retried it; `generation` grows with each such retry and is part of the idempotency key;
    `deaths` counts processes that died while they held it; `held_by` is the process at work on it;
    `cause` is why it failed, waits for a retry or was rejected, and empty where all is well.
    """

    machine = MACHINE

    id = models.BigAutoField(primary_key=True)
    identifier = models.CharField(max_length=26, unique=True)
    route = models.ForeignKey(Route, models.PROTECT, related_name="tasks", db_index=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)
    entity_schema = models.CharField(max_length=255, blank=True)
    entity_identifier = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    generation = models.PositiveSmallIntegerField(default=1)
    deaths = models.PositiveSmallIntegerField(default=0)
    held_by = models.BigIntegerField(null=True)
    imported_by = models.BigIntegerField(null=True)
    delivery = models.BigIntegerField(null=True)
    ordinal = models.PositiveIntegerField(null=True)
    size = models.PositiveIntegerField(default=0)
    cause = models.ForeignKey(
        "Cause",
        models.SET_NULL,
        null=True,
        related_name="tasks",
        db_index=False,
        db_constraint=False,
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "entity_identifier"],
                condition=Q(status=Status.PROCESSING),
                name="one_in_flight_per_entity",
            ),
            models.UniqueConstraint(
                fields=["delivery", "route", "ordinal"],
                condition=Q(delivery__isnull=False),
                name="one_set_of_tasks_per_delivery",
            ),
        ]
        indexes = [
            models.Index(
                fields=["route", "id"],
                condition=Q(status__in=[Status.NEW, Status.RETRY]),
                name="task_claimable",
            ),
            models.Index(
                fields=["route", "entity_identifier", "id"],
                condition=Q(status__in=OPEN),
                name="task_open_per_entity",
            ),
            models.Index(
                fields=["held_by"], condition=Q(status=Status.PROCESSING), name="task_held"
            ),
            models.Index(fields=["status", "id"], name="task_status"),
            models.Index(fields=["route", "status", "id"], name="task_route_status"),
            models.Index(fields=["created_at", "id"], name="task_created"),
            models.Index(fields=["updated_at", "id"], name="task_updated"),
            models.Index(fields=["entity_identifier", "id"], name="task_entity"),
            models.Index(fields=["entity_schema", "status", "id"], name="task_schema"),
            models.Index(
                fields=["cause", "id"],
                include=["status", "route", "updated_at"],
                condition=Q(cause__isnull=False),
                name="task_cause",
            ),
        ]

    def __str__(self):
        return self.identifier

    @property
    def idempotency_key(self) -> str:
        """The same for every delivery of this generation, whatever happens in between."""
        return f"{self.identifier}-{self.generation}"


class Cause(models.Model):
    """Why tasks fail, told once for all that fail alike.

    `text` is the message without what differs from task to task, `step` where in the configuration
    it happened, `target` the system that was talked to; `digest` is the hash of the three.
    """

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    step = models.CharField(max_length=255, blank=True)
    target = models.CharField(max_length=255, blank=True)
    first_seen_at = models.DateTimeField()

    def __str__(self):
        return self.text


class Payload(models.Model):
    """The entity data of a task as compact JSON text; of a rejected one, its first 1,000 bytes.

    `search` is the task's identifier and its entity's identifier in capitals. It stands here since
    these rows are written once: an index for parts of words, kept with every change of status,
    would cost more than the change. What stands at 21 to 26 is the end of the task's identifier.
    """

    task = models.OneToOneField(
        Task, models.CASCADE, primary_key=True, related_name="payload", db_constraint=False
    )
    data = models.TextField()
    search = models.TextField(default="")

    class Meta:
        indexes = [models.Index(Substr("search", 21, 6), name="task_ending")]


class PayloadVersion(models.Model):
    """Entity data as it was, or as somebody changed it: number 1 is what was imported.

    A task has no versions until its data is changed; from then on the newest equals its payload.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(
        Task, models.CASCADE, related_name="versions", db_index=False, db_constraint=False
    )
    number = models.PositiveSmallIntegerField()
    data = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="version_once_per_number")
        ]


class Memory(models.Model):
    """What a route last made a task of, per entity: how unchanged entities are known."""

    id = models.BigAutoField(primary_key=True)
    route = models.ForeignKey(Route, models.CASCADE, related_name="memories", db_index=False)
    entity_identifier = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="memories")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "memories"
        indexes = [models.Index(fields=["seen_at", "id"], name="memory_seen")]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "entity_identifier"], name="memory_once_per_entity"
            )
        ]


class StatusCount(models.Model):
    """How many tasks of a route have a status, and the bytes of their data: the sums over its rows.

    On PostgreSQL, triggers on the task table write it (migration 0003), in the transaction of the
    tasks; SQLite has no use for it.
    """

    id = models.BigAutoField(primary_key=True)
    route_id = models.BigIntegerField()
    status = models.CharField(max_length=10)
    number = models.BigIntegerField()
    bytes = models.BigIntegerField(default=0)


class SavedView(models.Model):
    """A filter of the task list under a name: `query` is what stands behind the address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="task_views")
    name = models.CharField(max_length=255)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="view_once_per_name")]

    def __str__(self):
        return self.name


class RetentionPolicy(models.Model):
    """The instance's rules of retention, in the one row there is. A route's own replace them status
    by status."""

    rules = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "retention policies"


class Phase(models.TextChoices):
    IMPORT = "import", "Import"
    EXPORT = "export", "Export"


class Level(models.IntegerChoices):
    """The levels of Alumio's log lines."""

    DEBUG = 100, "debug"
    INFO = 200, "info"
    NOTICE = 250, "notice"
    WARNING = 300, "warning"
    ERROR = 400, "error"


class Message(models.Model):
    """One log line of a task. `detail` is JSON text, such as the request and its response.

    A line that tells of a change of status names its `verb`; that of an attempt says since when the
    task was held (`began_at`), so that one line tells of the claim and of the end.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(
        Task, models.CASCADE, related_name="messages", db_index=False, db_constraint=False
    )
    phase = models.CharField(max_length=6, choices=Phase)
    attempt = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.INFO)
    created_at = models.DateTimeField()
    process = models.BigIntegerField(null=True)
    text = models.TextField()
    detail = models.TextField(blank=True)
    verb = models.CharField(max_length=16, blank=True, default="")
    began_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["task", "id"], name="message_task")]
